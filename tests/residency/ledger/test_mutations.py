"""Every way to change a pack is found and named.

Whoever changes a pack here makes again all they can: manifest, page, and the report with its totals. They do not have
the signing key, unless a test says so.
"""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from residency.ledger.entry import canonical_json
from residency.ledger.leaf import seal
from residency.ledger.question import Question
from residency.ledger.report import ANCHORED
from tests.residency.ledger.world import (
    ALLOWED,
    NAME,
    POLICY_HASH,
    VIEWS,
    Entry,
    Files,
    Ledger,
    a_ledger,
    at,
    change_json,
    change_lines,
    entries,
    made,
    names,
    recount,
    retold,
    verified,
    zipped,
)

LEAVES, OPENED, HEAD = (f"ledgers/{NAME}/{name}" for name in ("leaves.jsonl", "opened.jsonl", "checkpoint"))
ANCHORS, OTHERS, KEYS = (f"ledgers/{NAME}/{name}" for name in ("anchors.jsonl", "checkpoints.jsonl", "keylog.jsonl"))
UNOPENED, FIRST, SECOND = 4, 10, 11  # a sign-in, and two views
Change = Callable[[Files], Files]


def leaves(change: Callable[[list[bytes]], list[bytes]]) -> Change:
    return lambda files: change_lines(files, LEAVES, change)


def opened(number: int, **facts: Any) -> Change:  # noqa: ANN401
    def change(lines: list[bytes]) -> list[bytes]:
        said = [json.loads(line) for line in lines]
        return [canonical_json({**one, **facts} if one["n"] == number else one) for one in said]

    return lambda files: change_lines(files, OPENED, change)


def both(*changes: Change) -> Change:
    def change(files: Files) -> Files:
        for one in changes:
            files = one(files)
        return files

    return change


def renumbered(lines: list[bytes]) -> list[bytes]:
    return [canonical_json({**json.loads(line), "n": number}) for number, line in enumerate(lines)]


def opened_renumbered(move: Callable[[int], int | None]) -> Change:
    def change(lines: list[bytes]) -> list[bytes]:
        said = [(json.loads(line), move(json.loads(line)["n"])) for line in lines]
        return [canonical_json({**one, "n": number}) for one, number in said if number is not None]

    return lambda files: change_lines(files, OPENED, change)


def with_entry(lines: list[bytes], number: int, **facts: Any) -> list[bytes]:  # noqa: ANN401
    said = json.loads(lines[number])
    said["entry"].update(facts)
    return [*lines[:number], canonical_json(said), *lines[number + 1 :]]


def swapped(lines: list[bytes], one: int, other: int) -> list[bytes]:
    lines = list(lines)
    lines[one], lines[other] = lines[other], lines[one]
    return lines


def swap_payloads(lines: list[bytes]) -> list[bytes]:
    one, other = json.loads(lines[FIRST]), json.loads(lines[SECOND])
    one["entry"], other["entry"] = other["entry"], one["entry"]
    return [*lines[:FIRST], canonical_json(one), canonical_json(other), *lines[SECOND + 1 :]]


def swap_opened(lines: list[bytes]) -> list[bytes]:
    said = [json.loads(line) for line in lines]
    one, other = (next(s for s in said if s["n"] == number) for number in (FIRST, SECOND))
    one["n"], other["n"] = SECOND, FIRST
    return sorted(map(canonical_json, said), key=lambda line: json.loads(line)["n"])


def without(lines: list[bytes], number: int) -> list[bytes]:
    return [*lines[:number], *lines[number + 1 :]]


def sized(size: int) -> Change:
    def change(files: Files) -> Files:
        lines = files[HEAD].split(b"\n")
        lines[1] = str(size).encode()
        return {**files, HEAD: b"\n".join(lines)}

    return change


def drop(name: str, number: int) -> Change:
    return lambda files: change_lines(files, name, lambda lines: without(lines, number))


FORGED = canonical_json({"footage": "city-0", "jurisdiction": "US-CA", "level": 2, "outcome": "allow", "place": "US"})

