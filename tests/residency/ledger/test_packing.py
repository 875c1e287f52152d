"""Writing packs: as they come, into any sink, counted while they are written."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from residency.errors import EncodingError
from residency.ledger.errors import LedgerError
from residency.ledger.leaves import earliest_start
from residency.ledger.packing import LedgerContents, OpenedLeaf, PackContents, Report, write_pack
from residency.ledger.question import Question
from tests.residency.ledger.test_mutations import OPENED
from tests.residency.ledger.world import (
    BEGIN,
    VIEWS,
    a_ledger,
    at,
    contents,
    made,
    names,
    page,
    verified,
    zipped,
)

ASKED = Question(actions=VIEWS)


class Pipe(io.RawIOBase):
    """A sink that can only be written to, such as an answer to a request."""

    def __init__(self) -> None:
        self.data = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data) -> int:  # type: ignore[no-untyped-def,override]  # noqa: ANN001
        self.data += data
        return len(data)


def written(ledger: LedgerContents, *, sink: Pipe | None = None, **more: object) -> Report:
    given = {"name": "demo", "made_at": BEGIN + timedelta(days=1), "question": ASKED, "ledgers": [ledger], **more}
    return write_pack(sink or Pipe(), PackContents(**given), render=page)  # type: ignore[arg-type]


def test_a_pack_goes_into_a_sink_that_cannot_be_sought_in(tmp_path: Path) -> None:
    sink = Pipe()
    written(contents(a_ledger(), Question(actions=())), sink=sink, question=Question(actions=()))
    path = tmp_path / "pack.zip"
    path.write_bytes(sink.data)
    assert names(verified(path)) == set()


def test_the_same_contents_give_the_same_bytes() -> None:
    one, other = Pipe(), Pipe()
    written(contents(a_ledger(), ASKED), sink=one)
    written(contents(a_ledger(), ASKED), sink=other)
    assert one.data == other.data


def test_leaves_are_written_as_they_come() -> None:
    sink, sizes = Pipe(), []
    plain = contents(a_ledger(), ASKED)

    def watched() -> Iterator[bytes]:
        for leaf in plain.leaves:
            sizes.append(len(sink.data))
            yield leaf * 20_000  # so much that it cannot be held back

    with pytest.raises(LedgerError, match="no such thing"):
        written(replace(plain, leaves=_until(watched(), "no such thing")), sink=sink)
    assert sizes[-1] > sizes[0]


def _until(lines: Iterator[bytes], said: str) -> Iterator[bytes]:
    yield from lines
    raise LedgerError(said)


def test_leaves_that_do_not_reach_the_checkpoint_are_refused() -> None:
    ledger = contents(a_ledger(), ASKED)
    with pytest.raises(LedgerError, match="ledger `us` has 61 leaves from 0 on, its checkpoint counts 62 entries"):
        written(replace(ledger, leaves=list(ledger.leaves)[1:]))


@pytest.mark.parametrize("last", [b"{}", b'{"sequenced":1}', b"[]"])
def test_a_last_leaf_that_does_not_say_when_it_was_numbered_is_refused(last: bytes) -> None:
    ledger = contents(a_ledger(), ASKED)
    with pytest.raises(LedgerError):
        written(replace(ledger, leaves=[*list(ledger.leaves)[:-1], last]))


def test_a_page_that_does_not_name_its_report_is_refused() -> None:
    def other(_: Report) -> Mapping[str, bytes]:
        return {"report.html": b"<p>all is well</p>"}

    given = PackContents(name="demo", made_at=BEGIN, question=ASKED, ledgers=[contents(a_ledger(), ASKED)])
    with pytest.raises(LedgerError, match=r"`report\.html` must say `report-hash: "):
        write_pack(Pipe(), given, render=other)


def test_a_ledger_stands_in_a_pack_once() -> None:
    ledger = contents(a_ledger(), ASKED)
    with pytest.raises(LedgerError, match=r"`ledgers/us/leaves\.jsonl` is in the pack already"):
        written(ledger, ledgers=[ledger, contents(a_ledger(), ASKED)])


@pytest.mark.parametrize(("leaf", "error"), [(b"[]", LedgerError), (b"{", EncodingError)])
def test_an_opened_entry_without_a_leaf_is_refused(leaf: bytes, error: type[Exception]) -> None:
    ledger = contents(a_ledger(), ASKED)
    broken = [OpenedLeaf(one.entry, leaf) for one in ledger.opened]
    with pytest.raises(error):
        written(replace(ledger, opened=broken))


def test_the_report_says_what_was_counted_and_what_the_maker_adds() -> None:
    report = written(contents(a_ledger(), ASKED), more={"caveats": ["the clock was stepped on 2 March"]})
    assert report.facts["caveats"] == ["the clock was stepped on 2 March"]
    assert report.facts["statement"] is None
    assert json.loads(report.data) == report.facts
    assert report.hash_line == f"report-hash: {report.hash}"


def test_what_nothing_answers_is_stated_unless_it_is_not_wanted(tmp_path: Path) -> None:
    nothing = Question(actions=VIEWS, place="JP")
    ledger = contents(a_ledger(), nothing)
    stated = written(ledger, question=nothing).facts["statement"]
    assert isinstance(stated, dict)
    sink = Pipe()
    report = written(contents(a_ledger(), nothing), sink=sink, question=nothing, state_negative=False)
    assert report.facts["statement"] is None
    with zipfile.ZipFile(io.BytesIO(sink.data)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    assert "policy-missing" in names(verified(zipped(files, tmp_path / "pack.zip")))


def test_a_receiver_is_told_how_to_verify() -> None:
    readme = made()["README.txt"].decode()
    for said in ("python -m residency.ledger verify PACK", "labelhub.example/us", "What happened is"):
        assert said in readme


def test_personal_facts_that_are_not_shown_are_not_written() -> None:
    lines = [json.loads(line) for line in made(erased=frozenset({0}))[OPENED].split(b"\n")[:-1]]
    assert lines[0].keys() == {"n", "body", "salt"}
    assert lines[1].keys() == {"n", "body", "salt", "personal", "personal_salt"}


def test_a_pack_begins_with_a_leaf_from_before_what_is_asked() -> None:
    assert earliest_start(at(10)) == "2026-03-01T00:09:55.000000+00:00"
