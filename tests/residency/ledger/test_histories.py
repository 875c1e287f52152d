"""Histories written again by whoever holds the key: what a reader holds from outside finds them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from residency.ledger.checkpoint import cosign, parse_checkpoint
from residency.ledger.entry import canonical_json
from residency.ledger.heads import Trust
from residency.ledger.keylog import first_line
from residency.ledger.leaf import owner_key
from residency.ledger.notes import KeyType, sign_note, verifier_key
from residency.ledger.question import Question
from residency.ledger.verify import Independence
from tests.residency.ledger.test_mutations import ANCHORS, HEAD, KEYS, LEAVES, OPENED, OTHERS
from tests.residency.ledger.world import (
    BEGIN,
    MASTER,
    NEXT_SIGNER,
    ORIGIN,
    SIGNER,
    THIEF,
    VIEWS,
    Entry,
    Files,
    Ledger,
    a_ledger,
    at,
    change_json,
    change_lines,
    contents,
    entries,
    made,
    names,
    pack_files,
    recount,
    retold,
    verified,
    zipped,
)

ASKED = Question(actions=VIEWS)
LATER = Question(actions=VIEWS, since=at(45))
KEY, NEXT_KEY = verifier_key(ORIGIN, SIGNER), verifier_key(ORIGIN, NEXT_SIGNER)


def rewritten(number: int = 5) -> Ledger:
    """The same ledger with one entry changed, signed again whole by whoever stole the keys."""
    ledger, true = Ledger(), a_ledger()
    ledger.entries = list(true.entries)
    entry = ledger.entries[number]
    ledger.entries[number] = replace(entry, body={**entry.body, "place": "JP", "level": 2})
    ledger.key_log, ledger.signer = true.key_log, true.signer
    return ledger


def without_anchorings(ledger: Ledger) -> Ledger:
    ledger.entries = [one for one in ledger.entries if not one.action.startswith("ledger:")]
    return ledger


def test_a_whole_history_signed_again_with_a_stolen_key_looks_whole_by_itself(tmp_path: Path) -> None:
    path = zipped(made(ledger=without_anchorings(rewritten())), tmp_path / "pack.zip")
    verdict = verified(path, Trust(keys=(KEY,)))
    assert names(verdict) == set()
    assert verdict.independence is Independence.SELF_ATTESTED


@pytest.mark.parametrize("number", [0, 1, 2, 3, 4])
def test_and_any_checkpoint_from_before_finds_it(number: int, tmp_path: Path) -> None:
    path = zipped(made(ledger=without_anchorings(rewritten())), tmp_path / "pack.zip")
    held = a_ledger().heads[number]
    assert names(verified(path, Trust(since=(held,)))) <= {"two-heads", "rolled-back"} != set()


def test_and_the_anchors_in_the_pack_find_it(tmp_path: Path) -> None:
    ledger = rewritten()
    ledger.anchors = a_ledger().anchors
    verdict = verified(zipped(made(ledger=ledger), tmp_path / "pack.zip"))
    assert names(verdict) == {"two-heads"}
    assert {one.where for one in verdict.findings} == {f"{ANCHORS} line 1", f"{ANCHORS} line 2"}
    assert not verdict.chain_intact


def test_two_heads_of_one_size_are_named_so(tmp_path: Path) -> None:
    true = a_ledger()
    path = zipped(made(), tmp_path / "pack.zip")
    other = rewritten().head()
    assert other.checkpoint.size == true.size
    verdict = verified(path, Trust(since=(other,)))
    assert names(verdict) == {"two-heads"}
    assert "two heads of size 62" in verdict.findings[0].words


def test_an_older_backup_is_found_by_a_later_checkpoint(tmp_path: Path) -> None:
    backup, true = Ledger(), a_ledger()
    backup.grow(true.entries[:19])
    path = zipped(made(ledger=backup), tmp_path / "pack.zip")
    assert names(verified(path)) == set()
    verdict = verified(path, Trust(since=(true.heads[0],)))
    assert names(verdict) == {"rolled-back"}
    assert "it counts 20 entries, the checkpoint of the pack only 19" in verdict.findings[0].words


def test_an_older_backup_that_was_continued_is_found_by_a_later_checkpoint(tmp_path: Path) -> None:
    backup, true = Ledger(), a_ledger()
    backup.grow([*true.entries[:19], *entries(40, seed=8)[19:]])
    path = zipped(made(ledger=backup), tmp_path / "pack.zip")
    assert names(verified(path)) == set()
    assert names(verified(path, Trust(since=(true.heads[0],)))) == {"two-heads"}


def test_a_checkpoint_of_the_same_history_confirms_it(tmp_path: Path) -> None:
    path = zipped(made(), tmp_path / "pack.zip")
    for held in a_ledger().heads:
        verdict = verified(path, Trust(since=(held,)))
        assert names(verdict) == set()
        assert verdict.independence is Independence.CONFIRMED
        assert f"for the first {held.checkpoint.size} of 62 entries" in verdict.vouched[0]


def later(ledger: Ledger | None = None, start: int = 40) -> Files:
    return made(LATER, ledger or a_ledger(), start=start)


def test_a_pack_that_begins_later_proves_earlier_heads(tmp_path: Path) -> None:
    path = zipped(later(), tmp_path / "pack.zip")
    assert names(verified(path)) == set()
    for held in a_ledger().heads:
        verdict = verified(path, Trust(since=(held,)))
        assert names(verdict) == set()
        assert verdict.independence is Independence.CONFIRMED


def test_an_earlier_head_without_its_proof_is_not_proven(tmp_path: Path) -> None:
    files = recount({**later(), OTHERS: b""})
    verdict = verified(zipped(files, tmp_path / "pack.zip"))
    assert names(verdict) == {"head-not-proven"}
    assert not verdict.chain_intact


def test_an_earlier_head_is_not_asked_for_where_the_entries_are_not_the_signed_ones(tmp_path: Path) -> None:
    files = {**change_lines(later(), LEAVES, lambda lines: lines[:-1]), OTHERS: b""}
    assert names(verified(zipped(retold(files, tmp_path / "draft.zip"), tmp_path / "pack.zip"))) == {"entries-cut"}


def test_an_earlier_head_with_a_wrong_proof_is_inconsistent(tmp_path: Path) -> None:
    def change(lines: list[bytes]) -> list[bytes]:
        said = json.loads(lines[0])
        return [canonical_json({**said, "proof": said["proof"][1:]}), *lines[1:]]

    files = recount(change_lines(later(), OTHERS, change))
    assert names(verified(zipped(files, tmp_path / "pack.zip"))) == {"head-inconsistent"}


def test_the_compact_range_itself_proves_a_head_at_its_edges(tmp_path: Path) -> None:
    ledger = Ledger()
    ledger.grow(entries(32))
    ledger.grow(entries(60)[32:])
    files = recount({**later(ledger), OTHERS: b""})
    assert names(verified(zipped(files, tmp_path / "pack.zip"), Trust(since=(ledger.heads[0],)))) == set()


@pytest.mark.parametrize("start", [46, 50])
def test_entries_left_out_at_the_beginning_are_found(start: int, tmp_path: Path) -> None:
    files = retold(later(start=start), tmp_path / "draft.zip")
    verdict = verified(zipped(files, tmp_path / "pack.zip"))
    assert names(verdict) == {"start-not-shown"}
    assert "must have had its number before 2026-03-01T00:44:55.000000+00:00" in verdict.findings[0].words


def test_a_question_without_a_beginning_needs_the_ledger_from_its_first_entry(tmp_path: Path) -> None:
    verdict = verified(zipped(made(ASKED, start=1), tmp_path / "pack.zip"))
    assert names(verdict) == {"start-not-shown"}


def test_a_pack_without_leaves_shows_nothing_of_where_it_begins(tmp_path: Path) -> None:
    verdict = verified(zipped(made(LATER, start=62), tmp_path / "pack.zip"))
    assert names(verdict) == {"start-not-shown"}
    verdict = verified(zipped(made(LATER, Ledger()), tmp_path / "pack.zip"))
    assert names(verdict) == set()


@pytest.mark.parametrize("frontier", [{"from": 40, "hashes": []}, {"from": -1, "hashes": []}, {"from": True}, []])
def test_a_compact_range_that_is_none_is_found(frontier: object, tmp_path: Path) -> None:
    files = change_json(later(), "ledgers/us/frontier.json", lambda _: frontier)
    assert "file-malformed" in names(verified(zipped(recount(files), tmp_path / "pack.zip")))


def test_another_compact_range_leads_to_another_root(tmp_path: Path) -> None:
    files = change_json(later(), "ledgers/us/frontier.json", lambda said: {**said, "hashes": said["hashes"][::-1]})
    verdict = verified(zipped(retold(files, tmp_path / "draft.zip"), tmp_path / "pack.zip"))
    assert names(verdict) == {"root-wrong"}


def stolen_name() -> Ledger:
    """A ledger of the same name that somebody else made and signed."""
    ledger = Ledger(signer=THIEF)
    ledger.grow(entries(30))
    return ledger


def test_another_s_ledger_of_the_same_name_is_found_by_the_key(tmp_path: Path) -> None:
    path = zipped(made(ledger=stolen_name()), tmp_path / "pack.zip")
    assert names(verified(path)) == set()
    assert names(verified(path, Trust(keys=(KEY,)))) == {"key-not-held"}


@pytest.mark.parametrize("key", [KEY, NEXT_KEY])
def test_a_key_that_leads_to_the_one_that_signed_is_enough(key: object, tmp_path: Path) -> None:
    path = zipped(made(), tmp_path / "pack.zip")
    assert names(verified(path, Trust(keys=(key,)))) == set()  # type: ignore[arg-type]


def test_a_key_that_came_in_force_later_does_not_vouch_for_what_was_before(tmp_path: Path) -> None:
    ledger = a_ledger()
    early = contents(ledger, ASKED, head=ledger.heads[0])
    files = pack_files(replace(early, anchors=[]), question=ASKED)
    assert names(verified(zipped(files, tmp_path / "pack.zip"), Trust(keys=(NEXT_KEY,)))) == {"key-not-held"}


def test_a_thief_cannot_sign_for_a_ledger_nor_enter_its_key_log(tmp_path: Path) -> None:
    thief, true = stolen_name(), a_ledger()
    signed = pack_files(replace(contents(thief, ASKED), key_log=true.key_log), question=ASKED)
    assert names(verified(zipped(signed, tmp_path / "pack.zip"))) == {"signature-wrong"}
    entered = [*true.key_log, first_line(verifier_key(ORIGIN, THIEF), at=BEGIN)]
    signed = pack_files(replace(contents(thief, ASKED), key_log=entered), question=ASKED)
    assert names(verified(zipped(signed, tmp_path / "pack.zip"))) == {"key-log-broken"}


def test_keys_of_another_name_do_not_sign_for_a_ledger(tmp_path: Path) -> None:
    other = Ledger(name="de")
    named = sign_note(str(a_ledger().head().checkpoint), other.origin, SIGNER)
    files = recount({**made(), HEAD: str(named).encode(), KEYS: f"{other.key_log[0]}\n".encode()})
    assert "key-log-broken" in names(verified(zipped(files, tmp_path / "pack.zip")))


def test_what_a_reader_holds_of_a_ledger_that_is_not_there_is_said(tmp_path: Path) -> None:
    path = zipped(made(), tmp_path / "pack.zip")
    other = Ledger(name="de")
    elsewhere = other.grow(entries(3))
    verdict = verified(path, Trust(keys=(verifier_key(other.origin, SIGNER),), since=(elsewhere,)))
    assert names(verdict) == {"key-not-held", "head-not-proven"}


def test_heads_of_another_ledger_among_this_one_s_are_found(tmp_path: Path) -> None:
    other = Ledger(name="de")
    head = other.grow(entries(3))
    line = canonical_json({"checkpoint": str(head), "proof": []})
    files = recount(change_lines(made(), OTHERS, lambda lines: [*lines, line]))
    assert "checkpoint-malformed" in names(verified(zipped(files, tmp_path / "pack.zip")))


def test_a_ledger_under_another_s_name_is_found(tmp_path: Path) -> None:
    files = {name.replace("ledgers/us/", "ledgers/de/"): data for name, data in made().items()}
    found = names(verified(zipped(retold(files, tmp_path / "draft.zip"), tmp_path / "pack.zip")))
    assert {"checkpoint-malformed", "leaf-malformed"} <= found


WITNESS = verifier_key("witness.example", THIEF, KeyType.COSIGNATURE)


def test_a_witness_confirms_what_it_cosigned(tmp_path: Path) -> None:
    seen = cosign(a_ledger().head(), "witness.example", THIEF, at=1_800_000_000)
    files = pack_files(contents(a_ledger(), ASKED, head=seen), question=ASKED)
    path = zipped(files, tmp_path / "pack.zip")
    verdict = verified(path, Trust(witnesses=(WITNESS,)))
    assert verdict.independence is Independence.CONFIRMED
    assert "the witness `witness.example`, for the first 62 of 62 entries" in verdict.vouched[0]
    assert verified(path).independence is Independence.ANCHORED


def test_a_witness_of_other_entries_confirms_nothing(tmp_path: Path) -> None:
    seen = cosign(a_ledger().head(), "witness.example", THIEF, at=1_800_000_000)
    files = recount({**made(ledger=rewritten()), HEAD: str(seen).encode()})
    verdict = verified(zipped(files, tmp_path / "pack.zip"), Trust(witnesses=(WITNESS,)))
    assert "root-wrong" in names(verdict)
    assert verdict.independence is Independence.SELF_ATTESTED


def test_anchors_are_named_with_where_they_lie(tmp_path: Path) -> None:
    verdict = verified(zipped(made(), tmp_path / "pack.zip"))
    assert verdict.independence is Independence.ANCHORED
    for said in ("first 31 of 62", "`anchors`", "`labelhub.example/us/31`", "version `v1`", "2036-03-01"):
        assert said in verdict.vouched[0]


def test_several_ledgers_are_as_independent_as_the_least_of_them(tmp_path: Path) -> None:
    other = Ledger(name="de")
    other.grow(entries(10, seed=3))
    files = pack_files(contents(a_ledger(), ASKED), contents(other, ASKED), question=ASKED)
    verdict = verified(zipped(files, tmp_path / "pack.zip"))
    assert names(verdict) == set()
    assert verdict.independence is Independence.SELF_ATTESTED
    assert [one.name for one in verdict.ledgers] == ["de", "us"]
    assert verdict.report["ledgers"]["de"]["to"] == 10


def test_erasing_a_person_by_law_breaks_nothing(tmp_path: Path) -> None:
    ledger = a_ledger()
    before = verified(zipped(made(ledger=ledger), tmp_path / "before.zip"))
    gone = frozenset(
        number for number, one in enumerate(ledger.entries) if one.personal and one.personal["person"] == "p-1"
    )
    after = verified(zipped(made(ledger=ledger, erased=gone), tmp_path / "after.zip"))
    assert names(after) == set()
    assert after.chain_intact
    assert after.report["totals"]["people"] == before.report["totals"]["people"] - 1
    assert after.report["totals"]["people_not_shown"] == len(
        [number for number in gone if ledger.entries[number].action in VIEWS]
    )


def test_erasing_without_giving_the_salt_away_shows_nothing_of_the_person(tmp_path: Path) -> None:
    files = made(erased=frozenset(range(100)))
    assert all(b"p-" not in line for line in files[OPENED].split(b"\n"))
    assert names(verified(zipped(files, tmp_path / "pack.zip"))) == set()


OWNED = Question(owner="city")
THEIRS = Trust(owner_key=owner_key(MASTER, "city"))
GIVE_THE_KEY = "whether entries about this owner's footage are hidden cannot be told: give their key with --owner-key"


def test_an_owner_verifies_without_seeing_others_entries(tmp_path: Path) -> None:
    files = made(OWNED, owner="city")
    assert b"county" not in files[OPENED]
    verdict = verified(zipped(files, tmp_path / "pack.zip"), THEIRS)
    assert (names(verdict), verdict.not_told) == (set(), ())
    theirs = [one for one in a_ledger().entries if one.owner == "city"]
    assert verdict.report["totals"]["entries"] == len(theirs)


def test_an_entry_about_an_owner_s_footage_cannot_be_kept_from_them(tmp_path: Path) -> None:
    number = next(n for n, one in enumerate(a_ledger().entries) if one.owner == "city")
    files = retold(made(OWNED, owner="city", hidden=frozenset({number})), tmp_path / "draft.zip")
    assert names(verified(zipped(files, tmp_path / "pack.zip"))) == {"entry-hidden"}


def test_another_key_than_the_owner_s_is_found(tmp_path: Path) -> None:
    wrong = owner_key(b"other", "city")
    files = change_json(made(OWNED, owner="city"), "about.json", lambda said: {**said, "key": wrong.hex()})
    path = zipped(retold(files, tmp_path / "draft.zip"), tmp_path / "pack.zip")
    assert names(verified(path)) == {"owner-key-wrong"}
    emptied = retold({**files, OPENED: b""}, tmp_path / "draft.zip")
    found = names(verified(zipped(emptied, tmp_path / "pack.zip"), Trust(owner_key=owner_key(MASTER, "city"))))
    assert "owner-key-wrong" in found


@pytest.mark.parametrize("wrong", [{"key": "zz"}, {"key": ""}, {"footage": None}, {"footage": [1]}, {"owner": 1}])
def test_an_owner_file_that_is_none_is_found_and_excuses_nothing(wrong: Mapping[str, object], tmp_path: Path) -> None:
    files = change_json(made(OWNED, owner="city"), "about.json", lambda said: {**said, **wrong})
    found = names(verified(zipped(recount(files), tmp_path / "pack.zip"), THEIRS))
    assert {"file-malformed", "entry-hidden"} <= found


def forged(question: Question, owner: str, key: bytes, footage: Sequence[str], tmp_path: Path) -> Path:
    """A pack that opens no view at all, with a file of an owner by which each leaf looks like somebody else's."""
    hidden = frozenset(number for number, one in enumerate(a_ledger().entries) if one.action in VIEWS)
    about = canonical_json({"footage": list(footage), "key": key.hex(), "owner": owner})
    files = recount({**made(question, hidden=hidden), "about.json": about})
    return zipped(retold(files, tmp_path / "draft.zip"), tmp_path / "forged.zip")


