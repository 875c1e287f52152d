"""Writing an evidence pack, with a memory that does not grow with its entries.

Leaves and opened entries are taken as iterators and written as they come. The report is counted here, by the same
functions that will count it again when the pack is verified, so a pack that was written without an error verifies.

    with path.open("wb") as sink:
        write_pack(sink, contents, render=lambda report: {"report.html": page(report), "report.pdf": pdf(report)})
"""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import IO, Final

from residency.ledger.beside import LOCATIONS, POLICIES, SETS
from residency.ledger.checkpoint import parse_checkpoint
from residency.ledger.entry import Json, canonical_json, read_canonical
from residency.ledger.errors import LedgerError
from residency.ledger.leaf import time_text
from residency.ledger.opened import Opened
from residency.ledger.pack import FORMAT, MANIFEST
from residency.ledger.question import Question, question_words
from residency.ledger.report import Covered, Judge, Totals, judge, list_for
from residency.ledger.telling import ABOUT, PAGE, REPORT, statement

_README: Final = "README.txt"
_FLUSH: Final = 2**20


@dataclass(frozen=True, slots=True)
class Report:
    """The report of a pack as it was counted: its facts, its bytes, and the hash that its pages must show."""

    facts: Mapping[str, Json]
    data: bytes

    @property
    def hash(self) -> str:
        """SHA-256 of the bytes, hex; `report.html` must hold the text `report-hash: <hash>`."""
        return hashlib.sha256(self.data).hexdigest()

    @property
    def hash_line(self) -> str:
        """The line by which a page names the report it was made from."""
        return f"report-hash: {self.hash}"


@dataclass(frozen=True, slots=True)
class OpenedLeaf:
    """An entry to open, with its leaf, which is not written again but says the entry's action and time."""

    entry: Opened
    leaf: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerContents:
    """What a pack holds of one ledger, in order of numbers.

    - `checkpoint`: the text of a signed checkpoint; its size is where the pack ends.
    - `start`, `frontier`: the number of the first leaf, and the compact range over those before it, largest first
      (`frontier_at(read, start).hashes`). For a question with a beginning, the first leaf must have had its number
      before `earliest_start(question.since)`, or be number 0; without one, `start` is 0.
    - `leaves`: the bytes of leaves `start` up to the checkpoint's size.
    - `opened`: every entry that may answer (`may_answer`) and every `ledger:checkpoint:anchored`; leave `personal` out
      where it was erased or may not be shown.
    - `checkpoints`: texts of other checkpoints, each with `prove_consistency` from its size to `checkpoint`'s.
    - `anchors`: `bucket`, `key`, `version`, `retain_until`, `checkpoint`, `at`, as they were kept.
    - `key_log`: the lines of the key log.
    """

    name: str
    checkpoint: str
    start: int
    frontier: Sequence[bytes]
    leaves: Iterable[bytes]
    opened: Iterable[OpenedLeaf]
    key_log: Sequence[str]
    checkpoints: Iterable[tuple[str, Sequence[bytes]]] = ()
    anchors: Iterable[Mapping[str, Json]] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PackContents:
    """All that a pack is made from.

    - `policies`: the canonical bytes of each policy document that an opened entry was decided under.
    - `policy_sets`: for each set of them that an entry names, the hashes in it, in the order its hash was made from.
    - `locations`: `name`, `version`, `sha256` of each location database that an opened entry names.

    `policies`, `policy_sets` and `locations` are asked for after every entry was written.

    - `owner`: for a pack of one owner, their code, their key in these ledgers, and the ids of all their footage. The
      question asks for the same `owner`, or every entry that may answer has to be opened.
    - `state_negative`: whether to state, where nothing answers, that nothing does.
    - `more`: further members of the report, in the maker's own words; nobody verifies them.
    """

    name: str
    made_at: datetime
    question: Question
    ledgers: Sequence[LedgerContents]
    policies: Iterable[bytes] = ()
    policy_sets: Iterable[Sequence[str]] = ()
    locations: Iterable[Mapping[str, str]] = ()
    owner: tuple[str, bytes, Sequence[str]] | None = None
    state_negative: bool = True
    more: Mapping[str, Json] = field(default_factory=dict)


