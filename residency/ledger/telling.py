"""What a pack tells: its question, whose pack it is, and its report, held against what follows from the entries.

Everything a report says in words is made from the question and the totals, so it can be made again here; nothing that
the maker of a pack wrote freely is believed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from residency.errors import EncodingError
from residency.ledger.chain import Checked
from residency.ledger.entry import Json, canonical_json, read_canonical
from residency.ledger.errors import QuestionError
from residency.ledger.findings import Findings, Kind
from residency.ledger.heads import Trust
from residency.ledger.pack import MANIFEST, DamagedError, Pack
from residency.ledger.question import Question, parse_question, question_words
from residency.ledger.report import Covered, Listed, Totals, list_for, negative_statement
from residency.outside import shown

REPORT: Final = "report.json"
PAGE: Final = "report.html"
ABOUT: Final = "about.json"
_NOTHING: Final = Question(actions=())
_HIDDEN: Final = "whether entries about this owner's footage are hidden cannot be told"


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose pack it is: their code, the key that recognizes their footage, and which footage is theirs, as it says.

    `key` is the one that the reader brought, if they brought one.
    """

    name: str
    key: bytes
    footage: tuple[str, ...]


def document(pack: Pack, name: str, findings: Findings) -> Mapping[str, Json]:
    """One table of a pack; an empty one where it cannot be read, which is found."""
    if name not in pack.names:
        findings.add(Kind.FILE_MISSING, name, "no pack is whole without it")
        return {}
    try:
        said = read_canonical(pack.read(name))
    except DamagedError:  # found with all files
        return {}
    except EncodingError as err:
        findings.add(Kind.FILE_MALFORMED, name, str(err))
        return {}
    if not isinstance(said, dict):
        findings.add(Kind.FILE_MALFORMED, name, "it is no table")
        return {}
    return said


def read_question(said: Mapping[str, Json], findings: Findings) -> Question:
    """The question of a report; one that asks for nothing where it cannot be read, which is found."""
    try:
        return parse_question(said.get("question"))
    except QuestionError as err:
        findings.add(Kind.FILE_MALFORMED, REPORT, f"its question cannot be read: {err}")
        return _NOTHING


def read_owner(pack: Pack, trust: Trust, findings: Findings) -> Owner | None:
    """Whose pack it is, if it is one of an owner; their key is held against the one that the reader brings."""
    if ABOUT not in pack.names:
        return None
    said = document(pack, ABOUT, findings)
    name, footage, key = said.get("owner"), _texts(said.get("footage")), _key(said.get("key"))
    if not isinstance(name, str) or footage is None or key is None:
        findings.add(Kind.FILE_MALFORMED, ABOUT, "it has `owner`, `key` as hex, and `footage`, a list of ids")
        return None
    if trust.owner_key is not None and trust.owner_key != key:
        findings.add(Kind.OWNER_KEY_WRONG, ABOUT, "the key in the pack is not the owner's key that you hold")
    return Owner(name, key if trust.owner_key is None else trust.owner_key, footage)


def hidden_not_told(question: Question, owner: Owner | None, trust: Trust) -> Iterator[str]:
    """Why it cannot be told whether entries of the owner asked about are hidden; nothing where it can be told.

    A key that stands in the pack alone may be made up, and then recognizes no leaf: each one looks like somebody
    else's. The same goes for a list of footage with nothing in it.
    """
    if owner is None or question.owner != owner.name:
        return
    if trust.owner_key is None:
        yield f"{_HIDDEN}: give their key with --owner-key"
    if not owner.footage and question.footage is None:
        yield f"{_HIDDEN}: about.json lists no footage of theirs"


def recomputed(question: Question, totals: Totals, ledgers: Sequence[Checked], owner: Owner | None) -> dict[str, Json]:
    """What the report of a pack has to say, made from its question and its entries."""
    covered = {one.name: Covered(start=one.start, end=one.end, last=one.last) for one in ledgers}
    listed = None if owner is None else list_for(question, owner.name, owner.footage)
    return {
        "question": question.as_json(),
        "question_words": list(question_words(question)),
        "totals": totals.as_json(),
        "statement": None if totals.entries else statement(question, totals, covered, listed),
        "ledgers": {
            one.name: {"from": one.start, "origin": one.origin, "root": one.root.hex(), "to": one.end}
            for one in ledgers
        },
    }


def statement(
    question: Question, totals: Totals, covered: Mapping[str, Covered], listed: Listed | None
) -> dict[str, Json]:
    """The negative statement of a report, which is true only where no entry answers."""
    return {"kind": "none", "text": list(negative_statement(question, totals, covered, listed))}


def check_report(said: Mapping[str, Json], report: Mapping[str, Json], totals: Totals, findings: Findings) -> None:
    """Hold what the report says against what the entries say; a statement may be left out, never be untrue."""
    if said.get("statement") is not None and report["statement"] is None:
        words = f"it states that there is no such entry, and there are {totals.entries}"
        findings.add(Kind.STATEMENT_FALSE, REPORT, words)
    for name in ("question_words", "ledgers"):
        if said.get(name) != report[name]:
            findings.add(Kind.REPORT_CHANGED, REPORT, f"`{name}` is not what follows from the pack")
    if report["statement"] is not None and said.get("statement") not in (None, report["statement"]):
        findings.add(Kind.REPORT_CHANGED, REPORT, "`statement` is not what follows from the pack")
    told, counted = said.get("totals"), report["totals"]
    if not isinstance(told, dict) or not isinstance(counted, dict):
        findings.add(Kind.REPORT_CHANGED, REPORT, "`totals` are missing")
        return
    for name in sorted({*told, *counted}):
        if told.get(name) != counted.get(name):
            words = f"`totals.{name}` says {_short(told.get(name))}, the entries say {_short(counted.get(name))}"
            findings.add(Kind.REPORT_CHANGED, REPORT, words)


def check_page(pack: Pack, findings: Findings) -> None:
    """The manifest and the readable report must name the hash of the report that was checked."""
    if REPORT not in pack.names:
        return
    try:
        digest = pack.hash_of(REPORT)
        page = pack.read(PAGE) if PAGE in pack.names else b""
    except DamagedError:  # found with all files
        return
    if pack.manifest.get("report_hash") != digest:
        findings.add(Kind.REPORT_PAGE, MANIFEST, f"`report_hash` is not that of `{REPORT}`, `{digest}`")
    if PAGE not in pack.names:
        findings.add(Kind.FILE_MISSING, PAGE, "no pack is whole without it")
    elif f"report-hash: {digest}".encode() not in page:
        findings.add(Kind.REPORT_PAGE, PAGE, f"it does not say `report-hash: {digest}`, so it is of another report")


def _texts(value: Json) -> tuple[str, ...] | None:
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        return None
    return tuple(map(str, value))


def _key(value: Json) -> bytes | None:
    try:
        return bytes.fromhex(str(value)) or None
    except ValueError:
        return None


def _short(value: object) -> str:
    return shown(canonical_json(value).decode())
