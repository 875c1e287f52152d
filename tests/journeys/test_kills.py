"""Killed at random under load, everything comes back by itself, and the ledger holds every answer ever given.

A dozen kills on the shared stack; `python -m tests.journeys.kills 200` goes on, and kills the database too.
"""

from __future__ import annotations

import secrets

import pytest

from tests.journeys.kills import kill_under_load
from tests.journeys.running import Stack

pytestmark = [pytest.mark.journey, pytest.mark.timeout(600)]
KILLS = 12


def test_whoever_is_killed_no_byte_lacks_its_entry_and_no_entry_is_lost(stack: Stack) -> None:
    seed = secrets.randbelow(2**32)
    said = [f"seed {seed}"]
    try:
        outcome = kill_under_load(stack, KILLS, seed=seed, say=said.append)
    except AssertionError as error:
        raise AssertionError("\n".join([*said, str(error)])) from error
    assert outcome.kills.total() == KILLS
    assert outcome.with_bytes > 0
    assert sum(one.entries for one in outcome.ledgers) >= outcome.entries_named
    assert all(one.read for one in outcome.ledgers)