IN_ENTRIES = {
    "one byte of a leaf": (leaves(lambda all_: with_entry(all_, UNOPENED, private="0" * 64)), {"root-wrong"}),
    "one byte of an opened leaf": (
        leaves(lambda all_: with_entry(all_, FIRST, private="0" * 64)),
        {"root-wrong", "entry-changed"},
    ),
    "an opened entry": (opened(FIRST, body=FORGED.decode()), {"entry-changed"}),
    "an opened entry with the salt": (opened(FIRST, body=FORGED.decode(), salt="00" * 16), {"entry-changed"}),
    "a salt that is none": (opened(FIRST, salt="zz"), {"entry-changed"}),
    "an opened entry that is no table": (opened(FIRST, body="[]"), {"entry-changed"}),
    "an opened entry and its leaf": (
        both(
            opened(FIRST, body=FORGED.decode(), salt="00" * 16),
            leaves(lambda all_: with_entry(all_, FIRST, private=seal(bytes(16), FORGED.decode()))),
        ),
        {"root-wrong"},
    ),
    "the person in an opened entry": (
        opened(FIRST, personal='{"person":"p-9"}', personal_salt="00" * 16),
        {"person-changed"},
    ),
    "delete": (
        both(leaves(lambda all_: without(all_, FIRST)), opened_renumbered(lambda n: None if n == FIRST else n)),
        {"number-wrong", "entries-cut"},
    ),
    "delete and number again": (
        both(
            leaves(lambda all_: renumbered(without(all_, FIRST))),
            opened_renumbered(lambda n: None if n == FIRST else n - (n > FIRST)),
        ),
        {"entries-cut"},
    ),
    "delete, number again, and count less": (
        both(
            leaves(lambda all_: renumbered(without(all_, FIRST))),
            opened_renumbered(lambda n: None if n == FIRST else n - (n > FIRST)),
            sized(61),
        ),
        {"root-wrong", "signature-wrong"},
    ),
    "cut the tail": (
        both(leaves(lambda all_: all_[:50]), opened_renumbered(lambda n: n if n < 50 else None)),
        {"entries-cut"},
    ),
    "cut the tail and count less": (
        both(leaves(lambda all_: all_[:50]), opened_renumbered(lambda n: n if n < 50 else None), sized(50)),
        {"root-wrong", "signature-wrong"},
    ),
    "insert": (
        leaves(lambda all_: [*all_[:FIRST], all_[UNOPENED], *all_[FIRST:]]),
        {"number-wrong", "entries-added", "time-back"},
    ),
    "insert and number again": (
        both(
            leaves(lambda all_: renumbered([*all_[:5], all_[UNOPENED], *all_[5:]])),
            opened_renumbered(lambda n: n + (n > UNOPENED)),
        ),
        {"entries-added"},
    ),
    "reorder": (leaves(lambda all_: swapped(all_, FIRST, SECOND)), {"number-wrong", "root-wrong", "time-back"}),
    "reorder and number again": (
        both(
            leaves(lambda all_: renumbered(swapped(all_, FIRST, SECOND))),
            lambda files: change_lines(files, OPENED, swap_opened),
        ),
        {"root-wrong", "time-back"},
    ),
    "duplicate": (
        leaves(lambda all_: [*all_[: FIRST + 1], all_[FIRST], *all_[FIRST + 1 :]]),
        {"number-wrong", "entries-added"},
    ),
    "swap what two opened entries say": (
        lambda files: change_lines(files, OPENED, swap_opened),
        {"entry-changed", "person-changed"},
    ),
    "swap the payloads of two entries": (
        both(leaves(swap_payloads), lambda files: change_lines(files, OPENED, swap_opened)),
        {"root-wrong", "time-ahead"},
    ),
    "when it happened": (leaves(lambda all_: with_entry(all_, FIRST, at=at(3))), {"root-wrong"}),
    "happened later than it was written": (
        leaves(lambda all_: with_entry(all_, FIRST, at=at(30))),
        {"root-wrong", "time-ahead"},
    ),
    "a month that does not exist": (
        leaves(lambda all_: with_entry(all_, FIRST, at="2026-13-01T00:00:00.000000+00:00")),
        {"root-wrong", "time-ahead"},
    ),
    "a leaf that is none": (
        leaves(lambda all_: [*all_[:UNOPENED], b"{}", *all_[UNOPENED + 1 :]]),
        {"leaf-malformed", "number-wrong", "entries-cut"},
    ),
    "the first leaf is none": (
        leaves(lambda all_: [b"\xff", *all_[1:]]),
        {"leaf-malformed", "number-wrong", "entries-cut", "entry-not-there"},
    ),
    "only leaves that are none": (
        leaves(lambda all_: [b"{}"] * len(all_)),
        {"leaf-malformed", "entries-cut", "entry-not-there"},
    ),
    "a leaf of another ledger": (
        leaves(lambda all_: with_entry(all_, UNOPENED, ledger="de")),
        {"leaf-malformed", "number-wrong", "entries-cut"},
    ),
    "what an answer says is not shown": (opened_renumbered(lambda n: None if n == FIRST else n), {"entry-hidden"}),
    "an anchoring is not shown": (opened_renumbered(lambda n: None if n == 20 else n), {"entry-hidden"}),
    "an entry is opened twice": (
        lambda files: change_lines(files, OPENED, lambda all_: [all_[0], *all_]),
        {"entry-not-there"},
    ),
    "an entry behind the last is opened": (
        opened_renumbered(lambda n: 99 if n == 60 else n),
        {"entry-not-there", "entry-hidden"},
    ),
    "an opened line cannot be read": (
        lambda files: change_lines(files, OPENED, lambda all_: [b"{", *all_[1:]]),
        {"entry-changed", "entry-hidden"},
    ),
    "an opened line is of another kind": (opened(0, more=1), {"entry-changed", "entry-hidden"}),
    "an opened line has no text": (opened(0, body=1), {"entry-changed", "entry-hidden"}),
    "an opened line has half a person": (opened(0, personal=None), {"entry-changed", "entry-hidden"}),
    "an anchor is dropped": (drop(ANCHORS, 0), {"anchor-missing"}),
    "an anchor says another version": (
        lambda files: change_lines(files, ANCHORS, lambda all_: [all_[0].replace(b'"v0"', b'"v9"'), *all_[1:]]),
        {"anchor-missing"},
    ),
    "an anchor does not say where": (
        lambda files: change_lines(files, ANCHORS, lambda all_: [all_[0].replace(b'"anchors"', b'""'), *all_[1:]]),
        {"anchor-wrong", "anchor-missing"},
    ),
    "the checkpoint cannot be read": (lambda files: {**files, HEAD: files[HEAD] + b"\n"}, {"checkpoint-malformed"}),
    "another checkpoint cannot be read": (
        lambda files: change_lines(files, OTHERS, lambda all_: [b"[]", *all_[1:]]),
        {"checkpoint-malformed"},
    ),
    "a proof is no list": (
        lambda files: change_lines(files, OTHERS, lambda all_: [canonical_json({**json.loads(all_[0]), "proof": 1})]),
        {"checkpoint-malformed"},
    ),
    "a proof is no hex": (
        lambda files: change_lines(
            files, OTHERS, lambda all_: [canonical_json({**json.loads(all_[0]), "proof": ["x"]})]
        ),
        {"checkpoint-malformed"},
    ),
    "a line of the key log is dropped": (drop(KEYS, 1), {"signature-wrong"}),
    "the key log begins later": (drop(KEYS, 0), {"key-log-broken"}),
    "the key log is cut": (lambda files: {**files, KEYS: files[KEYS][:-1]}, {"key-log-broken"}),
    "the key log is no text": (lambda files: {**files, KEYS: b"\xff\n"}, {"key-log-broken"}),
    "a policy's text": (
        lambda files: {name: b"{}" if _is_policy(name) else data for name, data in files.items()},
        {"policy-changed", "policy-missing"},
    ),
    "a policy is dropped": (
        lambda files: {name: data for name, data in files.items() if not _is_policy(name)},
        {"policy-missing"},
    ),
    "the sets of policies are dropped": (
        lambda files: {name: data for name, data in files.items() if name != "policies/sets.json"},
        {"policy-missing"},
    ),
    "a set of policies": (
        lambda files: change_json(files, "policies/sets.json", lambda sets: {named: [] for named in sets}),
        {"policy-changed", "policy-missing"},
    ),
    "a location database is dropped": (
        lambda files: change_json(files, "geoip.json", lambda _: {"databases": []}),
        {"location-missing"},
    ),
    "the location databases are no list": (
        lambda files: change_json(files, "geoip.json", lambda _: {}),
        {"location-missing"},
    ),
}