def test_a_made_up_owner_hides_nothing_from_a_question_about_footage(tmp_path: Path) -> None:
    asked = Question(actions=VIEWS, footage=("city-0", "city-1"))
    path = forged(asked, "x", bytes(32), ["city-0", "city-1"], tmp_path)
    assert names(verified(path, Trust(keys=(KEY,), since=(a_ledger().heads[-1],)))) == {"entry-hidden"}


def test_a_made_up_key_of_the_owner_asked_about_confirms_nothing(tmp_path: Path) -> None:
    path = forged(Question(actions=VIEWS, owner="city"), "city", bytes(32), ["city-0"], tmp_path)
    verdict = verified(path, Trust(keys=(KEY,)))
    assert (names(verdict), verdict.not_told) == (set(), (GIVE_THE_KEY,))
    assert verdict.report["statement"] is not None
    assert names(verified(path, THEIRS)) == {"owner-key-wrong", "entry-hidden"}


def test_a_list_without_any_footage_confirms_nothing(tmp_path: Path) -> None:
    key = owner_key(MASTER, "city")
    path = forged(Question(actions=VIEWS, owner="city"), "city", key, [], tmp_path)
    verdict = verified(path, THEIRS)
    assert names(verdict) == set()
    assert [one.rpartition(": ")[2] for one in verdict.not_told] == ["about.json lists no footage of theirs"]
    assert len(verified(path).not_told) == 2
    named = Question(actions=VIEWS, owner="city", footage=("city-0",))
    verdict = verified(forged(named, "city", key, [], tmp_path), THEIRS)
    assert (names(verdict), verdict.not_told) == ({"entry-hidden"}, ())


