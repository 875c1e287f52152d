"""Which ids were seen, in little memory: ids that follow each other share one number."""

BLOCK = 256


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
