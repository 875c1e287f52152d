"""A verdict as text for people and as JSON for programs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from residency.ledger.entry import Json
from residency.ledger.verify import Independence, Verdict
from residency.outside import one_line

_MOST_ROWS: Final = 20
_INDEPENDENCE: Final = {
    Independence.SELF_ATTESTED: "self-attested: nobody but the operator vouches for what was signed",
    Independence.ANCHORED: "anchored, as the pack says: copies lie where the operator cannot change them",
    Independence.CONFIRMED: "confirmed by what you brought",
}


def as_text(verdict: Verdict) -> str:
    """The verdict in lines: the three answers, what was found, what the entries say, and what to know beside it.

    What could not be told stands beside the second answer, and again before what is counted or stated not to be.
    """
    return "\n".join(map(one_line, _lines(verdict)))


def as_json(verdict: Verdict) -> dict[str, Json]:
    """The verdict as facts."""
    return {
        "chain": "intact" if verdict.chain_intact else "broken",
        "tampering": [
            {"name": one.kind.value, "where": one.where, "words": one.words, "meaning": one.kind.meaning}
            for one in verdict.findings
        ],
        "independence": verdict.independence.value,
        "vouched": list(verdict.vouched),
        "ledgers": {
            one.name: {"key": one.key, "first": one.first, "last": one.last, "opened": one.opened}
            for one in verdict.ledgers
        },
        "report": verdict.report,
        "not_told": list(verdict.not_told),
        "notes": list(verdict.notes),
    }


def _lines(verdict: Verdict) -> Iterator[str]:
    yield f"chain:         {'intact' if verdict.chain_intact else 'BROKEN'}"
    for ledger in verdict.ledgers:
        entries = f"entries {ledger.start} up to and without {ledger.end}"
        yield f"               `{ledger.name}`: {entries}; {ledger.opened} of them opened"
    count = len(verdict.findings)
    none = "none found in what can be told" if verdict.not_told else "none found"
    yield f"tampering:     {none if not count else f'FOUND, {count} times'}"
    for one in verdict.findings:
        yield f"               {one.kind.value} in {one.where}: {one.words}"
        yield f"               that means: {one.kind.meaning}"
    yield from (f"NOT TOLD:      {words}" for words in verdict.not_told)
    yield f"independence:  {_INDEPENDENCE[verdict.independence]}"
    yield from (f"               {words}" for words in verdict.vouched)
    yield ""
    yield "what the entries say, counted here:"
    yield from (f"  NOT TOLD: {words}" for words in verdict.not_told)
    yield from (f"  {words}" for words in _answer(verdict.report))
    yield ""
    yield "to know beside it:"
    yield from (f"  - {words}" for words in verdict.notes)


def _answer(report: Mapping[str, Any]) -> Iterator[str]:
    """The question or the statement, the totals, and the rows that are few enough to read."""
    statement = report["statement"]
    yield from report["question_words"] if statement is None else statement["text"]
    for name, value in report["totals"].items():
        words = name.replace("_", " ")
        if not isinstance(value, Mapping):
            yield f"{words}: {'none' if value is None else value}"
            continue
        rows = sorted(value.items())
        yield from (
            f"{words} {code}: {row['allowed']} allowed, {row['denied']} denied" for code, row in rows[:_MOST_ROWS]
        )
        if len(rows) > _MOST_ROWS:
            yield f"{words}: and {len(rows) - _MOST_ROWS} more; --json lists all"