def test_a_list_that_was_cut_short_is_said_with_its_length_and_hash(tmp_path: Path) -> None:
    asked, key = Question(actions=VIEWS, owner="city"), owner_key(MASTER, "city")
    verdict = verified(forged(asked, "city", key, ["city-9"], tmp_path), THEIRS)
    assert names(verdict) == set()
    digest = hashlib.sha256(b'["city-9"]').hexdigest()
    said = f"the 1 piece of footage listed in about.json, whose hash is {digest}."
    assert any(said in one for one in verdict.report["statement"]["text"])
    assert any(said in one for one in verdict.notes)


def test_a_negative_statement_of_an_owner_s_pack_is_the_one_that_it_was_written_with(tmp_path: Path) -> None:
    files = made(Question(owner="city", place="JP"), owner="city")
    digest = hashlib.sha256(b'["city-0","city-1","city-2"]').hexdigest()
    assert f"the 3 pieces of footage listed in about.json, whose hash is {digest}.".encode() in files["report.json"]
    assert names(verified(zipped(files, tmp_path / "pack.zip"), THEIRS)) == set()
    fewer = change_json(files, "about.json", lambda said: {**said, "footage": said["footage"][1:]})
    assert "report-changed" in names(verified(zipped(recount(fewer), tmp_path / "pack.zip"), THEIRS))


