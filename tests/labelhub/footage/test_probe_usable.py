"""Probing tells the exact facts of files that are what they say."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path

import av
import pytest
from PIL import ExifTags, Image

from labelhub.footage.probe import Probed, Prober, probe
from residency import MediaKind

SHARED = Path(__file__).resolve().parents[4] / "shared" / "footage"
real_footage = pytest.mark.skipif(not SHARED.is_dir(), reason=f"real footage is not at {SHARED}")


def picture(size: tuple[int, int] = (64, 48)) -> Image.Image:
    return Image.linear_gradient("L").resize(size).convert("RGB")


def saved(path: Path, kind: str, **options: object) -> Path:
    picture().save(path, kind, **options)
    return path


def video(
    path: Path, *, frames: int = 12, rate: Fraction | int = 25, codec: str = "libx264", form: str | None = None
) -> Path:
    with av.open(str(path), "w", format=form) as out:
        stream = out.add_stream(codec, rate=rate)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuvj420p" if codec == "mjpeg" else "yuv420p"
        for _ in range(frames):
            out.mux(stream.encode(av.VideoFrame.from_image(picture())))
        out.mux(stream.encode(None))
    return path


@real_footage
@pytest.mark.parametrize(
    ("name", "size", "frames", "fps", "captured_at"),
    [
        ("car-detection.mp4", (768, 432), 377, Fraction(25, 2), datetime(2018, 4, 19, 22, 46, tzinfo=UTC)),
        ("solidWhiteRight.mp4", (960, 540), 221, Fraction(25), datetime(2016, 8, 28, 21, 16, 8, tzinfo=UTC)),
    ],
)
def test_a_real_video_gives_its_exact_frames_rate_and_duration(
    name: str, size: tuple[int, int], frames: int, fps: Fraction, captured_at: datetime
) -> None:
    found = probe(SHARED / "videos" / name)
    assert (found.media_kind, found.mime, found.codec) == (MediaKind.VIDEO, "video/mp4", "h264")
    assert ((found.width, found.height), found.frames, found.fps) == (size, frames, fps)
    assert found.duration == frames / fps
    assert found.captured_at == captured_at


@real_footage
def test_every_real_photograph_is_usable() -> None:
    paths = sorted((SHARED / "photos").glob("*.jpg"))
    with Prober() as prober:
        found = list(prober.probe_all(paths))
    assert len(found) == len(paths) == 12
    assert {(one.width, one.height) for one in found if isinstance(one, Probed)} == {(1280, 720), (960, 540)}


@pytest.mark.parametrize(
    ("name", "kind", "mime"),
    [
        ("a.jpg", "JPEG", "image/jpeg"),
        ("a.JPEG", "JPEG", "image/jpeg"),
        ("a.png", "PNG", "image/png"),
        ("a.webp", "WEBP", "image/webp"),
    ],
)
def test_each_kind_of_picture_is_taken(tmp_path: Path, name: str, kind: str, mime: str) -> None:
    path = saved(tmp_path / name, kind)
    found = probe(path)
    assert (found.media_kind, found.mime, found.suffix) == (MediaKind.IMAGE, mime, path.suffix.lower())
    assert (found.width, found.height, found.size) == (64, 48, path.stat().st_size)
    assert (found.frames, found.fps, found.duration) == (None, None, None)


@pytest.mark.parametrize(
    ("name", "codec", "rate"),
    [
        ("a.mp4", "libx264", Fraction(25)),
        ("a.mov", "libx264", Fraction(30000, 1001)),
        ("a.mkv", "libx264", Fraction(30000, 1001)),
        ("a.mkv", "libx264", Fraction(24000, 1001)),
        ("a.avi", "mjpeg", Fraction(15)),
        ("a.mp4", "mpeg4", Fraction(10)),
        ("a.m4v", "libx264", Fraction(60)),
    ],
)
def test_each_kind_of_video_gives_exact_frames_and_rate(tmp_path: Path, name: str, codec: str, rate: Fraction) -> None:
    found = probe(video(tmp_path / name, frames=31, rate=rate, codec=codec, form="mp4" if name == "a.m4v" else None))
    assert (found.frames, found.fps, found.duration) == (31, rate, 31 / rate)


def test_a_video_of_one_frame_is_taken(tmp_path: Path) -> None:
    found = probe(video(tmp_path / "one.mp4", frames=1))
    assert (found.frames, found.fps) == (1, Fraction(25))


def test_width_and_height_are_as_displayed_when_the_camera_lay_on_its_side(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6
    found = probe(saved(tmp_path / "turned.jpg", "JPEG", exif=exif))
    assert (found.width, found.height) == (48, 64)


def taken_at(offset: str | None) -> Image.Exif:
    exif = Image.Exif()
    details = exif.get_ifd(ExifTags.IFD.Exif)
    details[ExifTags.Base.DateTimeOriginal] = "2026:02:03 04:05:06"
    if offset is not None:
        details[ExifTags.Base.OffsetTimeOriginal] = offset
    return exif


@pytest.mark.parametrize(
    ("offset", "expected"),
    [
        ("-08:00", datetime(2026, 2, 3, 12, 5, 6, tzinfo=UTC)),
        (None, None),  # without a zone the time is a guess, and a guess is not a fact
        ("nonsense", None),
    ],
)
def test_capture_time_is_taken_only_with_its_zone(
    tmp_path: Path, offset: str | None, expected: datetime | None
) -> None:
    assert probe(saved(tmp_path / "a.jpg", "JPEG", exif=taken_at(offset))).captured_at == expected


def test_zero_bytes_after_the_end_are_padding_not_content(tmp_path: Path) -> None:
    path = saved(tmp_path / "padded.jpg", "JPEG")
    with path.open("ab") as more:
        more.write(bytes(512))
    assert probe(path).width == 64


def test_odd_names_are_taken(tmp_path: Path) -> None:
    out = io.BytesIO()
    picture().save(out, "JPEG")
    names = ["line\nbreak.jpg", 'quote".jpg', "http:host.jpg", "konkat|x.jpg", "ünï-日本.jpg", "-dash.jpg"]
    raw = bytes(tmp_path) + b"/not-utf8-\xff.jpg"
    paths = [tmp_path / name for name in names] + [Path(raw.decode(errors="surrogateescape"))]
    for path in paths:
        path.write_bytes(out.getvalue())
    with Prober() as prober:
        assert [type(found) for found in prober.probe_all(paths)] == [Probed] * len(paths)


def test_the_command_prints_one_json_line_per_file(tmp_path: Path) -> None:
    good, missing = saved(tmp_path / "a.png", "PNG"), tmp_path / "none.png"
    done = subprocess.run(
        [sys.executable, "-m", "labelhub.footage.probe", str(good), str(missing)], capture_output=True, check=False
    )
    first, second = map(json.loads, done.stdout.splitlines())
    assert done.returncode == 1
    assert (first["probed"]["width"], second["refused"]) == (64, "missing")


def test_probing_does_not_load_django() -> None:
    modules = "labelhub.footage.probe, labelhub.footage.probe_child, labelhub.footage.probe_video"
    code = f"import sys, {modules}; print('django' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    assert done.stdout.strip() == b"False"