def _is_policy(name: str) -> bool:
    return name.startswith("policies/") and name != "policies/sets.json"


@pytest.fixture(scope="module")
def good() -> Files:
    return made()


@pytest.mark.parametrize("what", IN_ENTRIES)
def test_a_change_is_found_and_named(what: str, good: Files, tmp_path: Path) -> None:
    change, expected = IN_ENTRIES[what]
    changed = change(good)
    assert changed != good
    verdict = verified(zipped(retold(changed, tmp_path / "draft.zip"), tmp_path / "pack.zip"))
    assert names(verdict) == expected


def test_nothing_is_found_where_nothing_was_changed(good: Files, tmp_path: Path) -> None:
    assert names(verified(zipped(good, tmp_path / "pack.zip"))) == set()
    assert names(verified(zipped(retold(good, tmp_path / "draft.zip"), tmp_path / "pack.zip"))) == set()


def test_a_recounted_change_without_a_new_report_is_found_too(good: Files, tmp_path: Path) -> None:
    changed = recount(opened(FIRST, body=FORGED.decode())(good))
    assert names(verified(zipped(changed, tmp_path / "pack.zip"))) == {"entry-changed", "report-changed"}


REPORTS = {
    "fewer answers": (lambda told: {**told, "totals": {**told["totals"], "entries": 1}}, "`totals.entries` says `1`"),
    "another place": (lambda told: {**told, "totals": {**told["totals"], "by_place": {}}}, "`totals.by_place` says"),
    "more than is counted": (lambda told: {**told, "totals": {**told["totals"], "x": 1}}, "`totals.x` says `1`"),
    "no totals": (lambda told: {**told, "totals": None}, "`totals` are missing"),
    "other words": (lambda told: {**told, "question_words": ["All."]}, "`question_words` is not what follows"),
    "fewer ledgers": (lambda told: {**told, "ledgers": {}}, "`ledgers` is not what follows"),
}


