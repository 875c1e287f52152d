"""Probing refuses hostile and broken files with the right reason, and stays up."""

from __future__ import annotations

import io
import os
import struct
import time
import zipfile
import zlib
from datetime import timedelta
from fractions import Fraction
from pathlib import Path

import av
import pytest
from PIL import Image

from labelhub.footage import probe as probe_module
from labelhub.footage.probe import Limits, Probed, Prober, ProbingUnavailableError, Unusable, UnusableFileError, probe

SHARED = Path(__file__).resolve().parents[4] / "shared" / "footage"
real_footage = pytest.mark.skipif(not SHARED.is_dir(), reason=f"real footage is not at {SHARED}")


def encoded(kind: str, size: tuple[int, int] = (160, 120), **options: object) -> bytes:
    out = io.BytesIO()
    Image.effect_mandelbrot(size, (-2, -1.5, 1, 1.5), 40).convert("RGB").save(out, kind, **options)
    return out.getvalue()


def clip(path: Path, *, times: list[int] | None = None, frames: int = 30, sizes: tuple[int, int] = (160, 120)) -> Path:
    with av.open(str(path), "w") as out:
        stream = out.add_stream("libx264", rate=25, options={"bf": "0"})
        stream.width, stream.height, stream.pix_fmt = *sizes, "yuv420p"
        stream.codec_context.time_base = Fraction(1, 25)
        for index in range(frames):
            frame = av.VideoFrame.from_image(
                Image.effect_mandelbrot(sizes, (-2, -1.5, 1, 1.5), 5 + index).convert("RGB")
            )
            frame.pts, frame.time_base = times[index] if times else index, Fraction(1, 25)
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return path


def reason_for(path: Path, **limits: object) -> Unusable:
    with pytest.raises(UnusableFileError) as refused:
        probe(path, limits=Limits(**limits))  # type: ignore[arg-type]
    assert refused.value.path == path
    return refused.value.reason


