"""The log of what is streamed, rolled by a real Caddy and followed by its reader."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from labelhub.evidence.gateway_log import Spot, follow, read_line
from labelhub.stack.caddyfile import Door, render

LONG = "x" * 7000  # an address this long makes a roll cheap
REQUESTS = 190


def test_a_real_roll_loses_and_doubles_no_line(  # noqa: PLR0917  what a stack is made of
    tmp_path: Path, block: int, upstream: Callable, caddy: Callable, ask: Callable, eventually: Callable
) -> None:
    described = Door(
        port=block,
        hosts=("localhost",),
        app=upstream(block + 1).address,
        gateway_secret="gateway-secret-0123456789",
        assets=tmp_path / "assets",
        storage=tmp_path / "caddy",
        log=tmp_path / "gateway" / "streamed.log",
        zones=(),
        studios=(),
    )
    text = render(described)
    assert "roll_size 64MiB" in text
    caddy(text.replace("roll_size 64MiB", "roll_size 1MiB"), block)
    spot, seen = Spot(), list[str]()

    def read_on() -> int:
        nonlocal spot
        for read in follow(described.log, spot):
            assert not read.problem
            spot = read.spot
            seen.extend([read_line(read.raw).path.split("-")[1]] if read.raw else [])
        return len(seen)

    for number in range(REQUESTS):
        assert ask(block, f"/media/f-{number}-{LONG}/original").status == 200
        if number in {20, 100}:
            read_on()
    eventually(lambda: read_on() == REQUESTS, why="the last line never came")
    assert seen == [str(number) for number in range(REQUESTS)]
    assert len(list(described.log.parent.iterdir())) == 2  # it was rolled, once
    assert {path.stat().st_mode & 0o777 for path in described.log.parent.iterdir()} == {0o600}
