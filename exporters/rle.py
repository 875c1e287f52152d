"""Run lengths of masks: Label Studio's bit stream in, COCO's counts and COCO's text out.

Label Studio packs the four channels of a picture with the `rle-pack` code: 32 bits say how many values follow, 5 the
bits of a value less 1, four times 4 the bits of a run's length less 1. Then, until all values are there: one bit says
whether a run follows (1) or single values (0), two bits which of the four lengths is used, then the length less 1,
then one value or that many. Bits come most significant first. A pixel belongs to the mask where its fourth value, the
opacity, is not 0, as the labeling screen shows it.

The values are never all laid out: a stream may state any number of them.
"""

from dataclasses import dataclass

CHANNELS = 4
WORD = 8
"""Bits of one value; Label Studio writes no other."""
HEAD = 32 + 5 + 4 * 4
OFF, ON = b"\0", b"\1"
ONES = bytes(1) + ON * 255
"""Translates any opacity to belonging or not."""


class BitsError(ValueError):
    """The bits are no mask of the expected size."""


@dataclass(slots=True)
class _Bits:
    """Reads numbers off a run of bits."""

    data: bytes
    at: int = 0

    def read(self, size: int) -> int:
        end = self.at + size
        if end > len(self.data) * 8:
            raise BitsError("the bits end too early")
        first, last = self.at >> 3, (end + 7) >> 3
        self.at = end
        return int.from_bytes(self.data[first:last]) >> (last * 8 - end) & ((1 << size) - 1)


def decode_studio(data: bytes, *, width: int, height: int) -> tuple[int, ...]:
    """COCO's counts, down the columns, of a mask as Label Studio packs it.

    Raises:
        BitsError: the bits end too early, or hold another number of values than a picture of this size has.
    """
    bits, wanted = _Bits(data), width * height * CHANNELS
    total, word = bits.read(32), bits.read(5) + 1
    lengths = [bits.read(4) + 1 for _ in range(4)]
    if total != wanted:
        raise BitsError(f"it holds `{total}` values, a picture of `{width}` by `{height}` has `{wanted}`")
    if word != WORD:
        raise BitsError(f"its values have `{word}` bits, not `{WORD}`")
    return column_counts(_pixels(bits, lengths, wanted), width=width, height=height)


def _pixels(bits: _Bits, lengths: list[int], wanted: int) -> bytes:
    """One byte per pixel, row by row, 1 where it belongs to the mask."""
    pixels, at = bytearray(), 0
    while at < wanted:
        head = bits.read(3)
        end = at + 1 + bits.read(lengths[head & 3])
        if end > wanted:
            raise BitsError("its runs go on after its last value")
        # the fourth values among those from `at` up to `end` are those of the pixels at // 4 up to end // 4
        if head & 4:
            pixels += (ON if bits.read(WORD) else OFF) * (end // CHANNELS - at // CHANNELS)
        else:
            values = bits.read(WORD * (end - at)).to_bytes(end - at)
            pixels += values[CHANNELS - 1 - at % CHANNELS :: CHANNELS].translate(ONES)
        at = end
    return bytes(pixels)


def column_counts(pixels: bytes, *, width: int, height: int) -> tuple[int, ...]:
    """COCO's counts, down the columns, of pixels that are 0 or 1, row by row."""
    columns = b"".join(pixels[column::width] for column in range(width))
    counts, at, value = [], 0, ON
    while at < width * height:
        end = columns.find(value, at)
        end = width * height if end < 0 else end
        counts.append(end - at)
        at, value = end, OFF if value is ON else ON
    return tuple(counts)


def coco_text(counts: tuple[int, ...]) -> str:
    """COCO's compressed text of counts, as `pycocotools` reads it.

    Each count from the fourth on is less the one two before it; five bits to a letter, the lowest first, the sixth bit
    saying that more follow.
    """
    letters = bytearray()
    for place, count in enumerate(counts):
        left, more = count - counts[place - 2] if place > 2 else count, True  # noqa: PLR2004 (as COCO has it)
        while more:
            five, left = left & 0x1F, left >> 5
            more = left != (-1 if five & 0x10 else 0)
            letters.append((five | 0x20 if more else five) + 48)
    return letters.decode()


def mask_bounds(counts: tuple[int, ...], height: int) -> tuple[int, int, int, int]:
    """Left, top, right and bottom of the pixels that belong; all 0 where none does."""
    left, top, right, bottom, at = 1 << 62, height, 0, 0, 0
    for place, count in enumerate(counts):
        if place % 2 and count:
            first, last = at, at + count - 1
            left, right = min(left, first // height), max(right, last // height + 1)
            whole = first // height != last // height
            top = 0 if whole else min(top, first % height)
            bottom = height if whole else max(bottom, last % height + 1)
        at += count
    return (left, top, right, bottom) if right else (0, 0, 0, 0)
