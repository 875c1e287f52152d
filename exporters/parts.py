"""A set in parts: one folder per side of a split, each laid out as the format is, under one manifest."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from exporters.dataset import LabeledFootage
from exporters.run import Run
from exporters.splits import Side, Splits


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """The split to write, by what items were kept together for it, and the items of one side."""

    splits: Splits
    group_by: str
    items: Callable[[Side], Iterable[LabeledFootage]]

    def runs(self, whole: Run) -> Iterator[Run]:
        """A run per side, which keeps its books in those of the whole."""
        for reached in self.splits.sides:
            dataset = replace(whole.dataset, items=self.items(reached.side))
            yield replace(whole, dataset=dataset, folder=f"{reached.side}/")