def test_an_entry_about_an_owner_and_no_footage_cannot_be_kept_from_them(tmp_path: Path) -> None:
    ledger = Ledger()
    body = {"outcome": "none", "owner": "city"}
    told = Entry(action="contract:terms:changed", at=at(70), sequenced=at(70), body=body, owner="city", seed=300_000)
    ledger.grow([*entries(20), told])
    verdict = verified(zipped(made(OWNED, ledger, owner="city"), tmp_path / "pack.zip"), THEIRS)
    assert names(verdict) == set()
    assert verdict.report["totals"]["by_action"]["contract:terms:changed"] == {"allowed": 0, "denied": 0}
    files = retold(made(OWNED, ledger, owner="city", hidden=frozenset({20})), tmp_path / "draft.zip")
    assert names(verified(zipped(files, tmp_path / "pack.zip"), THEIRS)) == {"entry-hidden"}


def test_a_question_that_is_not_about_the_owner_s_footage_needs_every_entry(tmp_path: Path) -> None:
    files = retold(
        change_json(made(OWNED, owner="city"), "report.json", lambda told: {**told, "question": ASKED.as_json()}),
        tmp_path / "draft.zip",
    )
    assert names(verified(zipped(files, tmp_path / "pack.zip"))) == {"entry-hidden"}


