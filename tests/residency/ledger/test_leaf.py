"""A leaf's bytes, and what in it commits to something kept beside it."""

import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta, timezone

import pytest

from residency.ledger.entry import canonical_json, read_canonical
from residency.ledger.errors import LedgerError
from residency.ledger.leaf import about_tag, leaf_bytes, owner_key, seal, time_text

AT = datetime(2026, 11, 25, 10, 0, 0, 123, tzinfo=UTC)


def test_a_leaf_is_canonical_json_of_the_entry_its_number_and_its_time() -> None:
    entry = canonical_json({"action": "media:view:allowed", "v": 2}).decode()
    leaf = leaf_bytes(entry, 7, time_text(AT))
    assert read_canonical(leaf) == {
        "entry": json.loads(entry),
        "n": 7,
        "sequenced": "2026-11-25T10:00:00.000123+00:00",
    }


def test_a_leaf_too_long_for_an_entry_bundle_is_refused() -> None:
    least = len(leaf_bytes('""', 0, ""))
    assert len(leaf_bytes(f'"{"x" * (65_535 - least)}"', 0, "")) == 65_535
    with pytest.raises(LedgerError, match="entry `0` has a leaf of 65536 bytes; an entry bundle holds at most 65535"):
        leaf_bytes(f'"{"x" * (65_536 - least)}"', 0, "")


def test_times_are_written_in_one_way_whatever_their_zone() -> None:
    there = AT.astimezone(timezone(timedelta(hours=5, minutes=45)))
    assert time_text(there) == time_text(AT)
    assert time_text(AT.replace(microsecond=0)) == "2026-11-25T10:00:00.000000+00:00"
    with pytest.raises(LedgerError, match="needs a time zone"):
        time_text(AT.replace(tzinfo=None))


def test_a_seal_is_the_hash_of_salt_and_text() -> None:
    salt = bytes(range(16))
    assert seal(salt, "é") == hashlib.sha256(salt + "é".encode()).hexdigest()
    for wrong in (b"", salt[:-1], salt + b"x"):
        with pytest.raises(LedgerError, match=f"a salt has 16 bytes, not {len(wrong)}"):
            seal(wrong, "")


def test_a_tag_is_the_owner_s_to_recognize() -> None:
    key = owner_key(b"master", "city")
    assert key == hmac.new(b"master", b"owner:city", "sha256").digest()
    assert about_tag(key, "f-1") == hmac.new(key, b"f-1", "sha256").hexdigest()
    assert about_tag(owner_key(b"master", "county"), "f-1") != about_tag(key, "f-1")
