"""What kind of file this is, judged by its bytes, and where its content ends.

Nothing here decodes. The walks read headers only, so a hostile file costs a few reads: they find the true kind, a
claimed size too large to decode, a file cut short, and bytes hidden behind the end.
"""

from __future__ import annotations

import os
import re
import struct
from dataclasses import dataclass
from enum import StrEnum
from typing import BinaryIO

_HEAD_BYTES = 4096
_CHUNK = 1 << 16
_MOST_PARTS = 1_000_000


class Kind(StrEnum):
    """A supported kind of file."""

    JPEG = "jpeg"
    PNG = "png"
    WEBP = "webp"
    MP4 = "mp4"
    MOV = "mov"
    MATROSKA = "matroska"
    AVI = "avi"


IMAGE_KINDS = frozenset({Kind.JPEG, Kind.PNG, Kind.WEBP})

MIME = {
    Kind.JPEG: "image/jpeg",
    Kind.PNG: "image/png",
    Kind.WEBP: "image/webp",
    Kind.MP4: "video/mp4",
    Kind.MOV: "video/quicktime",
    Kind.MATROSKA: "video/x-matroska",
    Kind.AVI: "video/x-msvideo",
}

SUFFIXES = {
    ".jpg": frozenset({Kind.JPEG}),
    ".jpeg": frozenset({Kind.JPEG}),
    ".png": frozenset({Kind.PNG}),
    ".webp": frozenset({Kind.WEBP}),
    # MP4 grew out of MOV, and cameras write either brand under either suffix; both are read by the same demuxer.
    ".mp4": frozenset({Kind.MP4, Kind.MOV}),
    ".m4v": frozenset({Kind.MP4, Kind.MOV}),
    ".mov": frozenset({Kind.MP4, Kind.MOV}),
    ".mkv": frozenset({Kind.MATROSKA}),
    ".avi": frozenset({Kind.AVI}),
}

