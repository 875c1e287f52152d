"""Which ids and texts were seen, in little memory: ids that follow each other share one number, a text is its hash."""

from array import array

BLOCK = 256
SLOTS = 1 << 10
WORD = (1 << 64) - 1


class Ids:
    """A set of whole numbers from 0 on, small where they lie close together."""

    def __init__(self) -> None:
        self._blocks: dict[int, int] = {}

    def add(self, own: int) -> bool:
        """Add an id; say whether it is new."""
        block, bit = own // BLOCK, 1 << own % BLOCK
        seen = self._blocks.get(block, 0)
        if seen & bit:
            return False
        self._blocks[block] = seen | bit
        return True


class Texts:
    """A set of texts of which only hashes are held, eight bytes each; two of a million texts share one by 1 in 10^7.

    The hashes are Python's own, keyed anew by each process, so that nobody can make two texts that share one.
    """

    def __init__(self) -> None:
        self._slots = _empty(SLOTS)
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def add(self, text: str) -> bool:
        """Add a text; say whether it is new."""
        # An empty slot is 0, so no hash may be.
        if not _place(self._slots, hash(text) & WORD or 1):
            return False
        self._count += 1
        if 2 * self._count > len(self._slots):
            larger = _empty(2 * len(self._slots))
            for own in self._slots:
                if own:
                    _place(larger, own)
            self._slots = larger
        return True


def _empty(slots: int) -> "array[int]":
    return array("Q", bytes(8 * slots))


def _place(slots: "array[int]", own: int) -> bool:
    """Put a hash into the first free slot from its own place on; say whether it was not there."""
    last = len(slots) - 1
    at = own & last
    while held := slots[at]:
        if held == own:
            return False
        at = (at + 1) & last
    slots[at] = own
    return True
