"""The door's log for tests: lines as a real Caddy 2.11 wrote them, and files of them."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

# Captured from the door: a still, a refusal, a visitor who did not wait, a stream broken off, a form, a strange name.
CAPTURED = (
    b'{"level":"info","ts":1795644457.8659127,"logger":"http.log.access.streamed","msg":"handled request",'
    b'"duration":0.002337096,"size":1000,"status":200,"begun":"1795644457863","method":"GET","path":"/media/a b",'
    b'"entry":"e-1"}\n'
    b'{"level":"info","ts":1795644457.924155,"logger":"http.log.access.streamed","msg":"handled request",'
    b'"duration":0.045844215,"size":2,"status":403,"begun":"1795644457878","method":"GET","path":"/media/deny"}\n'
    b'{"level":"info","ts":1795644458.2388484,"logger":"http.log.access.streamed","msg":"handled request",'
    b'"duration":0.300426402,"size":0,"status":499,"begun":"1795644457938","method":"GET","path":"/media/slow"}\n'
    b'{"level":"info","ts":1795644459.2545989,"logger":"http.log.access.streamed","msg":"handled request",'
    b'"duration":0,"size":4255232,"status":200,"begun":"1795644458251","method":"GET","path":"/media/sstore",'
    b'"entry":"e-1"}\n'
    b'{"level":"info","ts":1795644458.245899,"logger":"http.log.access.streamed","msg":"handled request",'
    b'"duration":0.000106498,"size":1,"status":405,"begun":"1795644458245","method":"POST","path":"/media/x"}\n'
    b'{"level":"info","ts":1795644459.2731,"logger":"http.log.access.streamed","msg":"handled request",'
    b'"duration":0.0016,"size":1000,"status":200,"begun":"1795644459271","method":"GET",'
    b'"path":"/media/\\u0000\\ufffd\\"x","entry":"e-1"}\n'
).splitlines(keepends=True)


def line(at: datetime, *, seconds: float = 0.5, **said: Any) -> bytes:  # noqa: ANN401  any field
    """One line of the door about a still that was shown; `said` changes it, None leaves a field out."""
    values: dict[str, Any] = {
        "level": "info",
        "ts": at.timestamp() + seconds,
        "logger": "http.log.access.streamed",
        "msg": "handled request",
        "duration": seconds,
        "size": 1000,
        "status": 200,
        "begun": str(int(at.timestamp() * 1000)),
        "method": "GET",
        "path": "/media/f1/original",
        **said,
    }
    return json.dumps({name: value for name, value in values.items() if value is not None}).encode() + b"\n"


def write(log: Path, *lines: bytes) -> Path:
    """Append to a log."""
    log.parent.mkdir(exist_ok=True)
    with log.open("ab") as file:
        file.write(b"".join(lines))
    return log


def roll(log: Path, number: int) -> None:
    """Roll a log as Caddy does: rename it; the next line makes a new one."""
    log.rename(log.with_name(f"{log.stem}-2026-11-25T22-04-{number:02d}.560-size{log.suffix}"))
