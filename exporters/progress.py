"""A progress bar on a terminal: one line, drawn over, not before it is worth having, and gone at the end."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TextIO

WAIT = 2.0
BETWEEN = 0.2
CELLS = 30
CLEAR = "\r\x1b[K"


@dataclass(slots=True, kw_only=True)
class Bar:
    """Tells how far a run is. `total` and `done` are in bytes; without a total only the items are told."""

    out: TextIO
    now: Callable[[], float]
    done: Callable[[], int]
    total: int = 0
    _began: float = -1.0
    _drawn: float = 0.0

    def tell(self, items: int) -> None:
        """Draw the line again, if it is time."""
        at = self.now()
        if self._began < 0:
            self._began = at
        if at - self._began < WAIT or at - self._drawn < BETWEEN:
            return
        self._drawn = at
        share = min(1.0, self.done() / self.total) if self.total else 0.0
        bar = f"[{'#' * int(share * CELLS):{CELLS}}] {share:4.0%}  " if self.total else ""
        self.out.write(f"{CLEAR}{bar}{items:,} items, {items / (at - self._began):,.0f}/s")
        self.out.flush()

    def clear(self) -> None:
        """Leave the line empty."""
        if self._drawn:
            self.out.write(CLEAR)
            self.out.flush()
