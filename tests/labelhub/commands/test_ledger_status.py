"""`labelhub ledger status`: a line a ledger, and an exit code that a monitor can use."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from labelhub.commands.ledger import app
from labelhub.evidence.models import LedgerHead
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.own_sequencer]
LEDGERS = ["control", "eu", "us"]


def report(problem: str = "") -> None:
    for ledger in LEDGERS:
        LedgerHead.objects.update_or_create(pk=ledger, defaults={"reported": factories.now(), "problem": ""})
    LedgerHead.objects.filter(pk="us").update(problem=problem)


def test_when_all_is_well_it_ends_with_0() -> None:
    report()
    done = CliRunner().invoke(app, ["status"])
    assert done.exit_code == 0, done.output
    assert [line.split(":")[0] for line in done.output.splitlines()] == [f"ok {ledger}" for ledger in LEDGERS]


def test_when_one_is_not_it_ends_with_1_and_says_which_and_why() -> None:
    report("ledger `us` cannot be signed: the signer does not answer")
    done = CliRunner().invoke(app, ["status"])
    assert done.exit_code == 1
    assert "!! us: ledger `us` cannot be signed: the signer does not answer; 0 entries" in done.output
    assert done.output.count("ok ") == 2


def test_programs_read_it_as_json() -> None:
    report("ledger `us` cannot be signed")
    done = CliRunner().invoke(app, ["status", "--json"])
    assert {one["ledger"]: one["well"] for one in json.loads(done.output)} == {"control": True, "eu": True, "us": False}