@pytest.mark.parametrize("what", REPORTS)
def test_a_changed_report_over_intact_entries_is_found(what: str, good: Files, tmp_path: Path) -> None:
    change, said = REPORTS[what]
    verdict = verified(zipped(recount(change_json(good, "report.json", change)), tmp_path / "pack.zip"))
    assert names(verdict) == {"report-changed"}
    assert verdict.chain_intact
    assert said in verdict.findings[0].words


@pytest.mark.parametrize("what", ["narrower", "unreadable", "none"])
def test_a_changed_question_is_found(what: str, good: Files, tmp_path: Path) -> None:
    question = {"narrower": {"actions": [ALLOWED]}, "unreadable": {"actions": 1}, "none": None}[what]
    changed = recount(change_json(good, "report.json", lambda told: {**told, "question": question}))
    expected = {"report-changed"} if what == "narrower" else {"report-changed", "file-malformed"}
    assert names(verified(zipped(changed, tmp_path / "pack.zip"))) == expected


def test_a_page_of_another_report_is_found(good: Files, tmp_path: Path) -> None:
    other = recount(change_json(good, "report.json", lambda told: {**told, "made_at": "later"}))
    for changed in ({**good, "report.html": other["report.html"]}, {**other, "report.html": good["report.html"]}):
        page = changed["report.html"]
        again = {**recount(changed), "report.html": page}
        verdict = verified(zipped(relisted(again), tmp_path / "pack.zip"))
        assert names(verdict) == {"report-page"}
    manifest = json.loads(good["manifest.json"])
    changed = {**good, "manifest.json": canonical_json({**manifest, "report_hash": "0" * 64})}
    assert names(verified(zipped(changed, tmp_path / "pack.zip"))) == {"report-page"}


def relisted(files: Files) -> Files:
    """The manifest made again, and nothing else."""
    page, manifest = files["report.html"], json.loads(recount(files)["manifest.json"])
    manifest["files"]["report.html"] = hashlib.sha256(page).hexdigest()
    return {**files, "manifest.json": canonical_json(manifest)}


NONE = Question(actions=VIEWS, place="JP")


def test_a_negative_statement_holds_while_no_entry_says_otherwise(tmp_path: Path) -> None:
    files = made(NONE)
    assert json.loads(files["report.json"])["statement"]["kind"] == "none"
    verdict = verified(zipped(files, tmp_path / "pack.zip"))
    assert names(verdict) == set()
    assert "No entry is recorded to which all of this applies:" in verdict.report["statement"]["text"]


def contrary(number: int, when: float) -> Entry:
    body = {"footage": "city-0", "jurisdiction": "US-CA", "level": 3, "outcome": "allow", "place": "JP"}
    return Entry(action=ALLOWED, at=at(when), sequenced=at(when), body=body, owner="city", seed=200_000 + number)


def test_a_contrary_entry_added_to_a_negative_statement_is_found(tmp_path: Path) -> None:
    files, entry = made(NONE), contrary(62, 100)
    more = change_lines(files, LEAVES, lambda all_: [*all_, entry.leaf(62)])
    body = canonical_json(entry.body).decode()
    line = canonical_json({"n": 62, "body": body, "salt": entry.salt(0).hex()})
    shown = change_lines(more, OPENED, lambda all_: [*all_, line])
    assert names(verified(zipped(recount(shown), tmp_path / "pack.zip"))) == {
        "entries-added",
        "statement-false",
        "report-changed",
    }