def written(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def png_claiming(width: int, height: int) -> bytes:
    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = zlib.compress(bytes(1000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
JPEG, PNG, WEBP = encoded("JPEG"), encoded("PNG"), encoded("WEBP")
GIF = encoded("GIF", save_all=True, append_images=[Image.new("RGB", (160, 120))])
MOVING_WEBP = encoded("WEBP", save_all=True, append_images=[Image.new("RGB", (160, 120))])
MOVING_PNG = encoded("PNG", save_all=True, append_images=[Image.new("RGB", (160, 120))])


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("empty.jpg", b"", Unusable.EMPTY),
        ("empty.mp4", b"", Unusable.EMPTY),
        ("png.jpg", PNG, Unusable.MISLABELLED),
        ("jpeg.mp4", JPEG, Unusable.MISLABELLED),
        ("jpeg.txt", JPEG, Unusable.MISLABELLED),
        ("drawing.png", SVG, Unusable.MISLABELLED),
        ("page.jpg", b"\n <!DOCTYPE html><script>", Unusable.MISLABELLED),
        ("moving.webp", GIF, Unusable.MISLABELLED),
        ("playlist.mp4", b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n", Unusable.MISLABELLED),
        ("drawing.svg", SVG, Unusable.UNSUPPORTED),
        ("moving.gif", GIF, Unusable.UNSUPPORTED),
        ("notes.txt", b"hello", Unusable.UNSUPPORTED),
        ("nosuffix", b"hello", Unusable.UNSUPPORTED),
        ("noise.jpg", bytes(range(1, 200)), Unusable.CORRUPT),
        ("zeros.mp4", bytes(5000), Unusable.CORRUPT),
        ("moving.webp", MOVING_WEBP, Unusable.MOVING_PICTURE),
        ("moving.png", MOVING_PNG, Unusable.MOVING_PICTURE),
        ("flood.png", png_claiming(60000, 60000), Unusable.PIXEL_FLOOD),
        ("nothing.png", png_claiming(0, 10), Unusable.CORRUPT),
        ("short.png", png_claiming(500, 500), Unusable.TRUNCATED),
        ("wrong-crc.png", PNG[:40] + b"\x55\xaa" + PNG[42:], Unusable.CORRUPT),
        ("cut.jpg", JPEG[: len(JPEG) // 2], Unusable.TRUNCATED),
        ("cut.png", PNG[: len(PNG) // 2], Unusable.TRUNCATED),
        ("cut.webp", WEBP[: len(WEBP) // 2], Unusable.TRUNCATED),
        ("head.jpg", JPEG[:3], Unusable.TRUNCATED),
        ("polyglot.jpg", JPEG + b"<script>alert(1)</script>", Unusable.TRAILING_BYTES),
        ("polyglot.png", PNG + b"PK\x03\x04", Unusable.TRAILING_BYTES),
        ("polyglot.webp", WEBP + b"%PDF-1.7", Unusable.TRAILING_BYTES),
    ],
)
def test_a_file_that_is_not_what_it_should_be_is_refused(
    tmp_path: Path, name: str, content: bytes, reason: Unusable
) -> None:
    assert reason_for(written(tmp_path / name, content)) is reason


def test_a_zip_archive_behind_a_picture_is_found(tmp_path: Path) -> None:
    path = written(tmp_path / "both.jpg", JPEG)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("run.sh", "#!/bin/sh")
    assert reason_for(path) is Unusable.TRAILING_BYTES


def test_a_zip_archive_behind_a_video_is_found(tmp_path: Path) -> None:
    for name in ("both.mp4", "both.mkv"):
        path = clip(tmp_path / name)
        with zipfile.ZipFile(path, "a") as archive:
            archive.writestr("run.sh", "#!/bin/sh")
        assert reason_for(path) is Unusable.TRAILING_BYTES


@pytest.mark.parametrize("name", ["cut.mp4", "cut.mov", "cut.mkv", "cut.avi"])
def test_a_video_cut_short_is_refused_wherever_it_was_cut(tmp_path: Path, name: str) -> None:
    path = clip(tmp_path / name)
    whole = path.read_bytes()
    for share in (0.3, 0.7, 0.98):
        written(path, whole[: int(len(whole) * share)])
        assert reason_for(path) in {Unusable.TRUNCATED, Unusable.CORRUPT}


@real_footage
def test_a_real_video_with_damaged_pictures_is_refused(tmp_path: Path) -> None:
    whole = bytearray((SHARED / "videos" / "solidWhiteRight.mp4").read_bytes())
    middle = len(whole) // 2
    whole[middle : middle + 4000] = os.urandom(4000)
    assert reason_for(written(tmp_path / "damaged.mp4", bytes(whole))) is Unusable.CORRUPT


@real_footage
def test_a_real_video_cut_short_is_refused(tmp_path: Path) -> None:
    whole = (SHARED / "videos" / "car-detection.mp4").read_bytes()
    assert reason_for(written(tmp_path / "cut.mp4", whole[: len(whole) * 2 // 3])) is Unusable.TRUNCATED


def test_a_rate_that_varies_is_refused_because_frames_and_seconds_would_drift_apart(tmp_path: Path) -> None:
    times = [index * 2 if index < 15 else index * 3 for index in range(30)]
    for name in ("vfr.mp4", "vfr.mkv"):
        assert reason_for(clip(tmp_path / name, times=times)) is Unusable.VARIABLE_FRAME_RATE


def test_one_dropped_frame_makes_the_rate_vary(tmp_path: Path) -> None:
    times = [index if index < 15 else index + 1 for index in range(30)]
    assert reason_for(clip(tmp_path / "dropped.mp4", times=times)) is Unusable.VARIABLE_FRAME_RATE


def test_a_video_without_pictures_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "sound.mp4"
    with av.open(str(path), "w") as out:
        stream = out.add_stream("aac", rate=44100)
        frame = av.AudioFrame(format="fltp", layout="mono", samples=1024)
        frame.sample_rate, frame.pts = 44100, 0
        for plane in frame.planes:
            plane.update(bytes(plane.buffer_size))
        out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    assert reason_for(path) is Unusable.NO_VIDEO_STREAM


def test_a_duration_beyond_the_limit_is_refused(tmp_path: Path) -> None:
    assert reason_for(clip(tmp_path / "long.mp4"), duration=timedelta(seconds=1)) is Unusable.ABSURD_DURATION


def test_a_video_with_more_pixels_than_the_limit_is_refused(tmp_path: Path) -> None:
    assert reason_for(clip(tmp_path / "wide.mp4"), pixels=160 * 120 - 1) is Unusable.PIXEL_FLOOD


def test_a_file_with_more_bytes_than_the_limit_is_refused(tmp_path: Path) -> None:
    assert reason_for(written(tmp_path / "a.jpg", JPEG), image_bytes=len(JPEG) - 1) is Unusable.TOO_LARGE
    path = clip(tmp_path / "a.mp4")
    assert reason_for(path, video_bytes=path.stat().st_size - 1) is Unusable.TOO_LARGE


def test_a_link_is_refused_even_to_a_good_picture(tmp_path: Path) -> None:
    written(tmp_path / "good.jpg", JPEG)
    link = tmp_path / "link.jpg"
    link.symlink_to(tmp_path / "good.jpg")
    assert reason_for(link) is Unusable.SYMLINK


def test_what_is_not_a_file_is_refused_without_waiting(tmp_path: Path) -> None:
    (tmp_path / "folder.jpg").mkdir()
    os.mkfifo(tmp_path / "pipe.jpg")
    assert reason_for(tmp_path / "folder.jpg") is Unusable.NOT_A_FILE
    assert reason_for(tmp_path / "pipe.jpg") is Unusable.NOT_A_FILE
    assert reason_for(Path("/dev/zero")) is Unusable.NOT_A_FILE
    assert reason_for(tmp_path / "none.jpg") is Unusable.MISSING


@pytest.mark.parametrize("name", ["nul\0name.jpg", "x" * 300 + ".jpg", "y/" * 3000 + "a.jpg"])
def test_a_name_no_system_takes_is_refused(tmp_path: Path, name: str) -> None:
    assert reason_for(tmp_path / name) is Unusable.BAD_NAME


def test_the_message_names_file_and_reason_and_cannot_write_to_the_terminal(tmp_path: Path) -> None:
    with pytest.raises(UnusableFileError) as refused:
        probe(written(tmp_path / "bad\x1b[31m\n.jpg", b""))
    message = str(refused.value)
    assert "it is empty" in message
    assert message.isprintable()


def test_every_reason_has_its_sentence() -> None:
    assert all(reason.sentence for reason in Unusable)


def test_a_picture_that_needs_too_much_memory_is_refused_and_the_next_file_is_read(tmp_path: Path) -> None:
    big, good = tmp_path / "big.png", written(tmp_path / "good.jpg", JPEG)
    Image.new("RGB", (9000, 9000)).save(big, compress_level=1)
    with Prober(limits=Limits(memory_bytes=200 << 20)) as prober:
        first, second = prober.probe_all([big, good])
    assert isinstance(first, UnusableFileError)
    assert first.reason in {Unusable.TOO_MUCH_MEMORY, Unusable.CRASHED}
    assert isinstance(second, Probed)


def test_a_file_that_takes_too_long_is_refused_and_the_next_file_is_read(tmp_path: Path) -> None:
    slow, good = clip(tmp_path / "slow.mp4", frames=400), written(tmp_path / "good.jpg", JPEG)
    with Prober(limits=Limits(seconds=0.05, seconds_per_mib=0)) as prober:
        prober._limits = Limits()
        assert isinstance(prober.probe(good), Probed)
        prober._limits = Limits(seconds=0.001, seconds_per_mib=0)
        with pytest.raises(UnusableFileError) as refused:
            prober.probe(slow)
        prober._limits = Limits()
        assert isinstance(prober.probe(good), Probed)
    assert refused.value.reason is Unusable.TOO_SLOW


def test_a_child_that_is_killed_costs_one_file_at_most(tmp_path: Path) -> None:
    good = written(tmp_path / "good.jpg", JPEG)
    with Prober() as prober:
        assert isinstance(prober.probe(good), Probed)
        assert prober._child is not None
        prober._child.kill()
        outcomes = [type(one) for one in prober.probe_all([good, good, good])]
    assert outcomes[-2:] == [Probed, Probed]


def test_an_answer_that_makes_no_sense_refuses_the_file(tmp_path: Path) -> None:
    for answer in (b"{}\n", b"[]\n", b"7\n", b"{\n", b'{"refused": "because"}\n', b'{"probed": {"width": 1}}\n'):
        with pytest.raises(UnusableFileError) as refused:
            probe_module.probe_wire.unpack_answer(answer, tmp_path)
        assert refused.value.reason is Unusable.CRASHED


def test_no_secret_of_the_caller_reaches_the_child(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LABELHUB_SECRET_KEY", "not-for-children")
    with Prober() as prober:
        prober.probe(written(tmp_path / "good.jpg", JPEG))
        assert prober._child is not None
        environment = Path(f"/proc/{prober._child.pid}/environ")
        if not environment.exists():
            pytest.skip("no /proc here")
        assert b"not-for-children" not in environment.read_bytes()


def test_closing_leaves_no_child(tmp_path: Path) -> None:
    prober = Prober()
    prober.probe(written(tmp_path / "good.jpg", JPEG))
    child = prober._child
    prober.close()
    assert child is not None
    assert child.returncode is not None


def test_a_child_that_cannot_start_is_not_blamed_on_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(probe_module, "_PACKAGES", tmp_path)
    monkeypatch.setattr(probe_module.sys, "executable", "/bin/false")
    with pytest.raises(ProbingUnavailableError):
        probe(written(tmp_path / "good.jpg", JPEG))


def test_many_files_share_one_child(tmp_path: Path) -> None:
    paths = [written(tmp_path / f"{index}.jpg", JPEG) for index in range(60)]
    started = time.monotonic()
    with Prober() as prober:
        found = list(prober.probe_all(paths))
    assert all(isinstance(one, Probed) for one in found)
    assert time.monotonic() - started < 10  # a child per file would take longer


@pytest.mark.parametrize("kind", ["jpg", "png", "webp", "mp4", "mkv", "avi"])
def test_damage_anywhere_is_refused_or_read_but_never_breaks_the_reader(tmp_path: Path, kind: str) -> None:
    whole = {"jpg": JPEG, "png": PNG, "webp": WEBP}.get(kind) or clip(tmp_path / f"whole.{kind}", frames=5).read_bytes()
    paths = []
    for step in range(40):
        mutated = bytearray(whole)
        place = step * 7919 % len(mutated)
        mutated[place : place + 4] = struct.pack(">I", step * 2654435761 % 2**32)
        paths.append(written(tmp_path / f"{step}.{kind}", bytes(mutated)))
    with Prober(limits=Limits(seconds=10)) as prober:
        outcomes = list(prober.probe_all(paths))
    assert len(outcomes) == 40
    for outcome in outcomes:
        assert isinstance(outcome, Probed) or outcome.reason not in {Unusable.CRASHED, Unusable.TOO_SLOW}
