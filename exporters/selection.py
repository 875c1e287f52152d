"""What is asked for of the items of a set, in one place: the choice among annotations, then what is wanted of it."""

from dataclasses import dataclass, field

from exporters.choose import Consensus, choose
from exporters.dataset import LabeledFootage
from exporters.drawn import without
from exporters.errors import ExportError
from exporters.wanted import Picked, Wanted, pick


class SelectionError(ExportError):
    """A label that is asked for and that nobody can draw."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Without anything said, everything as it is."""

    consensus: Consensus = Consensus.ALL
    wanted: Wanted = field(default_factory=Wanted)

    def of(self, item: LabeledFootage) -> Picked:
        """The item with what is asked for of it; of one that is left out, nothing stays but `left_out`."""
        chosen = choose(item, self.consensus)
        picked = pick(chosen.item, self.wanted)
        dropped = chosen.dropped or picked.dropped
        if dropped is None:
            return picked
        return Picked(item=without(picked.item, lambda _: dropped), dropped=dropped)

    def labels(self, listed: tuple[str, ...]) -> tuple[str, ...]:
        """The labels of the set, in the order listed, under the names wanted.

        Raises:
            SelectionError: a label that is asked for is not listed, or none is left.
        """
        names = dict(self.wanted.label_names)
        for asked in sorted((self.wanted.labels or frozenset()) | names.keys()):
            if asked not in listed:
                known = ", ".join(f"`{one}`" for one in listed)
                raise SelectionError(f"there is no label `{asked}` in the labeling config; there are {known}")
        kept = dict.fromkeys(names.get(one, one) for one in listed if self.wanted.lists(one))
        if not kept:
            raise SelectionError("no label is left; ask for at least one")
        return tuple(kept)
