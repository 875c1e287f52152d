"""The questions asked before anybody is told that labelhub is ready, and again by `labelhub doctor`.

Each asks as a stranger would. A part that answers a stranger is worse than one that is down: the start is refused.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from labelhub.stack.errors import StackError
from labelhub.stack.home import Home
from labelhub.stack.local import ZONES
from labelhub.stack.ports import Ports
from labelhub.stack.probes import status_of, valkey_says

PATIENCE = 20.0
LOCAL = {"Host": "localhost"}


@dataclass(frozen=True, slots=True)
class Question:
    """One thing a stranger tries, and the only answer that is right."""

    part: str
    about: str
    asks: Callable[[], int | None]
    right: int


def refuse_unsafe(home: Home, *, embedded_broker: bool) -> None:
    """Ask every question.

    Raises:
        StackError: naming each wrong answer.
    """
    deadline = time.monotonic() + PATIENCE
    wrong = [
        f"{question.about}: expected {question.right}, got {answer or 'no answer'}"
        for question in questions(home, embedded_broker=embedded_broker)
        if (answer := _answer(question, deadline)) != question.right
    ]
    if wrong:
        raise StackError("the self-check failed, so nothing is served: " + "; ".join(wrong))


def _answer(question: Question, deadline: float) -> int | None:
    """Ask; silence is asked again for a while, since a busy machine may just be slow. A wrong answer is final."""
    while (answer := question.asks()) is None and time.monotonic() < deadline:
        time.sleep(0.2)
    return answer


def questions(home: Home, *, embedded_broker: bool) -> Iterator[Question]:
    """Every question of this stack."""
    ports = Ports(home.port)
    inside = {**LOCAL, "X-LH-Subrequest": "1", "X_LH_Subrequest": "1"}
    yield Question("caddy", "labelhub through the door", lambda: status_of(home.port, "/healthz", LOCAL), 200)
    yield Question(
        "caddy", "the gateway's own address, from outside", lambda: _ask(home.port, "/gateway/admit", inside), 404
    )
    yield Question(
        "app", "labelhub's own port, without the gateway's secret", lambda: _ask(ports.app, "/healthz", LOCAL), 403
    )
    yield Question("studio", "Label Studio's port, without its secret", lambda: _ask(ports.studio, "/", LOCAL), 401)
    for number, zone in enumerate(ZONES):
        s3 = ports.store(number).s3
        about = f"the store of zone `{zone.code}`, without a signature"
        yield Question(f"store-{zone.code}", about, lambda s3=s3, bucket=zone.bucket: _ask(s3, f"/{bucket}/x", {}), 403)  # type: ignore[misc]
    if embedded_broker:
        yield Question("valkey", "Valkey, without its password", lambda: _valkey(home), 401)


def _ask(port: int, path: str, headers: dict[str, str]) -> int | None:
    return status_of(port, path, headers)


def _valkey(home: Home) -> int | None:
    answer = valkey_says(home.socket, "PING\r\n")
    if not answer:
        return None
    return 401 if answer.startswith("-NOAUTH") else 200
