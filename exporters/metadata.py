"""Take everything out of a picture file that is not the picture: place, time, camera, comments, previews.

JPEG, PNG and WebP keep their pixels bit by bit: only the segments around them are removed, and only those that are
needed to show the picture stay (an allow-list, so that a segment nobody thought of does not pass).
"""

from collections.abc import Iterator

JPEG_START, JPEG_END = b"\xff\xd8", b"\xff\xd9"
APP0, APP2, APP14, APP15 = 0xE0, 0xE2, 0xEE, 0xEF
START_OF_SCAN, END_OF_IMAGE, COMMENT, FILL = 0xDA, 0xD9, 0xFE, 0xFF
STANDALONE = frozenset({0x00, 0x01, *range(0xD0, 0xD8)})
"""Markers inside scan data: a stuffed zero, a temporary mark, the restarts."""

PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
PNG_NEEDED = frozenset(
    b"IHDR PLTE IDAT IEND tRNS gAMA cHRM sRGB iCCP cICP sBIT bKGD pHYs acTL fcTL fdAT".split(),
)
WEBP_NEEDED = frozenset({b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ANIM", b"ANMF", b"ICCP"})
WEBP_EXIF_XMP = 0x08 | 0x04


def strip(picture_format: str, data: bytes) -> bytes:
    """The picture without metadata, pixels untouched.

    Raises:
        ValueError: the file is cut short or not built as its format says.
        KeyError: the format is none of the three.
    """
    parts = {"JPEG": _jpeg, "MPO": _jpeg, "PNG": _png, "WEBP": _webp}[picture_format](data)
    return b"".join(parts)


def _jpeg(data: bytes) -> Iterator[bytes]:
    if not data.startswith(JPEG_START):
        raise ValueError("no JPEG")
    yield JPEG_START
    at = 2
    while True:
        if data[at : at + 1] != b"\xff":
            raise ValueError("a JPEG segment does not begin where it should")
        while data[at + 1 : at + 2] == b"\xff":
            at += 1
        marker = _byte(data, at + 1)
        if marker == END_OF_IMAGE:
            yield JPEG_END
            return
        end = at + 2 + _length(data, at + 2)
        if marker == START_OF_SCAN:
            end = _scan_end(data, end)
        if _jpeg_needed(marker, data[at + 4 : end]):
            yield data[at:end]
        at = end


def _jpeg_needed(marker: int, content: bytes) -> bool:
    """Whether a segment is needed to show the picture."""
    if marker == APP0:
        return content.startswith(b"JFIF\x00")
    if marker == APP2:
        return content.startswith(b"ICC_PROFILE\x00")
    if marker == APP14:
        return content.startswith(b"Adobe")
    return marker != COMMENT and not APP0 <= marker <= APP15


def _scan_end(data: bytes, at: int) -> int:
    """Where the data of a scan ends: at the next marker that is neither stuffing nor a restart."""
    while True:
        at = data.find(b"\xff", at)
        if at < 0:
            raise ValueError("a JPEG scan is cut short")
        marker = _byte(data, at + 1)
        if marker == FILL:
            at += 1
        elif marker in STANDALONE:
            at += 2
        else:
            return at


def _byte(data: bytes, at: int) -> int:
    if at >= len(data):
        raise ValueError("a JPEG is cut short")
    return data[at]


def _length(data: bytes, at: int) -> int:
    length = int.from_bytes(data[at : at + 2], "big")
    if length < 2 or at + length > len(data):  # noqa: PLR2004 - the length counts its own two bytes
        raise ValueError("a JPEG segment is longer than the file")
    return length


def _png(data: bytes) -> Iterator[bytes]:
    if not data.startswith(PNG_SIGNATURE):
        raise ValueError("no PNG")
    yield PNG_SIGNATURE
    at, kind = len(PNG_SIGNATURE), b""
    while kind != b"IEND":
        length = int.from_bytes(data[at : at + 4], "big")
        kind, end = data[at + 4 : at + 8], at + 12 + length
        if len(kind) < len(b"IEND") or end > len(data):
            raise ValueError("a PNG is cut short")
        if kind in PNG_NEEDED:
            yield data[at:end]
        at = end


def _webp(data: bytes) -> Iterator[bytes]:
    if data[:4] != b"RIFF" or data[8:12] != b"WEBP":
        raise ValueError("no WebP")
    body = b"".join(_webp_chunks(data, 12, min(len(data), 8 + int.from_bytes(data[4:8], "little"))))
    yield b"RIFF" + (len(body) + 4).to_bytes(4, "little") + b"WEBP"
    yield body


def _webp_chunks(data: bytes, at: int, stop: int) -> Iterator[bytes]:
    while at + 8 <= stop:
        kind, length = data[at : at + 4], int.from_bytes(data[at + 4 : at + 8], "little")
        end = at + 8 + length + length % 2
        if end > stop:
            raise ValueError("a WebP is cut short")
        chunk = data[at:end]
        if kind == b"VP8X":
            chunk = chunk[:8] + bytes([chunk[8] & ~WEBP_EXIF_XMP]) + chunk[9:]
        if kind in WEBP_NEEDED:
            yield chunk
        at = end
