"""The words probing is written in: what was found, what is refused and why, and the limits.

Shared by the caller and its child process; imports nothing heavy, so that either starts cheaply.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from fractions import Fraction
from pathlib import Path

from residency import MediaKind

MIB = 1 << 20


class Unusable(StrEnum):
    """Why a file is refused."""

    MISSING = "missing"
    BAD_NAME = "bad-name"
    SYMLINK = "symlink"
    NOT_A_FILE = "not-a-file"
    UNREADABLE = "unreadable"
    EMPTY = "empty"
    TOO_LARGE = "too-large"
    UNSUPPORTED = "unsupported"
    MISLABELLED = "mislabelled"
    CORRUPT = "corrupt"
    TRUNCATED = "truncated"
    TRAILING_BYTES = "trailing-bytes"
    PIXEL_FLOOD = "pixel-flood"
    MOVING_PICTURE = "moving-picture"
    NO_VIDEO_STREAM = "no-video-stream"
    ABSURD_DURATION = "absurd-duration"
    VARIABLE_FRAME_RATE = "variable-frame-rate"
    CHANGED = "changed"
    TOO_SLOW = "too-slow"
    TOO_MUCH_MEMORY = "too-much-memory"
    CRASHED = "crashed"

    @property
    def sentence(self) -> str:
        """Say the reason in plain words, with the mend where there is one."""
        return _SENTENCES[self]


_SENTENCES: dict[Unusable, str] = {
    Unusable.MISSING: "there is no such file",
    Unusable.BAD_NAME: "its name cannot be used; rename it",
    Unusable.SYMLINK: "it is a symbolic link; name the file it points to",
    Unusable.NOT_A_FILE: "it is not a regular file",
    Unusable.UNREADABLE: "it may not be read; check its permissions",
    Unusable.EMPTY: "it is empty",
    Unusable.TOO_LARGE: "it is larger than the limit",
    Unusable.UNSUPPORTED: "its kind is not supported; use JPEG, PNG, WebP, MP4, MOV, MKV or AVI",
    Unusable.MISLABELLED: "its suffix and its content disagree; rename it to what it is",
    Unusable.CORRUPT: "it is corrupt and cannot be read",
    Unusable.TRUNCATED: "it is cut short; copy it again from its source",
    Unusable.TRAILING_BYTES: "something else is hidden behind the end of its content",
    Unusable.PIXEL_FLOOD: "it claims more pixels than the limit",
    Unusable.MOVING_PICTURE: "it holds more than one picture; save one of them, or use a video",
    Unusable.NO_VIDEO_STREAM: "it has no video stream",
    Unusable.ABSURD_DURATION: "its duration or frame rate is beyond belief",
    Unusable.VARIABLE_FRAME_RATE: "its frame rate varies, so boxes could not be tied to frames; "
    "encode it again at a constant rate",
    Unusable.CHANGED: "it changed while it was read; try again when nothing writes to it",
    Unusable.TOO_SLOW: "reading it took longer than the limit",
    Unusable.TOO_MUCH_MEMORY: "reading it took more memory than the limit",
    Unusable.CRASHED: "reading it crashed the reader",
}


class UnusableFileError(Exception):
    """A file that cannot become footage: which, why, and what was seen."""

    def __init__(self, path: Path, reason: Unusable, detail: str = "") -> None:
        self.path = path
        self.reason = reason
        self.detail = detail
        shown = "".join(one if one.isprintable() else "\N{REPLACEMENT CHARACTER}" for one in str(path))
        super().__init__(f"`{shown}` cannot be used: {reason.sentence}" + (f" ({detail})" if detail else ""))


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a file may cost; a file beyond any of these is refused."""

    image_bytes: int = 200 * MIB
    video_bytes: int = 50_000 * MIB
    pixels: int = 100_000_000
    duration: timedelta = timedelta(hours=24)
    memory_bytes: int = 3_000 * MIB
    """Address space of the reading process; a legal 100-megapixel picture needs about 1 GiB."""
    seconds: float = 30.0
    """Time for any file, however small."""
    seconds_per_mib: float = 10.0
    most_seconds: float = 3600.0

    def seconds_for(self, size: int) -> float:
        """Return the time a file of `size` bytes may take."""
        return min(self.seconds + self.seconds_per_mib * size / MIB, self.most_seconds)


@dataclass(frozen=True, slots=True, kw_only=True)
class Probed:
    """What a usable file is. Width and height are as displayed, after any rotation the file asks for."""

    media_kind: MediaKind
    mime: str
    suffix: str
    width: int
    height: int
    frames: int | None
    fps: Fraction | None
    duration: Fraction | None
    """Seconds, exactly frames / fps."""
    codec: str | None
    sha256: str
    size: int
    captured_at: datetime | None
    """From the file's own metadata, only where it says its time zone; a hint, never a fact."""