def test_the_checkpoint_says_what_was_covered(tmp_path: Path) -> None:
    last = f"`us`: entries that were numbered after {a_ledger().entries[-1].sequenced} are not covered"
    early = f"{last}; that is before the end of the time asked about"
    for until, said in ((at(500), early), (at(30), last), (None, last)):
        verdict = verified(zipped(made(Question(actions=VIEWS, until=until)), tmp_path / "pack.zip"))
        assert said in verdict.notes


def test_a_pack_that_ends_early_says_when(tmp_path: Path) -> None:
    """Whoever makes it takes an old checkpoint, so that what happened since is not looked at."""
    ledger, asked = a_ledger(), Question(actions=VIEWS, place="JP")
    early = contents(ledger, asked, head=ledger.heads[0])
    path = zipped(pack_files(replace(early, anchors=[]), question=asked), tmp_path / "pack.zip")
    verdict = verified(path, Trust(keys=(KEY,)))
    assert names(verdict) == set()
    words = f"entries that were numbered after {ledger.entries[19].sequenced} are not covered"
    assert f"`us`: {words}" in verdict.notes
    assert any(words in one for one in verdict.report["statement"]["text"])
    assert (
        json.loads(pack_files(contents(ledger, asked), question=asked)["report.json"])["statement"]
        != (verdict.report["statement"])
    )


def test_a_ledger_that_was_left_out_is_found_by_its_key(tmp_path: Path) -> None:
    other, asked = Ledger(name="control"), Question(actions=VIEWS)
    other.grow([entries(5)[4]])
    path = zipped(pack_files(contents(other, asked), question=asked), tmp_path / "pack.zip")
    own = verifier_key(other.origin, SIGNER)
    verdict = verified(path, Trust(keys=(own,)))
    assert names(verdict) == set()
    assert "Entries of ledgers that are not named here are not covered." in verdict.report["statement"]["text"]
    assert any(one.startswith("Entries of ledgers that are not named here are not covered.") for one in verdict.notes)
    assert names(verified(path, Trust(keys=(own, KEY)))) == {"key-not-held"}


def test_a_signed_head_is_read_as_it_was_written() -> None:
    assert parse_checkpoint(made()[HEAD].decode()) == a_ledger().head()
    assert made()[KEYS].count(b"\n") == 2
