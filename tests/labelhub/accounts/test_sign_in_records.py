"""Each sign-in, refused sign-in and sign-out is an entry; a sign-in that cannot be recorded does not happen."""

from __future__ import annotations

import json

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret, hotp_value, yield_hotp_counters_from_time
from django.core.cache import cache
from django.db import DatabaseError
from django.test import Client

from labelhub.accounts.models import Person
from labelhub.accounts.signals import address_hash
from labelhub.evidence.models import LedgerEntry
from tests import factories


@pytest.fixture(autouse=True)
def _no_rate_limit_left_over() -> None:
    cache.clear()


def entries_of(action: str) -> list[LedgerEntry]:
    return list(LedgerEntry.objects.filter(action=f"person:session:{action}").order_by("at"))


def give_password(door: Client, email: str, password: str = factories.PASSWORD) -> int:
    return door.post("/accounts/login/", {"login": email, "password": password}).status_code


def code_of(secret: str) -> str:
    counter = next(yield_hotp_counters_from_time())
    return f"{hotp_value(secret, counter):06d}"


def test_a_sign_in_with_both_factors_is_recorded_with_its_place(door: Client, us_annotator: Person) -> None:
    secret = generate_totp_secret()
    TOTP.activate(us_annotator, secret)
    assert give_password(door, us_annotator.email) == 302
    assert entries_of("started") == []
    assert door.post("/accounts/2fa/authenticate/", {"code": code_of(secret)}).status_code == 302
    (started,) = entries_of("started")
    assert started.person == us_annotator.pseudonym
    assert (started.place, started.level, started.entity) == ("US", 2, "employer-us")
    assert json.loads(started.body)["details"]["methods"] == ["password", "totp"]
    assert door.get("/api/v1/me").status_code == 200


def test_the_entry_names_the_session_and_not_its_key(door: Client, us_annotator: Person) -> None:
    give_password(door, us_annotator.email)
    (started,) = entries_of("started")
    assert started.session
    assert str(door.session.session_key) not in started.body


@pytest.mark.parametrize("known", [True, False])
def test_a_refused_sign_in_is_recorded_without_the_address(
    door: Client,
    us_annotator: Person,
    known: bool,  # noqa: FBT001  a column of the table
) -> None:
    address = us_annotator.email if known else "nobody@elsewhere.test"
    give_password(door, address, "wrong-password-entirely")
    (refused,) = entries_of("refused")
    assert address not in refused.body
    assert us_annotator.pseudonym not in refused.body
    assert "wrong-password-entirely" not in refused.body
    assert json.loads(refused.body)["details"]["address_hash"] == address_hash(address)
    assert refused.outcome == "deny"


def test_a_sign_out_is_recorded(us_annotator: Person) -> None:
    client = factories.signed_in(us_annotator)
    client.post("/accounts/logout/")
    (ended,) = entries_of("ended")
    assert ended.person == us_annotator.pseudonym
    assert client.get("/api/v1/me").status_code == 401


def _ledger_is_full(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(**_: object) -> None:
        raise DatabaseError("disk full")

    monkeypatch.setattr(LedgerEntry.objects, "create", refuse)


def test_nobody_signs_in_while_the_ledger_cannot_be_written(
    door: Client, us_annotator: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    _ledger_is_full(monkeypatch)
    assert give_password(door, us_annotator.email) == 503
    monkeypatch.undo()
    assert "_auth_user_id" not in door.session
    assert door.get("/api/v1/me").status_code == 401
    assert entries_of("started") == []


def test_a_wrong_password_is_answered_alike_while_the_ledger_cannot_be_written(
    door: Client, us_annotator: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    _ledger_is_full(monkeypatch)
    assert give_password(door, us_annotator.email, "wrong-password-entirely") == 503


def test_a_sign_out_happens_even_while_the_ledger_cannot_be_written(
    us_annotator: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = factories.signed_in(us_annotator)
    _ledger_is_full(monkeypatch)
    client.post("/accounts/logout/")
    monkeypatch.undo()
    assert client.get("/api/v1/me").status_code == 401
