"""Read one file to its last pixel. Runs only in the child process: every decoder here may crash, hang or eat memory.

Pillow and PyAV are told the sniffed kind, never asked to guess: a playlist or a protocol in disguise must not be
opened.
"""

from __future__ import annotations

import hashlib
import os
import stat
import struct
import warnings
from datetime import datetime
from fractions import Fraction
from io import BufferedReader
from pathlib import Path

from PIL import ExifTags, Image, UnidentifiedImageError

from labelhub.footage.probe_content import Content, RefusedError, check_pixels, plausible
from labelhub.footage.probe_facts import Limits, Probed, Unusable, UnusableFileError
from labelhub.footage.probe_kinds import (
    IMAGE_KINDS,
    MIME,
    SUFFIXES,
    Kind,
    MalformedError,
    Sniffed,
    extent,
    only_padding_after,
    sniff,
)
from residency import MediaKind

_ON_ITS_SIDE = frozenset({5, 6, 7, 8})  # EXIF orientations that swap width and height
_UNREADABLE_EXIF = (ValueError, TypeError, KeyError, OverflowError, ZeroDivisionError, SyntaxError, struct.error)


def read(path: Path, limits: Limits) -> Probed:
    """Read the file at `path` in full and say what it is.

    Raises:
        UnusableFileError: the file is refused.

    """
    try:
        with _opened(path) as stream:
            return _read(path, stream, limits)
    except RefusedError as refused:
        raise UnusableFileError(path, refused.reason, refused.detail) from refused
    except MemoryError as error:
        raise UnusableFileError(path, Unusable.TOO_MUCH_MEMORY) from error


def _opened(path: Path) -> BufferedReader:
    try:
        found = path.lstat()
        if stat.S_ISLNK(found.st_mode):
            raise RefusedError(Unusable.SYMLINK)
        if not stat.S_ISREG(found.st_mode):
            raise RefusedError(Unusable.NOT_A_FILE)
        # The link may be put in place between the look and the opening; O_NOFOLLOW closes that gap.
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError as error:
        raise RefusedError(Unusable.MISSING) from error
    except PermissionError as error:
        raise RefusedError(Unusable.UNREADABLE) from error
    except (ValueError, OSError) as error:  # a NUL in the name, a name too long, a loop of links
        raise RefusedError(Unusable.BAD_NAME, str(error.args[-1])) from error
    return os.fdopen(descriptor, "rb")


def _read(path: Path, stream: BufferedReader, limits: Limits) -> Probed:
    before = os.fstat(stream.fileno())
    if not before.st_size:
        raise RefusedError(Unusable.EMPTY)
    kind = _kind_of(path, sniff(stream))
    is_image = kind in IMAGE_KINDS
    most = limits.image_bytes if is_image else limits.video_bytes
    if before.st_size > most:
        raise RefusedError(Unusable.TOO_LARGE, f"{before.st_size} bytes; the limit is {most}")
    _check_extent(stream, kind, limits)
    stream.seek(0)
    digest = hashlib.file_digest(stream, "sha256").hexdigest()
    stream.seek(0)
    content = _read_image(stream, kind, limits) if is_image else _read_video(stream, kind, limits)
    after = os.fstat(stream.fileno())
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
        raise RefusedError(Unusable.CHANGED)
    return _probed(path, kind, content, digest, before.st_size)


def _probed(path: Path, kind: Kind, content: Content, digest: str, size: int) -> Probed:
    timed = content.frames is not None and content.fps is not None
    return Probed(
        media_kind=MediaKind.IMAGE if kind in IMAGE_KINDS else MediaKind.VIDEO,
        mime=MIME[kind],
        suffix=path.suffix.lower(),
        width=content.width,
        height=content.height,
        frames=content.frames,
        fps=content.fps,
        duration=Fraction(content.frames or 0) / (content.fps or 1) if timed else None,
        codec=content.codec,
        sha256=digest,
        size=size,
        captured_at=content.captured_at,
    )


def _kind_of(path: Path, found: Sniffed) -> Kind:
    suffix = path.suffix.lower()
    promised = SUFFIXES.get(suffix)
    if found.kind is None:
        if promised is None:
            raise RefusedError(Unusable.UNSUPPORTED, found.instead or f"suffix `{suffix}`")
        if found.instead:
            raise RefusedError(Unusable.MISLABELLED, f"named `{suffix}`, is {found.instead}")
        raise RefusedError(Unusable.CORRUPT, f"does not begin as `{suffix}` files do")
    if promised is None or found.kind not in promised:
        raise RefusedError(Unusable.MISLABELLED, f"named `{suffix}`, is {found.kind}")
    return found.kind


def _check_extent(stream: BufferedReader, kind: Kind, limits: Limits) -> None:
    try:
        seen = extent(stream, kind)
    except MalformedError as error:
        raise RefusedError(Unusable.CORRUPT, str(error)) from error
    if seen.canvas is not None:
        check_pixels(*seen.canvas, limits)
    if seen.cut_short:
        raise RefusedError(Unusable.TRUNCATED)
    if seen.moving:
        raise RefusedError(Unusable.MOVING_PICTURE)
    if seen.end is not None and not only_padding_after(stream, seen.end):
        raise RefusedError(Unusable.TRAILING_BYTES, f"behind byte {seen.end}")


def _read_image(stream: BufferedReader, kind: Kind, limits: Limits) -> Content:
    Image.MAX_IMAGE_PIXELS = None  # check_pixels decides, from the header, by one limit for pictures and videos
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return _decode_image(stream, kind, limits)
        except (UnidentifiedImageError, SyntaxError, ValueError, EOFError, struct.error, OSError) as error:
            cut = "truncated" in str(error)
            raise RefusedError(Unusable.TRUNCATED if cut else Unusable.CORRUPT, str(error)[:200]) from error


def _decode_image(stream: BufferedReader, kind: Kind, limits: Limits) -> Content:
    with Image.open(stream, formats=[kind.upper()]) as picture:
        check_pixels(*picture.size, limits)
        if getattr(picture, "n_frames", 1) != 1:
            raise RefusedError(Unusable.MOVING_PICTURE)
        picture.verify()
    stream.seek(0)
    with Image.open(stream, formats=[kind.upper()]) as picture:
        picture.load()
        width, height = picture.size
        orientation, captured_at = _exif(picture)
    if orientation in _ON_ITS_SIDE:
        width, height = height, width
    return Content(width=width, height=height, captured_at=captured_at)


def _exif(picture: Image.Image) -> tuple[int, datetime | None]:
    """Return the orientation and the capture time, where EXIF can be read and says its offset from UTC."""
    try:
        exif = picture.getexif()
        details = exif.get_ifd(ExifTags.IFD.Exif)
        taken = details.get(ExifTags.Base.DateTimeOriginal)
        offset = details.get(ExifTags.Base.OffsetTimeOriginal)
        orientation = int(exif.get(ExifTags.Base.Orientation, 1))
        if not isinstance(taken, str) or not isinstance(offset, str):
            return orientation, None
        when = datetime.strptime(f"{taken.strip(chr(0))} {offset.strip(chr(0))}", "%Y:%m:%d %H:%M:%S %z")
    except _UNREADABLE_EXIF:
        return 1, None
    return orientation, plausible(when)


def _read_video(stream: BufferedReader, kind: Kind, limits: Limits) -> Content:
    from labelhub.footage.probe_video import read_video  # noqa: PLC0415 (loads the decoders; a picture needs none)

    return read_video(stream, kind, limits)
