"""Pictures go out as the labels saw them, without place, time or camera."""

import io
import struct
import zlib
from fractions import Fraction
from typing import Any

import av
import pytest
from PIL import Image, PngImagePlugin

from exporters import LabeledFootage, MediaError
from exporters.errors import MediaMismatchError, UnreadableMediaError
from exporters.media import FrameCutter, clean_still
from exporters.metadata import strip
from tests.exporters.builders import clip, jpeg, key, mp4, still, track

SECRET = b"51.5074N"


def picture(kind: str, **options: object) -> bytes:
    """A small picture of two halves, with a place in its metadata."""
    image = Image.linear_gradient("L").resize((40, 20)).convert("RGB")
    out = io.BytesIO()
    exif = Image.Exif()
    exif[0x010E] = SECRET.decode()
    exif[0x0112] = options.pop("orientation", 1)
    image.save(out, kind, exif=exif.tobytes(), **options)
    return out.getvalue()


def cleaned(data: bytes, width: int = 40, height: int = 20) -> tuple[str, bytes]:
    return clean_still(still("f1", data=data, width=width, height=height))


def pixels(data: bytes) -> bytes:
    with Image.open(io.BytesIO(data)) as image:
        return image.convert("RGB").tobytes()


@pytest.mark.parametrize(
    ("kind", "options", "extension"),
    [
        ("JPEG", {"comment": SECRET}, ".jpg"),
        ("JPEG", {"progressive": True, "xmp": b"<x>" + SECRET + b"</x>"}, ".jpg"),
        ("JPEG", {"icc_profile": b"p" * 200, "dpi": (72, 72), "restart_marker_rows": 1}, ".jpg"),
        ("PNG", {}, ".png"),
        ("WEBP", {"lossless": True, "xmp": b"<x>" + SECRET + b"</x>"}, ".webp"),
        ("WEBP", {"quality": 50}, ".webp"),
    ],
)
def test_metadata_goes_and_pixels_stay_bit_by_bit(kind: str, options: dict[str, Any], extension: str) -> None:
    data = picture(kind, **options)
    assert SECRET in data
    named, clean = cleaned(data)
    assert (named, SECRET in clean, pixels(clean) == pixels(data)) == (extension, False, True)
    with Image.open(io.BytesIO(clean)) as image:
        assert not image.getexif()
        assert image.info.get("icc_profile") == options.get("icc_profile")


def test_text_in_a_png_goes() -> None:
    note = PngImagePlugin.PngInfo()
    note.add_text("Location", SECRET.decode())
    assert SECRET not in cleaned(picture("PNG", pnginfo=note))[1]


def test_what_follows_the_end_of_a_picture_goes() -> None:
    for kind in ("JPEG", "PNG"):
        assert SECRET not in cleaned(picture(kind) + SECRET)[1]


def test_a_picture_whose_orientation_is_only_noted_is_turned_upright() -> None:
    data = picture("JPEG", orientation=6)
    named, clean = cleaned(data, width=20, height=40)
    with Image.open(io.BytesIO(clean)) as image:
        assert (named, image.size, dict(image.getexif())) == (".jpg", (20, 40), {})
    assert SECRET not in clean
    named, clean = cleaned(picture("PNG", orientation=3))
    assert (named, SECRET in clean) == (".png", False)


def test_a_picture_of_another_kind_becomes_a_png() -> None:
    out = io.BytesIO()
    Image.new("RGB", (40, 20), "red").save(out, "BMP")
    named, clean = cleaned(out.getvalue())
    assert (named, pixels(clean)) == (".png", pixels(out.getvalue()))


@pytest.mark.parametrize(
    ("item", "error", "says"),
    [
        (still("f1", data=jpeg(), sha256="0" * 64), MediaMismatchError, "another hash"),
        (still("f1", data=jpeg(), width=999), MediaMismatchError, "`1000` by `500`, the record says `999` by `500`"),
        (still("f1", data=b""), UnreadableMediaError, "no picture that can be read"),
        (still("f1", data=b"GIF89a"), UnreadableMediaError, "no picture that can be read"),
        (still("f1", data=jpeg()[:300]), UnreadableMediaError, "no picture that can be read"),
        (still("f1"), UnreadableMediaError, "there are no bytes to read"),
    ],
)
def test_bytes_that_are_not_the_footage_are_refused_by_name(
    item: LabeledFootage, error: type[MediaError], says: str
) -> None:
    with pytest.raises(error, match=f"footage `f1`: .*{says}"):
        clean_still(item)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_file_cut_short_anywhere_is_an_error_or_a_picture_but_never_loops(kind: str) -> None:
    data = picture(kind)
    for length in range(len(data)):
        try:
            strip(kind, data[:length])
        except ValueError:
            continue


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("JPEG", b"no"),
        ("JPEG", b"\xff\xd8" + b"junk"),
        ("JPEG", b"\xff\xd8\xff\xff\xff"),
        ("JPEG", b"\xff\xd8\xff\xe0\x00\x01"),
        ("JPEG", b"\xff\xd8\xff\xda\x00\x02\xff\xff"),
        ("PNG", b"no"),
        ("WEBP", b"no"),
        ("WEBP", b"RIFF\x20\x00\x00\x00WEBPVP8 \xff\xff\x00\x00" + b"\0" * 16),
    ],
)
def test_a_file_not_built_as_its_kind_is_refused(kind: str, data: bytes) -> None:
    with pytest.raises(ValueError, match=r"no |cut short|begin|longer"):
        strip(kind, data)