def test_a_negative_statement_over_a_ledger_that_says_otherwise_is_false(tmp_path: Path) -> None:
    """Its operator signs the contrary entry, and leaves the statement as it was."""
    ledger = a_ledger()
    statement = json.loads(made(NONE)["report.json"])["statement"]
    ledger.grow([contrary(62, 100)])
    files = change_json(made(NONE, ledger), "report.json", lambda told: {**told, "statement": statement})
    assert names(verified(zipped(recount(files), tmp_path / "pack.zip"))) == {"statement-false"}
    hidden = retold(made(NONE, ledger, hidden=frozenset({62})), tmp_path / "draft.zip")
    assert names(verified(zipped(hidden, tmp_path / "pack.zip"))) == {"entry-hidden"}


def test_a_negative_statement_in_other_words_is_found(tmp_path: Path) -> None:
    lie = {"kind": "none", "text": ["Nobody ever saw anything from anywhere."]}
    files = change_json(made(NONE), "report.json", lambda told: {**told, "statement": lie})
    verdict = verified(zipped(recount(files), tmp_path / "pack.zip"))
    assert names(verdict) == {"report-changed"}


def test_a_gap_that_the_ledger_itself_has_is_found(tmp_path: Path) -> None:
    """Its sequencer left out a number, and everything was signed like that."""

    class Gapped(Ledger):
        def leaves(self) -> list[bytes]:
            return [one.leaf(number + (number > 5), self.name) for number, one in enumerate(self.entries)]

    ledger = Gapped()
    ledger.grow(entries(20))
    files = retold(made(Question(actions=()), ledger), tmp_path / "draft.zip")
    assert names(verified(zipped(files, tmp_path / "pack.zip"))) == {"number-wrong"}


def test_times_that_go_back_in_the_ledger_itself_are_found(tmp_path: Path) -> None:
    ledger, late = Ledger(), entries(20)
    late[5] = replace(late[5], sequenced=at(1), at=at(1))
    ledger.grow(late)
    assert names(verified(zipped(made(ledger=ledger), tmp_path / "pack.zip"))) == {"time-back"}


def test_clocks_may_differ_by_five_seconds_and_no_more(tmp_path: Path) -> None:
    for seconds, expected in ((5, set()), (5.000_1, {"time-ahead"})):
        ledger, made_up = Ledger(), entries(5)
        made_up[2] = replace(made_up[2], sequenced=at(3), at=at(3 + seconds / 60))
        ledger.grow([*made_up[:3], *(replace(one, sequenced=at(9)) for one in made_up[3:])])
        assert names(verified(zipped(made(ledger=ledger), tmp_path / "pack.zip"))) == expected


@pytest.mark.parametrize("details", [None, {}, {"root": "0" * 64}, {"root": ["x"], "size": {}}], ids=repr)
def test_an_anchoring_that_says_nothing_of_its_anchor_has_none(details: object, tmp_path: Path) -> None:
    ledger = a_ledger()
    ledger.grow([Entry(action=ANCHORED, at=at(90), sequenced=at(90), body={"details": details}, seed=9_999)])
    assert names(verified(zipped(made(ledger=ledger), tmp_path / "pack.zip"))) == {"anchor-missing"}


SIGNED_OR_SEALED = (LEAVES, OPENED, HEAD, OTHERS, "policies/sets.json", f"policies/{POLICY_HASH}.json")


@pytest.mark.parametrize("name", SIGNED_OR_SEALED)
def test_any_byte_that_was_signed_or_sealed_is_missed_when_it_changes(name: str, good: Files, tmp_path: Path) -> None:
    rng = random.Random(name)
    for _ in range(40):
        data = bytearray(good[name])
        place, was = rng.randrange(len(data)), None
        while was is None or data[place] == was:
            was, data[place] = good[name][place], rng.randrange(256)
        changed = recount({**good, name: bytes(data)})
        assert names(verified(zipped(changed, tmp_path / "pack.zip"))), f"byte {place}: {was} to {data[place]}"


@pytest.mark.parametrize("outcome", ["allow", "deny", "none", None, ["allow"]], ids=repr)
def test_only_what_was_decided_needs_the_policy_it_names(outcome: object, tmp_path: Path) -> None:
    ledger = Ledger()
    body = {"policy_hash": "e" * 64} if outcome is None else {"outcome": outcome, "policy_hash": "e" * 64}
    ledger.grow([Entry(action=ALLOWED, at=at(1), sequenced=at(1), body=body, seed=1)])
    expected = {"policy-missing"} if outcome in ("allow", "deny") else set()
    assert names(verified(zipped(made(ledger=ledger), tmp_path / "pack.zip"))) == expected
