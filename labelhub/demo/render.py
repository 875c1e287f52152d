"""Draw the demo's scenes: JPEG stills and H.264 clips whose content is known to the pixel.

Deterministic: the same scene gives the same bytes on the same machine. No real place, person or registration is shown.
"""

from __future__ import annotations

import io
import tempfile
from datetime import datetime, timedelta
from fractions import Fraction
from functools import lru_cache
from pathlib import Path

import av
from PIL import ExifTags, Image, ImageDraw, ImageFilter, ImageFont

from labelhub.demo.backdrops import backdrop
from labelhub.demo.placement import Placed, placed, sprite, visible
from labelhub.demo.scenes import (
    CLIP_SIZE,
    FPS,
    STILL_SIZE,
    DemoItem,
    FrameBox,
    Scene,
    Subject,
    TrueBox,
    TrueTrack,
)
from labelhub.demo.traffic import demo_footage

__all__ = ["DemoItem", "demo_footage", "render_clip", "render_still", "true_boxes", "true_tracks"]

_QUALITY = 90
# One thread and no frames out of order: the bytes stay the same, and every frame is found where its number says.
_X264 = {"preset": "veryfast", "crf": "21", "bf": "0", "threads": "1", "x264-params": "threads=1:scenecut=0"}
_SHADOW = 105


def render_still(scene: Scene) -> bytes:
    """Return the first frame of `scene` as a JPEG of 1280 by 720 that carries its capture time."""
    exif = Image.Exif()
    exif[ExifTags.Base.Make] = "labelhub demo"
    exif[ExifTags.Base.Model] = scene.camera
    exif.get_ifd(ExifTags.IFD.Exif).update(
        {
            ExifTags.Base.DateTimeOriginal: scene.captured_at.strftime("%Y:%m:%d %H:%M:%S"),
            ExifTags.Base.OffsetTimeOriginal: "+00:00",
        }
    )
    out = io.BytesIO()
    _picture(scene, 0, STILL_SIZE).save(out, "JPEG", quality=_QUALITY, subsampling=0, exif=exif)
    return out.getvalue()


def render_clip(scene: Scene) -> bytes:
    """Return `scene` as an H.264 MP4 of 960 by 540 at exactly 25 frames a second, its index in front."""
    with tempfile.TemporaryDirectory(prefix="labelhub-demo-") as folder:
        path = Path(folder) / "clip.mp4"  # a file, because moving the index to the front reads it again
        with av.open(str(path), "w", format="mp4", options={"movflags": "+faststart", "fflags": "+bitexact"}) as out:
            out.metadata["creation_time"] = scene.captured_at.strftime("%Y-%m-%dT%H:%M:%S.000000Z")
            stream = out.add_stream("libx264", rate=FPS, options=_X264)
            stream.width, stream.height = CLIP_SIZE
            stream.pix_fmt = "yuv420p"
            stream.gop_size = FPS
            stream.thread_count = 1
            stream.time_base = Fraction(1, FPS)
            for number in range(scene.frames):
                picture = _picture(scene, number, CLIP_SIZE)
                frame: av.VideoFrame = av.VideoFrame.from_image(picture)  # type: ignore[no-untyped-call]
                frame.pts, frame.time_base = number, Fraction(1, FPS)
                out.mux(stream.encode(frame))
            out.mux(stream.encode(None))
        return path.read_bytes()


def true_boxes(scene: Scene) -> tuple[TrueBox, ...]:
    """Return the true boxes of the still of `scene`, in its pixels."""
    return tuple(
        TrueBox(
            subject=one.subject.number,
            label=one.subject.type.label,
            type=one.subject.type,
            colour=one.subject.colour,
            box=box,
        )
        for one, box in visible(placed(scene, 0, STILL_SIZE), STILL_SIZE)
    )


def true_tracks(scene: Scene) -> tuple[TrueTrack, ...]:
    """Return the true tracks of the clip of `scene`, in its pixels; a subject never in sight has none."""
    found: dict[Subject, list[FrameBox]] = {}
    for number in range(scene.frames):
        for one, box in visible(placed(scene, number, CLIP_SIZE), CLIP_SIZE):
            found.setdefault(one.subject, []).append(FrameBox(frame=number, box=box))
    return tuple(
        TrueTrack(
            subject=subject.number,
            label=subject.type.label,
            type=subject.type,
            colour=subject.colour,
            boxes=tuple(boxes),
        )
        for subject, boxes in sorted(found.items(), key=lambda entry: entry[0].number)
    )


def _picture(scene: Scene, frame: int, size: tuple[int, int]) -> Image.Image:
    picture = _empty(scene.camera, size).copy()
    everything = placed(scene, frame, size)
    for one in everything:
        _drop_shadow(picture, one)
        image = sprite(one.look, one.width, one.height)
        picture.paste(image, (one.left, one.top), image)
    _stamp(picture, scene.camera, scene.captured_at + timedelta(seconds=frame // FPS))
    return picture


@lru_cache(maxsize=8)
def _empty(camera: str, size: tuple[int, int]) -> Image.Image:
    return backdrop(camera).resize(size, Image.Resampling.LANCZOS)


def _drop_shadow(picture: Image.Image, one: Placed) -> None:
    shadow = _shadow(one.width, max(4, round(min(one.width, one.height) * 0.16)))
    left = one.left + (one.width - shadow.width) // 2
    top = one.top + one.height - shadow.height // 2 - shadow.height // 12
    picture.paste((16, 16, 20), (left, top), shadow)


@lru_cache(maxsize=256)
def _shadow(width: int, height: int) -> Image.Image:
    soft = max(2, height // 3)
    mask = Image.new("L", (width + 4 * soft, height + 4 * soft), 0)
    ImageDraw.Draw(mask).ellipse((2 * soft, 2 * soft, width + 2 * soft, height + 2 * soft), fill=_SHADOW)
    return mask.filter(ImageFilter.GaussianBlur(soft))


def _stamp(picture: Image.Image, camera: str, at: datetime) -> None:
    mark = _stamp_image(f"{camera.upper()}  {at:%Y-%m-%d %H:%M:%S} UTC", round(picture.width / 72))
    picture.paste(mark.convert("RGB"), (0, 0), mask=mark.getchannel("A"))


@lru_cache(maxsize=16)
def _stamp_image(words: str, size: int) -> Image.Image:
    font = ImageFont.load_default(size=size)
    wide = round(font.getlength(words)) + size * 2
    image = Image.new("RGBA", (wide, size * 2), (0, 0, 0, 110))
    ImageDraw.Draw(image).text((size, size), words, font=font, fill=(255, 255, 255, 255), anchor="lm")
    return image
