"""The demo's places, GeoIP databases and accounts agree with each other."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime
from pathlib import Path

import maxminddb
import pytest

from labelhub.demo.accounts import (
    ACCOUNTS,
    ORGANISATIONS,
    Role,
    cards_as_json,
    credentials,
    owner_of,
    sign_in_cards,
)
from labelhub.demo.geoip import write_databases
from labelhub.demo.places import PLACES, UNKNOWN_HOST, address_of, host_in
from labelhub.demo.scenes import CAMERAS

KEY, OTHER_KEY = "k" * 40, "o" * 40
BUILT = datetime(2026, 11, 1, tzinfo=UTC)


def test_both_databases_put_each_demo_address_in_its_country(tmp_path: Path) -> None:
    files = write_databases(tmp_path / "geo", built_at=BUILT)
    for path in (files.primary, files.secondary):
        with maxminddb.open_database(path) as reader:
            assert {place.country: reader.get(str(place.address)) for place in PLACES} == {
                country: {"country": {"iso_code": country}} for country in ("US", "PH", "DE")
            }


def test_every_other_address_is_an_unknown_place(tmp_path: Path) -> None:
    with maxminddb.open_database(write_databases(tmp_path, built_at=BUILT).primary) as reader:
        assert [reader.get(a) for a in ("127.0.0.1", "::1", "8.8.8.8", "203.0.112.255", "2001:db8::1")] == [None] * 5


def test_a_database_says_when_it_was_built_and_is_the_same_each_time(tmp_path: Path) -> None:
    first = write_databases(tmp_path, built_at=BUILT).primary
    before = first.read_bytes()
    write_databases(tmp_path, built_at=BUILT)
    assert first.read_bytes() == before
    with maxminddb.open_database(first) as reader:
        assert reader.metadata().build_epoch == int(BUILT.timestamp())
    assert sorted(path.suffix for path in tmp_path.iterdir()) == [".mmdb", ".mmdb"]


def test_a_build_date_needs_a_zone(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="time zone"):
        write_databases(tmp_path, built_at=datetime(2026, 1, 1))  # noqa: DTZ001 (the naive time is the point)


def test_each_address_lies_in_its_own_documentation_range() -> None:
    assert all(place.address in place.network for place in PLACES)
    assert str(address_of("us.localhost")) == "203.0.113.10"
    assert str(address_of("PH.localhost.")) == "198.51.100.10"
    assert str(address_of("de.localhost")) == "192.0.2.10"
    assert address_of(UNKNOWN_HOST) is None
    with pytest.raises(LookupError):
        host_in("FR")


def test_there_are_eight_accounts_of_five_roles() -> None:
    assert [(account.role, account.email, account.attested_in) for account in ACCOUNTS] == [
        (Role.LEAD, "lead@demo.test", "US"),
        (Role.ANNOTATOR, "annotator.us@demo.test", "US"),
        (Role.ANNOTATOR, "annotator.ph@demo.test", "PH"),
        (Role.ANNOTATOR, "annotator.de@demo.test", "DE"),
        (Role.REVIEWER, "reviewer@demo.test", "US"),
        (Role.OFFICER, "officer@demo.test", "US"),
        (Role.OFFICER, "officer.2@demo.test", "US"),
        (Role.OWNER, "owner@demo.test", "US"),
    ]
    codes = {one.code for one in ORGANISATIONS}
    assert {account.organisation for account in ACCOUNTS} <= codes


def test_every_camera_has_an_owner() -> None:
    assert {camera.name: owner_of(camera.name) is not None for camera in CAMERAS} == dict.fromkeys(
        ("cam-ca-1", "cam-tx-public", "cam-tx-2", "cam-de-1"), True
    )
    assert owner_of("cam-none") is None


def test_secrets_are_long_differ_by_account_and_by_home_and_come_again() -> None:
    here = [credentials(account, secret_key=KEY) for account in ACCOUNTS]
    there = [credentials(account, secret_key=OTHER_KEY) for account in ACCOUNTS]
    assert here == [credentials(account, secret_key=KEY) for account in ACCOUNTS]
    assert len({one.password for one in here + there} | {one.totp_secret for one in here + there}) == 4 * len(ACCOUNTS)
    assert all(len(one.password) >= 16 for one in here)
    assert all(len(base64.b32decode(one.totp_secret)) == 20 for one in here)


def test_a_short_key_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 32"):
        credentials(ACCOUNTS[0], secret_key="short")


def test_the_cards_say_what_a_visitor_needs() -> None:
    cards = json.loads(cards_as_json(sign_in_cards(secret_key=KEY, port=8811)))
    assert [card["start_url"] for card in cards][1:4] == [
        "http://us.localhost:8811/",
        "http://ph.localhost:8811/",
        "http://de.localhost:8811/",
    ]
    assert set(cards[0]) == {"role", "email", "name", "password", "totp_secret", "attested_in", "start_url"}
