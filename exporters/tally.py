"""Counting what goes in, what comes out and what is reported, so that nothing is lost in silence."""

from collections import Counter
from dataclasses import dataclass, field

from exporters.dataset import LabeledFootage
from exporters.errors import MiscountError
from exporters.losses import REPORTED_ONLY, Loss, LossReason
from exporters.tracks import visible_frames
from residency import MediaKind


@dataclass(slots=True)
class Tally:
    """The counts of one export run. A shape of a track counts once per frame that shows it.

    `stripped` counts the prohibited attributes taken off, by their names.
    """

    items_in: int = 0
    items_out: int = 0
    pictures_included: int = 0
    pictures_referenced: int = 0
    shapes_in: Counter[str] = field(default_factory=Counter)
    shapes_out: Counter[str] = field(default_factory=Counter)
    dropped: Counter[tuple[LossReason, str]] = field(default_factory=Counter)
    reduced: Counter[LossReason] = field(default_factory=Counter)
    items_dropped: Counter[LossReason] = field(default_factory=Counter)
    stripped: Counter[str] = field(default_factory=Counter)
    refusals: list[Loss] = field(default_factory=list)

    def take(self, item: LabeledFootage) -> None:
        """Count an item and every shape in it, from the dataset alone."""
        self.items_in += 1
        # One list at a time, and no empty one: for a still with a few boxes, the calls cost more than the counting.
        for drawn in (item.boxes, item.shapes, item.left_out, item.relations):
            if drawn:
                self.shapes_in.update([one.label for one in drawn])
        for track in item.tracks:
            shown = visible_frames(track, item.frames or 0) if item.media_kind is MediaKind.VIDEO else 0
            self.shapes_in[track.label] += max(shown, 1)

    def keep(self, label: str) -> None:
        """Count a shape that was written."""
        self.shapes_out[label] += 1

    def drop(self, loss: Loss) -> None:
        """Count a shape that is not written."""
        self.dropped[loss.reason, loss.label] += 1
        self._remember(loss)

    def reduce(self, loss: Loss) -> None:
        """Count a shape that is written with less than was drawn."""
        self.reduced[loss.reason] += 1
        self._remember(loss)

    def leave_out(self, loss: Loss) -> None:
        """Count an item that is not written, apart from its shapes."""
        self.items_dropped[loss.reason] += 1
        self._remember(loss)

    def settle(self) -> None:
        """Check that what went in is what came out plus what was reported.

        Raises:
            MiscountError: it is not, so the format's writer lost or invented something.
        """
        expected = Counter(self.shapes_out)
        for (_, label), count in self.dropped.items():
            expected[label] += count
        if expected != self.shapes_in:
            raise MiscountError(f"shapes in `{dict(self.shapes_in)}` are not those out and reported `{dict(expected)}`")
        reported = self.items_out + self.items_dropped.total()
        if reported != self.items_in:
            raise MiscountError(f"`{self.items_in}` items went in, `{reported}` came out or were reported")

    def _remember(self, loss: Loss) -> None:
        if loss.reason not in REPORTED_ONLY:
            self.refusals.append(loss)
