"""The questions asked before anybody is told that labelhub is ready, and again by `labelhub doctor`.

Each asks as a stranger would. A part that answers a stranger is worse than one that is down: the start is refused.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from labelhub.stack.errors import StackError
from labelhub.stack.home import Home
from labelhub.stack.local import ZONES, LocalZone
from labelhub.stack.ports import Ports, StorePorts
from labelhub.stack.probes import answer_without_certificate, status_of, valkey_says

PATIENCE = 20.0
LOCAL = {"Host": "localhost"}


@dataclass(frozen=True, slots=True)
class Question:
    """One thing a stranger tries, and the only answer that is right."""

    part: str
    about: str
    asks: Callable[[], int | None]
    right: int


def refuse_unsafe(home: Home, *, embedded_broker: bool) -> int:
    """Ask every question, and return how many there were.

    Raises:
        StackError: naming each wrong answer.
    """
    deadline = time.monotonic() + PATIENCE
    asked = tuple(questions(home, embedded_broker=embedded_broker))
    wrong = [
        f"{question.about}: expected {question.right}, got {answer or 'no answer'}"
        for question in asked
        if (answer := _answer(question, deadline)) != question.right
    ]
    if wrong:
        raise StackError("the self-check failed, so nothing is served: " + "; ".join(wrong))
    return len(asked)


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
        yield from _of_store(zone, ports.store(number))
    if embedded_broker:
        yield Question("valkey", "Valkey, without its password", lambda: _valkey(home), 401)


def _of_store(zone: LocalZone, ports: StorePorts) -> Iterator[Question]:
    part, whose = f"store-{zone.code}", f"of the store of zone `{zone.code}`"
    about = f"the store of zone `{zone.code}`, without a signature"
    yield Question(part, about, lambda: _ask(ports.s3, f"/{zone.bucket}/x", {}), 403)
    for role, port in ports.inner().items():
        about = f"the {role} port {port} {whose}, without its certificate"
        yield Question(part, about, partial(answer_without_certificate, port), 401)


def _ask(port: int, path: str, headers: dict[str, str]) -> int | None:
    return status_of(port, path, headers)


def _valkey(home: Home) -> int | None:
    answer = valkey_says(home.socket, "PING\r\n")
    if not answer:
        return None
    return 401 if answer.startswith("-NOAUTH") else 200