def test_fill_bytes_between_segments_are_passed_over() -> None:
    data = jpeg()
    filled = data[:2] + b"\xff\xff\xff" + data[2:]
    assert strip("JPEG", filled) == strip("JPEG", data)
    last = data[:-2] + b"\xff" + data[-2:]
    assert strip("JPEG", last).endswith(b"\xff\xd9")


def test_an_unknown_chunk_of_a_png_does_not_pass() -> None:
    chunk = b"prVt" + SECRET
    whole = struct.pack(">I", len(SECRET)) + chunk + struct.pack(">I", zlib.crc32(chunk))
    data = picture("PNG")
    assert strip("PNG", data[:33] + whole + data[33:]) == strip("PNG", data)


def greys(item: LabeledFootage, *numbers: int) -> list[int]:
    found = []
    with FrameCutter(item) as cutter:
        for number in numbers:
            with Image.open(io.BytesIO(cutter.jpeg(number))) as image:
                assert image.size == (64, 48)
                found.append(round(image.convert("L").getpixel((30, 20)) / 20))  # type: ignore[operator]
    return found


def test_the_frame_that_was_labeled_is_the_frame_that_is_cut() -> None:
    item = clip("v1", track(key(0)), data=mp4())
    assert greys(item, 0, 1, 5, 11) == [0, 1, 5, 11]


def test_a_clip_that_is_only_noted_to_be_turned_is_cut_upright() -> None:
    upright = b"\x00\x01\x00\x00" + b"\0" * 12 + b"\x00\x01\x00\x00"
    clockwise = b"\0" * 4 + b"\x00\x01\x00\x00" + b"\0" * 4 + b"\xff\xff\x00\x00" + b"\0" * 4
    data = mp4(bright_left=True)
    at = data.index(upright, data.index(b"tkhd"))
    turned = data[:at] + clockwise + data[at + len(upright) :]
    with FrameCutter(clip("v1", data=turned, width=48, height=64)) as cutter:
        picture = Image.open(io.BytesIO(cutter.jpeg(0))).convert("L")
    assert (picture.size, picture.getpixel((24, 5)), picture.getpixel((24, 60))) == ((48, 64), 255, 0)


def test_media_that_cannot_seek_is_cut_all_the_same() -> None:
    class Stream(io.BytesIO):
        def seekable(self) -> bool:
            return False

    assert greys(clip("v1", data=mp4(), media=lambda: Stream(mp4())), 7) == [7]


@pytest.mark.parametrize(
    ("item", "error", "says"),
    [
        (clip("v1", data=mp4(frames=3)), MediaMismatchError, "frame `5` is labeled and the video has only `3` frames"),
        (clip("v1", data=mp4(), width=65), MediaMismatchError, "the record says `65` by `48`"),
        (clip("v1", data=b"no video"), UnreadableMediaError, "no video that can be read"),
        (clip("v1", data=mp4(), sha256="0" * 64), MediaMismatchError, "another hash"),
    ],
)
def test_a_clip_that_is_not_the_footage_is_refused_by_name(
    item: LabeledFootage, error: type[MediaError], says: str
) -> None:
    with pytest.raises(error, match=f"footage `v1`: .*{says}"):
        greys(item, 5)


def test_a_file_without_pictures_is_no_clip() -> None:
    out = io.BytesIO()
    with av.open(out, "w", format="wav") as container:
        stream = container.add_stream("pcm_s16le", rate=8000)
        frame = av.AudioFrame(format="s16", layout="mono", samples=160)
        frame.sample_rate, frame.pts, frame.time_base = 8000, 0, Fraction(1, 8000)
        container.mux(stream.encode(frame))
    with pytest.raises(UnreadableMediaError, match="no video that can be read"):
        greys(clip("v1", data=out.getvalue()), 0)