# Kinds we know and do not take: named so that the refusal can say what the file really is.
_FOREIGN: tuple[tuple[bytes, str], ...] = (
    (b"GIF87a", "a GIF"),
    (b"GIF89a", "a GIF"),
    (b"BM", "a BMP"),
    (b"II*\0", "a TIFF"),
    (b"MM\0*", "a TIFF"),
    (b"%PDF", "a PDF"),
    (b"PK\x03\x04", "a ZIP archive"),
    (b"PK\x05\x06", "a ZIP archive"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"Rar!", "a RAR archive"),
    (b"7z\xbc\xaf", "a 7z archive"),
    (b"\x7fELF", "a program"),
    (b"MZ", "a program"),
    (b"#!", "a script"),
    (b"#EXTM3U", "a playlist"),
    (b"OggS", "an Ogg file"),
    (b"fLaC", "a FLAC file"),
    (b"ID3", "an MP3 file"),
    (b"FLV\x01", "a Flash video"),
    (b"\x30\x26\xb2\x75", "a Windows Media file"),
    (b"\x00\x00\x01\xba", "an MPEG program stream"),
    (b"\xff\x0a", "a JPEG XL"),
    (b"\x00\x00\x00\x0cJXL ", "a JPEG XL"),
)
_MARKUP = re.compile(rb"\A(?:\xef\xbb\xbf)?\s*<(?:\?xml|!doctype|svg|html|script|!--)", re.IGNORECASE)
_STILL_BRANDS = frozenset({b"heic", b"heix", b"mif1", b"msf1", b"avif", b"avis", b"heim", b"hevc"})
_MOV_ATOMS = frozenset({b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot"})
_MARKER_BYTES = 2
_PART_HEADER_BYTES = 8  # of a PNG chunk and of an MP4 box: length and type
_PNG_HEADER_BYTES = 16
_WEBP_HEADER_BYTES = 30
_JPEG_MARK = 0xFF
_JPEG_SCAN = 0xDA
_JPEG_END = b"\xff\xd9"
_JPEG_BODILESS = frozenset({0x01, *range(0xD0, 0xD9)})
_NEXT_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
_BOX_TYPE = re.compile(rb"[\x20-\x7e\xa9]{4}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sniffed:
    """The true kind, or what the file is instead."""

    kind: Kind | None
    instead: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Extent:
    """Where the content ends (None: not said), and what the headers already gave away."""

    end: int | None
    cut_short: bool = False
    moving: bool = False
    canvas: tuple[int, int] | None = None


class MalformedError(Exception):
    """The headers contradict themselves."""


def sniff(stream: BinaryIO) -> Sniffed:
    """Say what `stream` really is, from its first bytes."""
    head = _read_at(stream, 0, _HEAD_BYTES)
    kind = _image_kind(head) or _video_kind(head)
    if kind is not None:
        return Sniffed(kind=kind)
    if head[4:8] == b"ftyp" and head[8:12] in _STILL_BRANDS:
        return Sniffed(kind=None, instead="a HEIF or AVIF picture")
    if _MARKUP.match(head):
        return Sniffed(kind=None, instead="a markup document")
    return Sniffed(kind=None, instead=next((name for magic, name in _FOREIGN if head.startswith(magic)), None))


def extent(stream: BinaryIO, kind: Kind) -> Extent:
    """Walk the headers of `stream` and say where its content ends.

    Raises:
        MalformedError: the headers contradict themselves.

    """
    size = stream.seek(0, os.SEEK_END)
    match kind:
        case Kind.JPEG:
            return _jpeg(stream)
        case Kind.PNG:
            return _png(stream, size)
        case Kind.WEBP:
            return _webp(stream, size)
        case Kind.AVI:
            return _avi(stream, size)
        case Kind.MATROSKA:
            return _matroska(stream, size)
        case Kind.MP4 | Kind.MOV:
            return _boxes(stream, size)


def only_padding_after(stream: BinaryIO, end: int) -> bool:
    """Say whether everything from `end` on is zero bytes, which some cameras write to fill a block."""
    stream.seek(end)
    while chunk := stream.read(_CHUNK):
        if chunk.strip(b"\0"):
            return False
    return True


def _image_kind(head: bytes) -> Kind | None:
    if head.startswith(b"\xff\xd8\xff"):
        return Kind.JPEG
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return Kind.PNG
    return Kind.WEBP if head[:4] == b"RIFF" and head[8:12] == b"WEBP" else None


def _video_kind(head: bytes) -> Kind | None:
    if head[:4] == b"RIFF" and head[8:12] == b"AVI ":
        return Kind.AVI
    if head.startswith(b"\x1a\x45\xdf\xa3"):
        return Kind.MATROSKA
    if head[4:8] == b"ftyp":
        if head[8:12] in _STILL_BRANDS:
            return None
        return Kind.MOV if head[8:12] == b"qt  " else Kind.MP4
    return Kind.MOV if head[4:8] in _MOV_ATOMS else None


def _read_at(stream: BinaryIO, offset: int, length: int) -> bytes:
    stream.seek(offset)
    return stream.read(length)


def _jpeg(stream: BinaryIO) -> Extent:
    offset = 2
    for _ in range(_MOST_PARTS):
        head = _read_at(stream, offset, _MARKER_BYTES)
        if head == _JPEG_END:
            return Extent(end=offset + 2)
        if len(head) < _MARKER_BYTES:
            return Extent(end=None, cut_short=True)
        if head[0] != _JPEG_MARK:
            raise MalformedError(f"no JPEG marker at byte {offset}")
        offset = _after_segment(stream, offset, head[1])
    raise MalformedError("more JPEG segments than any picture has")


def _after_segment(stream: BinaryIO, offset: int, code: int) -> int:
    if code == _JPEG_MARK:  # a fill byte
        return offset + 1
    if code in _JPEG_BODILESS:
        return offset + 2
    offset += 2 + int.from_bytes(_read_at(stream, offset + 2, 2), "big")
    return _after_scan(stream, offset) if code == _JPEG_SCAN else offset


def _after_scan(stream: BinaryIO, offset: int) -> int:
    stream.seek(offset)
    carried = b""
    while chunk := stream.read(_CHUNK):
        window = carried + chunk
        if found := _NEXT_MARKER.search(window):
            return offset + found.start()
        carried = window[-1:]
        offset += len(window) - len(carried)
    return offset + len(carried)


def _png(stream: BinaryIO, size: int) -> Extent:
    header = _read_at(stream, 8, 16)
    if len(header) < _PNG_HEADER_BYTES:
        return Extent(end=None, cut_short=True)
    if header[4:8] != b"IHDR":
        raise MalformedError("a PNG without IHDR")
    width, height = struct.unpack(">II", header[8:16])
    offset, moving = 8, False
    for _ in range(_MOST_PARTS):
        chunk = _read_at(stream, offset, 8)
        offset += 12 + int.from_bytes(chunk[:4], "big")
        if len(chunk) < _PART_HEADER_BYTES or offset > size:
            return Extent(end=None, cut_short=True, moving=moving, canvas=(width, height))
        moving = moving or chunk[4:8] == b"acTL"
        if chunk[4:8] == b"IEND":
            return Extent(end=offset, moving=moving, canvas=(width, height))
    raise MalformedError("more PNG chunks than any picture has")


def _webp(stream: BinaryIO, size: int) -> Extent:
    head = _read_at(stream, 0, 30)
    end = 8 + int.from_bytes(head[4:8], "little")
    end += end % 2
    if len(head) < _WEBP_HEADER_BYTES or end > size + 1:
        return Extent(end=None, cut_short=True)
    return Extent(
        end=min(end, size), moving=head[12:16] == b"VP8X" and bool(head[20] & 0x02), canvas=_webp_canvas(head)
    )


def _webp_canvas(head: bytes) -> tuple[int, int]:
    match head[12:16]:
        case b"VP8X":
            return 1 + int.from_bytes(head[24:27], "little"), 1 + int.from_bytes(head[27:30], "little")
        case b"VP8L":
            bits = int.from_bytes(head[21:25], "little")
            return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
        case b"VP8 ":
            width, height = struct.unpack("<HH", head[26:30])
            return width & 0x3FFF, height & 0x3FFF
    raise MalformedError("a WebP without a picture")


def _avi(stream: BinaryIO, size: int) -> Extent:
    offset = 0
    while offset + 12 <= size:
        chunk = _read_at(stream, offset, 12)
        if chunk[:4] != b"RIFF" or chunk[8:12] not in {b"AVI ", b"AVIX"}:
            return Extent(end=offset)
        length = int.from_bytes(chunk[4:8], "little")
        offset += 8 + length + length % 2
    return Extent(end=min(offset, size), cut_short=offset > size + 1)


def _matroska(stream: BinaryIO, size: int) -> Extent:
    head = _read_at(stream, 0, _HEAD_BYTES)
    _, offset = _vint(head, 4)
    length, _ = _vint(head, 4)
    offset += length
    if head[offset : offset + 4] != b"\x18\x53\x80\x67":
        raise MalformedError("a Matroska file without a segment")
    length, body = _vint(head, offset + 4)
    unknown = (1 << 7 * (body - offset - 4)) - 1
    if length == unknown:  # written live: the segment reaches to the end
        return Extent(end=None)
    return Extent(end=min(body + length, size), cut_short=body + length > size)


def _vint(data: bytes, offset: int) -> tuple[int, int]:
    """Read one EBML variable-length number; return it and where it ends."""
    if offset >= len(data) or not data[offset]:
        raise MalformedError("an EBML length that is none")
    width = 9 - data[offset].bit_length()
    raw = int.from_bytes(data[offset : offset + width], "big")
    return raw & ((1 << 7 * width) - 1), offset + width


def _boxes(stream: BinaryIO, size: int) -> Extent:
    offset, has_index = 0, False
    for _ in range(_MOST_PARTS):
        head = _read_at(stream, offset, 16)
        if len(head) < _PART_HEADER_BYTES or not _BOX_TYPE.fullmatch(head[4:8]):
            return Extent(end=offset, cut_short=not has_index)
        has_index = has_index or head[4:8] == b"moov"
        length = int.from_bytes(head[:4], "big")
        if length == 0:  # the box reaches to the end
            return Extent(end=size, cut_short=not has_index)
        if length == 1:
            length = int.from_bytes(head[8:16], "big")
        if length < _PART_HEADER_BYTES:
            return Extent(end=offset, cut_short=not has_index)
        offset += length
        if offset >= size:
            return Extent(end=size, cut_short=offset > size or not has_index)
    raise MalformedError("more boxes than any video has")
