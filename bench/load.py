"""Sending many requests and counting what came back: by wrk where there is one, by threads of our own elsewhere."""

from __future__ import annotations

import http.client
import json
import shutil
import statistics
import subprocess
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path

SCRIPT = """
local asked, sent = {}, 0
function init(arguments)
  for line in io.lines(arguments[1]) do
    local path, range, cookie = line:match("([^\\t]*)\\t([^\\t]*)\\t([^\\t]*)")
    local headers = { Host = arguments[2] }
    if range ~= "" then headers["Range"] = range end
    if cookie ~= "" then headers["Cookie"] = cookie end
    asked[#asked + 1] = wrk.format("GET", path, headers)
  end
end
function request()
  sent = sent + 1
  return asked[(sent - 1) % #asked + 1]
end
function done(summary, latency)
  local e = summary.errors
  local wrong = e.connect + e.read + e.write + e.status + e.timeout
  io.write(string.format('{"requests": %d, "bytes": %d, "seconds": %.6f, "p50": %.6f, "p99": %.6f, "wrong": %d}\\n',
    summary.requests, summary.bytes, summary.duration / 1e6, latency:percentile(50) / 1e3,
    latency:percentile(99) / 1e3, wrong))
end
"""


@dataclass(frozen=True, slots=True)
class Request:
    """One request; an empty word is a header that is not sent."""

    path: str
    range: str = ""
    cookie: str = ""


@dataclass(frozen=True, slots=True)
class Sample:
    """What one run of one candidate gave. Latencies in milliseconds."""

    per_second: float
    megabytes: float
    p50: float
    p99: float
    requests: int


def tool() -> str:
    """Say which load generator is used."""
    return "wrk" if shutil.which("wrk") else "threads of Python (slower than what they measure: install wrk)"


def send(port: int, host: str, requests: Sequence[Request], *, seconds: float, connections: int) -> Sample:
    """Send the requests in order, again and again, for a while; any answer that is not 2xx ends the benchmark."""
    by = _with_wrk if shutil.which("wrk") else _with_threads
    counted = by(port, host, requests, seconds, connections)
    if counted["wrong"] or not counted["requests"]:
        raise SystemExit(f"{counted['wrong']:.0f} of {counted['requests']:.0f} requests to port {port} went wrong")
    took = counted["seconds"]
    return Sample(
        per_second=counted["requests"] / took,
        megabytes=counted["bytes"] / took / 1e6,
        p50=counted["p50"],
        p99=counted["p99"],
        requests=int(counted["requests"]),
    )


def _with_wrk(port: int, host: str, requests: Sequence[Request], seconds: float, connections: int) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as folder:
        script, asked = Path(folder) / "asked.lua", Path(folder) / "asked"
        script.write_text(SCRIPT)
        asked.write_text("".join(f"{one.path}\t{one.range}\t{one.cookie}\n" for one in requests))
        command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds:.0f}s", "--timeout", "20s", "-s", str(script)]
        command += [f"http://127.0.0.1:{port}", "--", str(asked), host]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    counted: dict[str, float] = json.loads(done.stdout.strip().splitlines()[-1])
    return counted


@dataclass(slots=True)
class _Tally:
    times: list[float] = field(default_factory=list)
    received: int = 0
    wrong: int = 0


def _share(requests: Sequence[Request], number: int, connections: int) -> Sequence[Request]:
    """The requests of one connection: its own where there are enough, else all, so that none stands idle."""
    return requests[number::connections] or requests


def _with_threads(
    port: int, host: str, requests: Sequence[Request], seconds: float, connections: int
) -> dict[str, float]:
    began = time.monotonic()
    tallies = [_Tally() for _ in range(connections)]
    threads = [
        threading.Thread(target=_ask, args=(port, host, _share(requests, number, connections), began + seconds, tally))
        for number, tally in enumerate(tallies)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took = time.monotonic() - began
    times = sorted(one for tally in tallies for one in tally.times)
    cuts = statistics.quantiles(times, n=100) if len(times) > 1 else [0.0] * 99
    return {
        "requests": len(times),
        "bytes": sum(tally.received for tally in tallies),
        "seconds": took,
        "p50": cuts[49] * 1e3,
        "p99": cuts[98] * 1e3,
        "wrong": sum(tally.wrong for tally in tallies),
    }


def _ask(port: int, host: str, requests: Sequence[Request], until: float, tally: _Tally) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    for one in cycle(requests):
        began = time.monotonic()
        if began > until:
            break
        named = {"Host": host, "Range": one.range, "Cookie": one.cookie}
        connection.request("GET", one.path, headers={name: value for name, value in named.items() if value})
        answer = connection.getresponse()
        tally.received += len(answer.read())
        tally.wrong += not 200 <= answer.status < 300
        tally.times.append(time.monotonic() - began)
    connection.close()
