"""What doctor says of a stack that is down, half down, or answers strangers."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Callable
from types import SimpleNamespace

import pytest

from labelhub.stack import self_check
from labelhub.stack.doctor import doctor
from labelhub.stack.errors import StackError
from labelhub.stack.home import Home, write_environment
from labelhub.stack.leftovers import end_leftovers
from labelhub.stack.local import service_environment
from labelhub.stack.lock import claimed
from labelhub.stack.parts import base_environment
from labelhub.stack.ports import Ports
from labelhub.stack.self_check import refuse_unsafe


def test_a_stack_that_is_down_is_said_to_be_with_the_mend(home: Home) -> None:
    found = {finding.about: finding for finding in doctor(home)}
    assert (found["labelhub"].well, found["labelhub"].mend) == (False, "`make up` starts it")
    assert found["disk"].well
    assert [about for about in found if about.startswith("port")] == []


def test_a_port_somebody_else_holds_is_named(home: Home) -> None:
    with socket.create_server(("127.0.0.1", home.port + 2)):
        found = {finding.about: finding for finding in doctor(home)}
    assert "taken by" in found[f"port {home.port + 2}"].says
    assert "LABELHUB_PORT=" in found[f"port {home.port + 2}"].mend


def test_leftovers_are_counted_with_the_mend(home: Home) -> None:
    listen = f"socket.create_server(('127.0.0.1', {home.port}))"
    left = subprocess.Popen(
        [sys.executable, "-c", f"import signal, socket; held = {listen}; print(1, flush=True); signal.pause()"],
        env=base_environment(home, "left"),
        stdout=subprocess.PIPE,
    )
    assert left.stdout is not None
    left.stdout.readline()
    found = {finding.about: finding for finding in doctor(home)}
    end_leftovers(home, grace=0.5)
    left.wait()
    left.stdout.close()
    assert found["leftovers"].says.startswith("1 processes of an earlier start")
    assert "make down" in found["leftovers"].mend
    assert f"port {home.port}" not in found


def test_a_part_that_does_not_answer_is_named_with_its_log(home: Home) -> None:
    with claimed(home):
        found = [finding for finding in doctor(home) if not finding.well]
    assert {finding.about for finding in found} == {"caddy", "app", "studio", "store-us", "store-eu"}
    assert all("no answer" in finding.says and str(home.log(finding.about)) in finding.mend for finding in found)


@pytest.fixture
def answering(
    home: Home, upstream: Callable, demanding: Callable[[int], None], monkeypatch: pytest.MonkeyPatch
) -> dict[str, SimpleNamespace]:
    """Every part of the stack, each giving strangers the right answer."""
    monkeypatch.setattr(self_check, "PATIENCE", 0.2)
    ports = Ports(home.port)
    right = {"door": (ports.public, 200), "app": (ports.app, 403), "studio": (ports.studio, 401)}
    right |= {f"store {number}": (ports.store(number).s3, 403) for number in (0, 1)}
    made = {}
    for name, (port, status) in right.items():
        made[name] = upstream(port)
        made[name].replies["*"] = SimpleNamespace(status=status, headers={}, body=b"")
    for port in (port for number in (0, 1) for port in ports.store(number).inner().values()):
        demanding(port)
    made["door"].replies["/gateway/admit"] = SimpleNamespace(status=404, headers={}, body=b"")
    return made


def test_a_stack_that_refuses_strangers_passes(home: Home, answering: dict[str, SimpleNamespace]) -> None:
    assert len(answering) == 5
    assert refuse_unsafe(home, embedded_broker=False) == 4 + 2 * 8  # the public parts, and eight ports of each store


@pytest.mark.parametrize(
    ("name", "path", "status", "says"),
    [
        ("studio", "*", 200, "Label Studio's port, without its secret: expected 401, got 200"),
        ("store 0", "*", 200, "the store of zone `us`, without a signature: expected 403, got 200"),
        ("app", "*", 200, "labelhub's own port, without the gateway's secret: expected 403, got 200"),
        ("door", "/gateway/admit", 200, "the gateway's own address, from outside: expected 404, got 200"),
        ("door", "*", 503, "labelhub through the door: expected 200, got 503"),
    ],
)
def test_a_stack_that_answers_a_stranger_is_not_served(
    *, home: Home, answering: dict[str, SimpleNamespace], name: str, path: str, status: int, says: str
) -> None:
    answering[name].replies[path] = SimpleNamespace(status=status, headers={}, body=b"")
    with pytest.raises(StackError) as refusal:
        refuse_unsafe(home, embedded_broker=False)
    assert says in str(refusal.value)


def test_a_store_whose_inner_port_demands_no_certificate_is_not_served(
    home: Home, upstream: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(self_check, "PATIENCE", 0.2)
    port = Ports(home.port).store(1).master
    upstream(port)
    with pytest.raises(StackError) as refusal:
        refuse_unsafe(home, embedded_broker=False)
    wrong = f"the master port {port} of the store of zone `eu`, without its certificate: expected 401, got 200"
    assert wrong in str(refusal.value)


def test_a_silent_part_is_named_too(home: Home, answering: dict[str, SimpleNamespace]) -> None:
    assert answering
    with pytest.raises(StackError, match="Valkey, without its password: expected 401, got no answer"):
        refuse_unsafe(home, embedded_broker=True)


def test_ledgers_that_are_not_well_are_named_with_what_is_wrong_and_their_logs(home: Home) -> None:
    write_environment(home, service_environment(home))
    with claimed(home):
        found = {one.about: one for one in doctor(home) if one.about.startswith("ledger")}
    assert set(found) == {"ledger control", "ledger us", "ledger eu"}
    us = found["ledger us"]
    assert (us.well, us.says) == (False, "the database of ledger `us` does not answer")
    assert str(home.log("sequencer")) in us.mend
    assert str(home.log("signer")) in us.mend
