"""Verifying an evidence pack whole: what was signed, what was opened, and what the report says about it.

Three things are said separately. Whether the chain is intact: the entries are those that were signed, in order, without
a gap. What tampering was found, and where. And what the signatures rest on: on the operator alone, on copies that the
pack says lie where nobody can change them, or on something that the reader brought.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from residency.ledger.beside import check_locations, check_policies
from residency.ledger.chain import Asking, Checked, check_ledger
from residency.ledger.findings import Finding, Findings, Kind
from residency.ledger.heads import Head, Trust
from residency.ledger.pack import Pack
from residency.ledger.question import Question
from residency.ledger.report import OTHER_LEDGERS, Covered, Totals, judge, list_for, may_answer
from residency.ledger.telling import (
    REPORT,
    Owner,
    check_page,
    check_report,
    document,
    hidden_not_told,
    read_owner,
    read_question,
    recomputed,
)


class Independence(StrEnum):
    """What vouches for the signed heads beside the operator who signed them."""

    SELF_ATTESTED = "self-attested"
    ANCHORED = "anchored"
    CONFIRMED = "confirmed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """All that a verification says; `report` holds what was recomputed here, whatever the pack's own report says.

    `not_told` says what could not be checked with what the reader brought: where there is something in it, no findings
    do not mean that there is nothing to find.
    """

    findings: tuple[Finding, ...]
    ledgers: tuple[Checked, ...]
    independence: Independence
    vouched: tuple[str, ...]
    report: Mapping[str, Any]
    not_told: tuple[str, ...]
    notes: tuple[str, ...]

    @property
    def chain_intact(self) -> bool:
        """Whether the entries of every ledger are those that were signed, by a key that was in force."""
        whole = bool(self.ledgers) and all(one.as_signed and one.key for one in self.ledgers)
        return whole and not any(one.kind.breaks_chain for one in self.findings)


def verify_pack(pack: Pack, trust: Trust | None = None) -> Verdict:
    """Verify all of a pack.

    Raises:
        PackError: a file is larger than any such file may be, so that it was not read.
    """
    trust, findings, totals = trust or Trust(), Findings(), Totals()
    said = document(pack, REPORT, findings)
    question = read_question(said, findings)
    owner = read_owner(pack, trust, findings)
    asking = Asking(
        question=question,
        judge=judge(question),
        may_answer=may_answer(question, *((owner.name, owner.key, owner.footage) if owner else (None, b"", ()))),
        owner_key=owner.key if owner and question.owner == owner.name else None,
        totals=totals,
    )
    names = sorted({name.split("/")[1] for name in pack.names if name.startswith("ledgers/") and name.count("/") > 1})
    if not names:
        findings.add(Kind.FILE_MISSING, "ledgers/", "the pack holds no ledger, so it shows nothing")
    ledgers = tuple(check_ledger(pack, name, asking, trust, findings) for name in names)
    check_policies(pack, ledgers, findings)
    check_locations(pack, ledgers, findings)
    report = recomputed(question, totals, ledgers, owner)
    check_report(said, report, totals, findings)
    check_page(pack, findings)
    _check_trust_used(ledgers, trust, findings)
    pack.check_files(findings)
    independence, vouched = _independence(ledgers, trust)
    return Verdict(
        findings=findings.all(),
        ledgers=ledgers,
        independence=independence,
        vouched=vouched,
        report=report,
        not_told=tuple(hidden_not_told(question, owner, trust)),
        notes=tuple(_notes(ledgers, question, owner, trust)),
    )


def _check_trust_used(ledgers: Sequence[Checked], trust: Trust, findings: Findings) -> None:
    """What the reader brings must be about something in the pack, or it would silently prove nothing."""
    origins = {one.origin for one in ledgers}
    for key in trust.keys:
        if key.name not in origins:
            words = f"you hold a key of `{key.name}`, and the pack has no such ledger"
            findings.add(Kind.KEY_NOT_HELD, "the keys you hold", words)
    for held in trust.since:
        if held.checkpoint.origin not in origins:
            words = f"it is of `{held.checkpoint.origin}`, and the pack has no such ledger"
            findings.add(Kind.HEAD_NOT_PROVEN, "the checkpoint you hold", words)


def _independence(ledgers: Sequence[Checked], trust: Trust) -> tuple[Independence, tuple[str, ...]]:
    """The least that vouches for any of the ledgers, and for each one in words what does."""
    found, words = [], []
    for ledger in ledgers:
        confirmed, size, by = _confirmed(ledger, trust)
        anchored = max((one.checkpoint.size for one in ledger.anchors), default=-1)
        if confirmed:
            found.append(Independence.CONFIRMED)
            words.append(f"`{ledger.name}`: confirmed by {by}, for the first {size} of {ledger.end} entries")
        elif anchored >= 0:
            found.append(Independence.ANCHORED)
            words.append(_anchored_words(ledger, anchored))
        else:
            found.append(Independence.SELF_ATTESTED)
            words.append(f"`{ledger.name}`: only its operator's own signature vouches for it")
    order = list(Independence)
    return min(found, key=order.index, default=Independence.SELF_ATTESTED), tuple(words)


def _confirmed(ledger: Checked, trust: Trust) -> tuple[bool, int, str]:
    """Whether something that the reader brought vouches for heads of this ledger: up to which size, and what it is."""
    found = [(one.checkpoint.size, "the checkpoint you hold") for one in ledger.heads if one in ledger.signed.held]
    heads = [*ledger.heads, *([Head(ledger.signed.signed, "")] if ledger.as_signed and ledger.signed.signed else [])]
    found += [
        (head.checkpoint.size, f"the witness `{key.name}`")
        for head in heads
        for key in trust.witnesses
        if head.signed.cosigned_at(key) is not None
    ]
    size, by = max(found, default=(0, ""))
    return bool(found), size, by


def _anchored_words(ledger: Checked, size: int) -> str:
    last = next(one for one in ledger.anchors if one.checkpoint.size == size)
    return (
        f"`{ledger.name}`: the first {size} of {ledger.end} entries are anchored, as the pack says: "
        f"`{last.bucket}`, `{last.key}`, version `{last.version}`, locked until {last.retain_until}; "
        "fetch that copy and give it as --since to confirm it"
    )


def _notes(ledgers: Sequence[Checked], question: Question, owner: Owner | None, trust: Trust) -> Iterator[str]:
    """What a reader has to know to read the verdict right."""
    held = {key.name for key in trust.keys}
    for ledger in ledgers:
        if ledger.origin not in held:
            yield f"`{ledger.name}`: its key was taken from the pack itself; give the one you hold with --key"
        ends = Covered(start=ledger.start, end=ledger.end, last=ledger.last).end_words
        early = question.until is not None and ledger.last < question.until
        yield f"`{ledger.name}`: {ends}{'; that is before the end of the time asked about' if early else ''}"
    yield f"{OTHER_LEDGERS} Give the key of every ledger with --key to find one that was left out"
    if owner is not None and (listed := list_for(question, owner.name, owner.footage)) is not None:
        yield f"{listed.words} Hold that list against your own: entries of footage that is not in it are not shown"
    yield "the pages report.html and report.pdf are the maker's; what counts is what is counted here"