def write_pack(sink: IO[bytes], contents: PackContents, *, render: Callable[[Report], Mapping[str, bytes]]) -> Report:
    """Write a pack as a ZIP into a sink, which need not be seekable; return its report.

    `render` is given the counted report and returns further files by name: `report.html`, which must hold the report's
    `hash_line`, and `report.pdf`.

    Raises:
        LedgerError: the leaves do not reach the checkpoint, or the page does not name its report.
        NoteError: a checkpoint cannot be read.
    """
    totals, answer = Totals(), judge(contents.question)
    ledgers: dict[str, Json] = {}
    covered: dict[str, Covered] = {}
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        files = _Files(archive, contents.made_at)
        for ledger in contents.ledgers:
            signed = parse_checkpoint(ledger.checkpoint).checkpoint
            covered[ledger.name] = _write_ledger(files, ledger, signed.size, answer, totals)
            ledgers[ledger.name] = {
                "from": ledger.start,
                "origin": signed.origin,
                "root": signed.root.hex(),
                "to": signed.size,
            }
        report = _report(contents, totals, ledgers, covered)
        _write_beside(files, contents)
        files.write(REPORT, report.data)
        pages = render(report)
        if report.hash_line.encode() not in pages.get(PAGE, b""):
            raise LedgerError(f"`{PAGE}` must say `{report.hash_line}`, so that it can be held against the report")
        for name, data in pages.items():
            files.write(name, data)
        files.write(_README, _readme(contents, report))
        files.finish(contents, report)
    return report


class _Files:
    """Files of a ZIP, written one after another, each hashed on the way."""

    def __init__(self, archive: zipfile.ZipFile, made_at: datetime) -> None:
        self._archive = archive
        self._at = made_at.utctimetuple()[:6]
        self._hashes: dict[str, str] = {}

    def write(self, name: str, data: bytes) -> None:
        self.write_all(name, [data])

    def write_lines(self, name: str, lines: Iterable[bytes]) -> int:
        """Write lines, each with its end; return how many."""
        count = 0

        def counted() -> Iterator[bytes]:
            nonlocal count
            for line in lines:
                count += 1
                yield line
                yield b"\n"

        self.write_all(name, counted())
        return count

    def write_all(self, name: str, pieces: Iterable[bytes]) -> None:
        if name in self._hashes:
            raise LedgerError(f"`{name}` is in the pack already")
        digest = hashlib.sha256()
        with self._archive.open(self._entry(name), "w", force_zip64=True) as file:
            for piece in _gathered(pieces):
                digest.update(piece)
                file.write(piece)
        self._hashes[name] = digest.hexdigest()

    def finish(self, contents: PackContents, report: Report) -> None:
        """Write the manifest, which lists everything before it."""
        manifest: dict[str, Json] = {
            "files": self._hashes,
            "format": FORMAT,
            "made_at": time_text(contents.made_at),
            "name": contents.name,
            "report_hash": report.hash,
        }
        self._archive.writestr(self._entry(MANIFEST), canonical_json(manifest))

    def _entry(self, name: str) -> zipfile.ZipInfo:
        entry = zipfile.ZipInfo(name, self._at)
        entry.compress_type = zipfile.ZIP_DEFLATED
        entry.external_attr = 0o644 << 16
        return entry


def _write_ledger(files: _Files, ledger: LedgerContents, size: int, answer: Judge, totals: Totals) -> Covered:
    folder = f"ledgers/{ledger.name}"
    leaves = _Leaves(ledger.leaves)
    count = files.write_lines(f"{folder}/leaves.jsonl", leaves)
    if ledger.start + count != size:
        words = (
            f"ledger `{ledger.name}` has {count} leaves from {ledger.start} on, its checkpoint counts {size} entries"
        )
        raise LedgerError(words)
    files.write_lines(f"{folder}/opened.jsonl", _opened_lines(ledger.opened, answer, totals))
    files.write(f"{folder}/checkpoint", ledger.checkpoint.encode())
    frontier: dict[str, Json] = {"from": ledger.start, "hashes": [one.hex() for one in ledger.frontier]}
    files.write(f"{folder}/frontier.json", canonical_json(frontier))
    others = ({"checkpoint": text, "proof": [one.hex() for one in proof]} for text, proof in ledger.checkpoints)
    files.write_lines(f"{folder}/checkpoints.jsonl", map(canonical_json, others))
    files.write_lines(f"{folder}/anchors.jsonl", map(canonical_json, ledger.anchors))
    files.write_lines(f"{folder}/keylog.jsonl", (line.encode() for line in ledger.key_log))
    return Covered(start=ledger.start, end=size, last=leaves.last_numbered())


