"""The key log: one key introduces the next, from a size on."""

import base64
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from residency.ledger.entry import Json, canonical_json, read_canonical
from residency.ledger.errors import KeyLogError
from residency.ledger.keylog import KeyLog, first_line, next_line, read_key_log
from residency.ledger.notes import KeyType, VerifierKey, verifier_key

ORIGIN = "labelhub.example/us"
AT = datetime(2026, 11, 25, tzinfo=UTC)
SIGNERS = [Ed25519PrivateKey.from_private_bytes(bytes([number]) * 32) for number in range(3)]
KEYS = [verifier_key(ORIGIN, one) for one in SIGNERS]


def log_of_three() -> KeyLog:
    log = read_key_log([first_line(KEYS[0], at=AT)])
    for number, from_size in ((1, 100), (2, 250)):
        line = next_line(
            log, KEYS[number], at=AT + timedelta(days=number), from_size=from_size, signer=SIGNERS[number - 1]
        )
        log = read_key_log([*(one.text for one in log.lines), line])
    return log


def lines(log: KeyLog) -> list[str]:
    return [one.text for one in log.lines]


def changed(line: str, change: Mapping[str, object], *without: str) -> str:
    said = read_canonical(line)
    assert isinstance(said, dict)
    kept = {name: value for name, value in {**said, **change}.items() if name not in without}
    return canonical_json(kept).decode()


@pytest.mark.parametrize(("size", "key"), [(0, 0), (99, 0), (100, 1), (249, 1), (250, 2), (10_000, 2)])
def test_the_last_key_that_has_begun_is_in_force(size: int, key: int) -> None:
    assert log_of_three().key_for(size) == KEYS[key]


def test_a_log_knows_its_first_and_all_of_its_keys() -> None:
    log = log_of_three()
    assert log.begins_with(KEYS[0])
    assert not log.begins_with(KEYS[1])
    assert all(key in log for key in KEYS)
    assert verifier_key("elsewhere", SIGNERS[0]) not in log


@pytest.mark.parametrize(
    ("number", "change", "said"),
    [
        (0, {"from_size": 1}, "line 1 of the key log: the first key signs from size 0 on"),
        (0, {"signature": "AAAA"}, "line 1 of the key log: the first key signs from size 0 on"),
        (0, {"key": str(verifier_key(ORIGIN, SIGNERS[1]))}, "line 2 of the key log: the key is not signed for"),
        (0, {"key": "nothing"}, "line 1 of the key log: `nothing` is no key"),
        (0, {"key": str(VerifierKey(ORIGIN, KEYS[0].public, KeyType.COSIGNATURE))}, "the key of a witness"),
        (0, {"at": "yesterday"}, "`yesterday` is not a time as entries write it"),
        (0, {"at": "2026-11-25T00:00:00Z"}, "is not a time as entries write it"),
        (0, {"at": "2026-11-25T00:00:00.000000"}, "is not a time as entries write it"),
        (0, {"at": 1}, "`at` and `key` are text"),
        (0, {"from_size": True}, "`from_size` is a whole number"),
        (0, {"from_size": -1}, "`from_size` is a whole number"),
        (0, {"v": 2}, "a line has `at`, `from_size`"),
        (0, {"more": 1}, "a line has `at`, `from_size`"),
        (1, {"from_size": 99}, "line 2 of the key log: the key is not signed for by the one before it"),
        (1, {"signature": 7}, "the key is not signed for by the one before it"),
        (1, {"signature": "%"}, "the key is not signed for by the one before it"),
        (1, {"signature": base64.b64encode(bytes(64)).decode()}, "the key is not signed for by the one before it"),
        (1, {"key": str(verifier_key("elsewhere", SIGNERS[1]))}, "the key is named `elsewhere`, the one before it"),
        (2, {"from_size": 99}, "line 3 of the key log: a key comes in force before the one before it"),
        (2, {"at": "2026-11-25T00:00:00.000000+00:00"}, "a key comes in force before the one before it"),
    ],
)
def test_a_changed_line_is_named(number: int, change: dict[str, Json], said: str) -> None:
    written = lines(log_of_three())
    written[number] = changed(written[number], change)
    with pytest.raises(KeyLogError, match=said):
        read_key_log(written)


@pytest.mark.parametrize("line", ["", "[]", "{", '{"v": 1}', "null"])
def test_a_line_that_cannot_be_read_is_named(line: str) -> None:
    with pytest.raises(KeyLogError, match="line 1 of the key log"):
        read_key_log([line])


def test_a_line_left_out_or_unsigned_breaks_the_chain() -> None:
    first, second, third = lines(log_of_three())
    for written in ([first, third], [second, third], [first, changed(second, {}, "signature")]):
        with pytest.raises(KeyLogError):
            read_key_log(written)
    with pytest.raises(KeyLogError, match="the key log is empty"):
        read_key_log([])


def test_a_rotation_that_would_not_hold_is_not_written() -> None:
    log = log_of_three()
    with pytest.raises(KeyLogError, match="not signed for by the one before it"):
        next_line(log, KEYS[0], at=AT + timedelta(days=9), from_size=300, signer=SIGNERS[0])
    with pytest.raises(KeyLogError, match="comes in force before the one before it"):
        next_line(log, KEYS[0], at=AT + timedelta(days=9), from_size=249, signer=SIGNERS[2])
