"""The lines that the caller and the child of probing exchange: JSON, one line each, checked on arrival.

The child may have been taken over by the file it reads, so its answer is input like any other: every field is checked
for its type, and an answer that does not fit refuses the file.
"""

from __future__ import annotations

import json
import re
from dataclasses import asdict
from datetime import datetime, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

from labelhub.footage.probe_facts import Limits, Probed, Unusable, UnusableFileError
from residency import MediaKind

READY = b"ready\n"
_SHA256 = re.compile(r"[0-9a-f]{64}")
_LONGEST_DETAIL = 300


def pack_limits(limits: Limits) -> str:
    """Return the limits as the child's one argument."""
    return json.dumps(asdict(limits) | {"duration": limits.duration.total_seconds()})


def unpack_limits(text: str) -> Limits:
    """Return the limits the caller gave."""
    fields: dict[str, Any] = json.loads(text)
    return Limits(**(fields | {"duration": timedelta(seconds=fields["duration"])}))


def pack_question(path: Path) -> bytes:
    """Return the line that asks about `path`; escapes keep odd names on one line."""
    return json.dumps({"path": str(path)}).encode() + b"\n"


def unpack_question(line: bytes) -> Path:
    """Return the path asked about."""
    return Path(json.loads(line)["path"])


def pack_probed(probed: Probed) -> str:
    """Return what a usable file is, as one line."""
    fields = asdict(probed) | {
        "fps": None if probed.fps is None else str(probed.fps),
        "duration": None if probed.duration is None else str(probed.duration),
        "captured_at": None if probed.captured_at is None else probed.captured_at.isoformat(),
    }
    return json.dumps({"probed": fields})


def pack_refusal(refused: UnusableFileError) -> str:
    """Return why a file is refused, as one line."""
    return json.dumps(
        {"refused": refused.reason, "detail": refused.detail[:_LONGEST_DETAIL], "path": str(refused.path)}
    )


def unpack_answer(line: bytes, path: Path) -> Probed:
    """Return what the child found out about `path`.

    Raises:
        UnusableFileError: the child refused the file, or its answer is none.

    """
    try:
        answer = json.loads(line)
        if "refused" in answer:
            reason, detail = Unusable(answer["refused"]), str(answer["detail"])[:_LONGEST_DETAIL]
        else:
            return _probed(answer["probed"], path)
    except (ValueError, TypeError, KeyError, RecursionError, ZeroDivisionError) as error:
        raise UnusableFileError(path, Unusable.CRASHED, "its answer made no sense") from error
    raise UnusableFileError(path, reason, detail)


def _probed(fields: dict[str, Any], path: Path) -> Probed:
    captured_at = fields["captured_at"]
    probed = Probed(
        media_kind=MediaKind(fields["media_kind"]),
        mime=str(fields["mime"]),
        suffix=path.suffix.lower(),
        width=int(fields["width"]),
        height=int(fields["height"]),
        frames=None if fields["frames"] is None else int(fields["frames"]),
        fps=None if fields["fps"] is None else Fraction(fields["fps"]),
        duration=None if fields["duration"] is None else Fraction(fields["duration"]),
        codec=None if fields["codec"] is None else str(fields["codec"]),
        sha256=str(fields["sha256"]),
        size=int(fields["size"]),
        captured_at=None if captured_at is None else datetime.fromisoformat(captured_at),
    )
    if not _SHA256.fullmatch(probed.sha256) or min(probed.width, probed.height, probed.size) < 1:
        raise ValueError("impossible facts")
    return probed
