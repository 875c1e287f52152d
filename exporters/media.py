"""The bytes of footage: opened, checked against the record, stills cleaned, frames cut.

A still keeps its file and loses its metadata (`metadata.py`) without being encoded again, with two exceptions: one
whose orientation is only noted in the metadata is turned upright and encoded again, because the labels belong to the
upright picture; and one of another kind than JPEG, PNG or WebP becomes a PNG. Frames of a video are encoded as JPEG.
"""

import hashlib
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from shutil import copyfileobj
from types import TracebackType
from typing import BinaryIO, Self, cast

import av
from PIL import Image, ImageOps

from exporters.dataset import LabeledFootage
from exporters.errors import MediaMismatchError, UnreadableMediaError
from exporters.metadata import strip

ORIENTATION = 0x0112
JPEG_QUALITY = 95
CHUNK = 1 << 20
EXTENSIONS = {"JPEG": ".jpg", "MPO": ".jpg", "PNG": ".png", "WEBP": ".webp"}


@contextmanager
def opened(item: LabeledFootage) -> Iterator[BinaryIO]:
    """The bytes of the footage, seekable, after their hash was found to be the one on record."""
    if item.media is None:
        raise UnreadableMediaError(item.footage_id, "there are no bytes to read")
    with item.media() as given, tempfile.TemporaryFile() as own:
        stream = given
        if not given.seekable():
            copyfileobj(given, own)
            own.seek(0)
            stream = cast("BinaryIO", own)
        if _hash(stream) != item.sha256:
            raise MediaMismatchError(item.footage_id, "the bytes have another hash than the record says")
        stream.seek(0)
        yield stream


def clean_still(item: LabeledFootage) -> tuple[str, bytes]:
    """The extension and the bytes of a still, upright and without metadata."""
    with opened(item) as stream:
        data = stream.read()
    try:
        with Image.open(BytesIO(data)) as picture:
            turned = picture.getexif().get(ORIENTATION, 1) != 1
            _check_size(item, ImageOps.exif_transpose(picture).size if turned else picture.size)
            if turned or picture.format not in EXTENSIONS:
                return _encoded_again(picture)
            return EXTENSIONS[picture.format], strip(picture.format, data)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise UnreadableMediaError(item.footage_id, f"this is no picture that can be read: {error}") from error


class FrameCutter:
    """Cuts frames out of a video in one pass, so only forwards."""

    def __init__(self, item: LabeledFootage) -> None:
        self._item = item
        self._opening = opened(item)
        self._next = 0

    def __enter__(self) -> Self:
        stream = self._opening.__enter__()
        try:
            self._container = av.open(stream, "r")
        except av.FFmpegError as error:
            self._opening.__exit__(None, None, None)
            raise UnreadableMediaError(self._item.footage_id, f"this is no video that can be read: {error}") from error
        if not self._container.streams.video:
            self.__exit__(None, None, None)
            raise UnreadableMediaError(self._item.footage_id, "this is no video that can be read: it has no pictures")
        self._frames = self._container.decode(self._container.streams.video[0])
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._container.close()
        self._opening.__exit__(kind, error, trace)

    def jpeg(self, number: int) -> bytes:
        """Frame `number`, counted from 0 in the order shown, as a JPEG; frames before it are gone after this."""
        try:
            while True:
                frame = next(self._frames)
                self._next += 1
                if self._next > number:
                    break
        except StopIteration:
            raise MediaMismatchError(
                self._item.footage_id, f"frame `{number}` is labeled and the video has only `{self._next}` frames"
            ) from None
        except av.FFmpegError as error:
            raise UnreadableMediaError(self._item.footage_id, f"frame `{number}` cannot be read: {error}") from error
        picture = cast("Image.Image", frame.to_image())  # type: ignore[no-untyped-call] # PyAV types nothing here
        if frame.rotation:
            picture = picture.rotate(frame.rotation, expand=True)
        _check_size(self._item, picture.size)
        return _jpeg(picture)


def _hash(stream: BinaryIO) -> str:
    digest = hashlib.sha256()
    while chunk := stream.read(CHUNK):
        digest.update(chunk)
    return digest.hexdigest()


def _check_size(item: LabeledFootage, size: tuple[int, int]) -> None:
    if size != (item.width, item.height):
        raise MediaMismatchError(
            item.footage_id,
            f"the picture is `{size[0]}` by `{size[1]}`, the record says `{item.width}` by `{item.height}`",
        )


def _encoded_again(picture: Image.Image) -> tuple[str, bytes]:
    upright = ImageOps.exif_transpose(picture)
    if picture.format in {"JPEG", "MPO"}:
        return ".jpg", _jpeg(upright)
    out = BytesIO()
    _bare(upright).save(out, "PNG")
    return ".png", out.getvalue()


def _jpeg(picture: Image.Image) -> bytes:
    out = BytesIO()
    _bare(picture).save(out, "JPEG", quality=JPEG_QUALITY, subsampling=0)
    return out.getvalue()


def _bare(picture: Image.Image) -> Image.Image:
    """The picture with nothing attached that an encoder would write along."""
    copy = picture.copy()
    copy.info = {}
    return copy