class _Leaves:
    """Leaves on their way into a file; the last of them says up to when a ledger is covered."""

    def __init__(self, leaves: Iterable[bytes]) -> None:
        self._leaves = leaves
        self._last = b""

    def __iter__(self) -> Iterator[bytes]:
        for leaf in self._leaves:
            self._last = leaf
            yield leaf

    def last_numbered(self) -> str:
        """When the last leaf was given its number; empty where there was none."""
        said = _table(self._last).get("sequenced") if self._last else ""
        if not isinstance(said, str):
            raise LedgerError("a leaf says by `sequenced` when it was given its number")
        return said


def _opened_lines(opened: Iterable[OpenedLeaf], answer: Judge, totals: Totals) -> Iterator[bytes]:
    for one in opened:
        entry = one.entry
        leaf, body = _table(_table(one.leaf)["entry"]), _table(entry.body)
        personal = None if entry.personal is None else _table(entry.personal)
        totals.add(answer(leaf, body, personal), leaf, body, personal)
        line: dict[str, Json] = {"body": entry.body, "n": entry.number, "salt": entry.salt}
        if entry.personal is not None:
            line |= {"personal": entry.personal, "personal_salt": entry.personal_salt}
        yield canonical_json(line)


def _report(
    contents: PackContents, totals: Totals, ledgers: Mapping[str, Json], covered: Mapping[str, Covered]
) -> Report:
    states = contents.state_negative and not totals.entries
    owner, _, footage = contents.owner or (None, b"", ())
    listed = list_for(contents.question, owner, footage)
    facts: dict[str, Json] = {
        **contents.more,
        "made_at": time_text(contents.made_at),
        "name": contents.name,
        "question": contents.question.as_json(),
        "question_words": list(question_words(contents.question)),
        "totals": totals.as_json(),
        "statement": statement(contents.question, totals, covered, listed) if states else None,
        "ledgers": ledgers,
    }
    return Report(facts, canonical_json(facts))


def _write_beside(files: _Files, contents: PackContents) -> None:
    for document in contents.policies:
        files.write(f"{POLICIES}{hashlib.sha256(document).hexdigest()}.json", document)
    sets = {hashlib.sha256(canonical_json(list(one))).hexdigest(): list(one) for one in contents.policy_sets}
    files.write(SETS, canonical_json(sets))
    files.write(LOCATIONS, canonical_json({"databases": [dict(one) for one in contents.locations]}))
    if contents.owner is not None:
        owner, key, footage = contents.owner
        files.write(ABOUT, canonical_json({"footage": list(footage), "key": key.hex(), "owner": owner}))


def _readme(contents: PackContents, report: Report) -> bytes:
    words = "\n".join(f"  {sentence}" for sentence in question_words(contents.question))
    origins = "\n".join(f"  {parse_checkpoint(one.checkpoint).checkpoint.origin}" for one in contents.ledgers)
    return _README_TEXT.format(
        name=contents.name, made_at=time_text(contents.made_at), words=words, origins=origins, hash=report.hash
    ).encode()


def _gathered(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The same bytes in larger pieces: a compressor called for every line is slow."""
    held: list[bytes] = []
    size = 0
    for piece in pieces:
        held.append(piece)
        size += len(piece)
        if size >= _FLUSH:
            yield b"".join(held)
            held, size = [], 0
    yield b"".join(held)


def _table(value: object) -> Mapping[str, object]:
    said = read_canonical(value) if isinstance(value, str | bytes) else value
    if not isinstance(said, Mapping):
        raise LedgerError("an opened entry is a table of facts")
    return said


_README_TEXT: Final = """\
Evidence pack: {name}
Made {made_at}

It answers this question to the ledger:
{words}

What is in it
  report.html, report.pdf   the answer, to read
  report.json               the same as facts; its SHA-256 is {hash}
  ledgers/                  every entry of the time asked about, as it was signed; those that answer are opened
  policies/, geoip.json     the rules that were decided under, and the databases that placed
  manifest.json             the hash of every file

To verify it, with Python 3.11 or newer and the package `cryptography`, and without any network:
  python -m residency.ledger verify PACK
Give what you hold yourself, so that nothing rests on this pack alone:
  --key KEY          the key of a ledger, as its operator once gave it to you; of every ledger, so that none is left out
  --owner-key HEX    your own key, in a pack of your footage: without it nobody can tell whether entries are hidden
  --since CHECKPOINT a checkpoint you received earlier, or a copy you fetched from the anchor store
The ledgers:
{origins}

Trust the numbers that the verifier prints; the pages are only as good as whoever made them.
"""
