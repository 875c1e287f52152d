"""What the readers of pictures and of videos share: what a content tells, and how a file is refused.

A reader imports this and never the other reader.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from fractions import Fraction

from labelhub.footage.probe_facts import Limits, Unusable

_EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)  # before it, a clock that was never set


class RefusedError(Exception):
    """The file under the reader is refused; the caller adds its path."""

    def __init__(self, reason: Unusable, detail: str = "") -> None:
        super().__init__(reason, detail)
        self.reason = reason
        self.detail = detail


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What decoding the whole content told."""

    width: int
    height: int
    frames: int | None = None
    fps: Fraction | None = None
    codec: str | None = None
    captured_at: datetime | None = None


def check_pixels(width: int, height: int, limits: Limits) -> None:
    """Refuse a picture by the size its header claims, before a pixel of it is decoded.

    Raises:
        RefusedError: more pixels than the limit, or none at all.

    """
    if width < 1 or height < 1:
        raise RefusedError(Unusable.CORRUPT, f"{width}x{height} pixels")
    if width * height > limits.pixels:
        raise RefusedError(Unusable.PIXEL_FLOOD, f"{width}x{height}; the limit is {limits.pixels} pixels")


def plausible(when: datetime) -> datetime | None:
    """Return `when` in UTC, or None when it names no time zone or comes from a clock that was never set."""
    if when.tzinfo is None:
        return None
    return when.astimezone(UTC) if when >= _EARLIEST else None
