"""Read one video to its last frame: the exact number of frames, the exact rate, and whether frames and seconds agree.

Labels are tied to frame numbers and players seek by seconds, so a rate that varies is refused: the two would drift
apart.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction
from typing import TYPE_CHECKING, BinaryIO

import av
import av.logging
from av.error import FFmpegError

from labelhub.footage.probe_content import Content, RefusedError, check_pixels, plausible
from labelhub.footage.probe_facts import Limits, Unusable
from labelhub.footage.probe_kinds import Kind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from av.container import InputContainer
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream

_DEMUXERS = {Kind.MP4: "mov", Kind.MOV: "mov", Kind.MATROSKA: "matroska", Kind.AVI: "avi"}
_CODECS = frozenset(
    {"h264", "hevc", "mpeg4", "mjpeg", "vp8", "vp9", "libvpx", "libvpx-vp9", "av1", "libdav1d", "prores", "mpeg2video"}
)
_LEAST_FPS = Fraction(1, 60)
_MOST_FPS = Fraction(1000)
_JITTER = Fraction(1, 4)  # of a frame: within it, rounding seconds to frames still gives the right frame
_LARGEST_TERM = 1001  # of the rates in use: 30000/1001 and its kin


@dataclass(slots=True)
class _Tally:
    """What decoding counted."""

    times: list[int] = field(default_factory=list)
    frames: int = 0
    dropped: int = 0
    rotation: int = 0


def read_video(stream: BinaryIO, kind: Kind, limits: Limits) -> Content:
    """Decode the whole of `stream` and say what it holds.

    Raises:
        RefusedError: no video, a codec not taken, damage, an absurd claim, or a rate that varies.

    """
    av.logging.set_level(None)
    try:
        with av.open(stream, mode="r", format=_DEMUXERS[kind]) as container:
            return _decoded(container, limits)
    except MemoryError:  # PyAV's own is one of these as well as an FFmpegError
        raise
    except FFmpegError as error:
        raise RefusedError(Unusable.CORRUPT, str(error.strerror)[:200]) from error


def _decoded(container: InputContainer, limits: Limits) -> Content:
    video = next((one for one in container.streams.video if not _is_cover(one)), None)
    if video is None:
        raise RefusedError(Unusable.NO_VIDEO_STREAM)
    codec = video.codec_context.name
    if codec not in _CODECS:
        raise RefusedError(Unusable.UNSUPPORTED, f"codec `{codec}`")
    check_pixels(video.codec_context.width, video.codec_context.height, limits)
    claimed = _claimed_seconds(container, video)
    if claimed > limits.duration.total_seconds():
        raise RefusedError(Unusable.ABSURD_DURATION, f"claims {float(claimed):.0f} seconds")
    declared = video.frames
    tally = _decode_all(container, video, limits)
    if not tally.frames:
        raise RefusedError(Unusable.CORRUPT, "no frame can be decoded")
    if declared and tally.frames + tally.dropped < declared:
        raise RefusedError(Unusable.TRUNCATED, f"{tally.frames} of {declared} frames can be read")
    width, height = video.codec_context.width, video.codec_context.height
    if tally.rotation % 180:
        width, height = height, width
    return Content(
        width=width,
        height=height,
        frames=tally.frames,
        fps=_rate(video, tally, limits),
        codec=codec,
        captured_at=_captured_at(container.metadata) or _captured_at(video.metadata),
    )


def _is_cover(video: VideoStream) -> bool:
    return bool(video.disposition & av.stream.Disposition.attached_pic)


def _claimed_seconds(container: InputContainer, video: VideoStream) -> Fraction:
    whole = Fraction(container.duration or 0, av.time_base)
    own = Fraction(video.duration or 0) * (video.time_base or 0)
    return max(whole, own)


def _decode_all(container: InputContainer, video: VideoStream, limits: Limits) -> _Tally:
    context = video.codec_context
    context.options = {"err_detect": "explode"}  # by default a decoder paints over damage and says nothing
    context.thread_count = 1
    size = context.width, context.height
    most_frames = int(limits.duration.total_seconds() * _MOST_FPS)
    tally = _Tally()
    for packet in container.demux(video):
        if packet.is_corrupt:
            raise RefusedError(Unusable.CORRUPT, f"damaged after frame {tally.frames}")
        tally.dropped += packet.is_discard
        for frame in packet.decode():
            _count(frame, tally, size)
        if tally.frames > most_frames:
            raise RefusedError(Unusable.ABSURD_DURATION, f"more than {most_frames} frames")
    return tally


def _count(frame: VideoFrame, tally: _Tally, size: tuple[int, int]) -> None:
    if frame.is_corrupt:
        raise RefusedError(Unusable.CORRUPT, f"frame {tally.frames} is damaged")
    if (frame.width, frame.height) != size:
        raise RefusedError(Unusable.UNSUPPORTED, f"the picture changes its size at frame {tally.frames}")
    if not tally.frames:
        tally.rotation = frame.rotation
    tally.frames += 1
    if frame.pts is not None:
        tally.times.append(frame.pts)


def _rate(video: VideoStream, tally: _Tally, limits: Limits) -> Fraction:
    if len(tally.times) not in {0, tally.frames}:
        raise RefusedError(Unusable.CORRUPT, "some frames carry no time")
    candidates = [rate for rate in (video.average_rate, video.base_rate, _measured(video, tally.times)) if rate]
    fps = next((rate for rate in candidates if _steady(rate, tally.times, video.time_base or Fraction(1))), None)
    if fps is None:
        raise RefusedError(Unusable.VARIABLE_FRAME_RATE)
    if not _LEAST_FPS <= fps <= _MOST_FPS:
        raise RefusedError(Unusable.ABSURD_DURATION, f"{float(fps):.3f} frames per second")
    if tally.frames / fps > limits.duration.total_seconds():
        raise RefusedError(Unusable.ABSURD_DURATION, f"{float(tally.frames / fps):.0f} seconds")
    return fps


def _measured(video: VideoStream, times: list[int]) -> Fraction | None:
    if len(times) < 2 or not video.time_base or times[-1] <= times[0]:  # noqa: PLR2004 (a step needs two)
        return None
    rate = Fraction(len(times) - 1) / ((times[-1] - times[0]) * video.time_base)
    return rate.limit_denominator(_LARGEST_TERM)


def _steady(fps: Fraction, times: list[int], tick: Fraction) -> bool:
    """Say whether every frame stands where `fps` puts it, give or take a quarter of a frame."""
    step = tick * fps  # in whole numbers from here: a day of video has millions of frames
    most = step.denominator * _JITTER
    return all(
        abs((time - times[0]) * step.numerator - number * step.denominator) <= most for number, time in enumerate(times)
    )


def _captured_at(metadata: Mapping[str, str]) -> datetime | None:
    for key in ("com.apple.quicktime.creationdate", "creation_time"):
        try:
            when = datetime.fromisoformat(metadata[key])
        except (KeyError, ValueError):
            continue
        if (found := plausible(when)) is not None:
            return found
    return None
