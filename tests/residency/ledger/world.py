"""A small ledger made here from a seed, its evidence packs, and the hands of somebody who changes them."""

from __future__ import annotations

import hashlib
import io
import json
import random
import uuid
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from residency.ledger.checkpoint import Checkpoint, SignedCheckpoint, sign_checkpoint
from residency.ledger.entry import canonical_json, leaf_hash, node_hash
from residency.ledger.keylog import first_line, next_line, read_key_log
from residency.ledger.leaf import about_tag, leaf_bytes, owner_key, seal, time_text
from residency.ledger.notes import verifier_key
from residency.ledger.opened import Opened
from residency.ledger.pack import Pack, open_source
from residency.ledger.packing import LedgerContents, OpenedLeaf, PackContents, Report, write_pack
from residency.ledger.question import Question
from residency.ledger.report import ANCHORED, may_answer
from residency.ledger.tree import frontier_at, prove_consistency, root
from residency.ledger.verify import Trust, Verdict, verify_pack

BEGIN = datetime(2026, 3, 1, tzinfo=UTC)
NAME = "us"
ORIGIN = f"labelhub.example/{NAME}"
SIGNER = Ed25519PrivateKey.from_private_bytes(b"s" * 32)
NEXT_SIGNER = Ed25519PrivateKey.from_private_bytes(b"n" * 32)
THIEF = Ed25519PrivateKey.from_private_bytes(b"t" * 32)
MASTER = b"m" * 32
ALLOWED, DENIED, SIGNED_IN = "media:view:allowed", "media:view:denied", "person:session:started"
VIEWS = (ALLOWED, DENIED)
POLICY = canonical_json({"layer": "platform", "name": "demo"})
POLICY_HASH = hashlib.sha256(POLICY).hexdigest()
SET_HASH = hashlib.sha256(canonical_json([POLICY_HASH])).hexdigest()
DATABASE = {"name": "country", "version": "2026-02", "sha256": "d" * 64}


def at(minutes: float) -> str:
    return time_text(BEGIN + timedelta(minutes=minutes))


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One entry whole: what is public, what is private, and whom it shows."""

    action: str
    at: str
    sequenced: str
    body: Mapping[str, Any]
    personal: Mapping[str, Any] | None = None
    owner: str | None = None
    seed: int = 0

    def salt(self, which: int) -> bytes:
        return hashlib.sha256(f"{self.seed}/{which}".encode()).digest()[:16]

    def leaf(self, number: int, ledger: str = NAME) -> bytes:
        body, personal = _text(self.body), _text(self.personal)
        said: dict[str, Any] = {"action": self.action, "at": self.at, "ledger": ledger, "v": 2}
        said["id"] = str(uuid.UUID(int=self.seed))
        said["private"] = seal(self.salt(0), body)
        if self.personal is not None:
            said["personal"] = seal(self.salt(1), personal)
        if self.owner is not None:
            said["about"] = about_tag(owner_key(MASTER, self.owner), self.body.get("footage", ""))
        return leaf_bytes(canonical_json(said).decode(), number, self.sequenced)

    def opened(self, number: int, *, erased: bool = False) -> Opened:
        shown = None if erased or self.personal is None else (_text(self.personal), self.salt(1).hex())
        return Opened(number, _text(self.body), self.salt(0).hex(), *(shown or (None, None)))


def _text(facts: Mapping[str, Any] | None) -> str:
    return canonical_json(facts).decode()


def entries(count: int, seed: int = 7) -> list[Entry]:
    """Views of two owners' footage from many places, sign-ins between them, one a minute."""
    rng = random.Random(seed)
    made = []
    for number in range(count):
        times = {"at": at(number), "sequenced": at(number + 0.01), "seed": number + 1}
        personal = {"person": f"p-{rng.randrange(4)}", "address": "192.0.2.1", "session": f"{number:08x}"}
        if number % 5 == 4:
            made.append(Entry(action=SIGNED_IN, body={"outcome": "none"}, personal=personal, **times))
            continue
        owner = rng.choice(("city", "county"))
        denied = number % 7 == 3
        body = {
            "footage": f"{owner}-{rng.randrange(3)}",
            "geoip": [DATABASE["sha256"]],
            "jurisdiction": "US-CA" if owner == "city" else "DE-BE",
            "level": rng.choice((0, 1, 2)),
            "outcome": "deny" if denied else "allow",
            "owner": owner,
            "place": rng.choice(("US", "US-TX", "PH", "FR")),
            "policy_hash": SET_HASH,
            "purpose": "ml-training",
        }
        action = DENIED if denied else ALLOWED
        made.append(Entry(action=action, body=body, personal=personal, owner=owner, **times))
    return made


@dataclass
class Ledger:
    """A ledger whose signed heads and anchors are made as it grows."""

    entries: list[Entry] = field(default_factory=list)
    name: str = NAME
    signer: Ed25519PrivateKey = SIGNER
    key_log: list[str] = field(default_factory=list)
    anchors: list[dict[str, str]] = field(default_factory=list)
    heads: list[SignedCheckpoint] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.origin = f"labelhub.example/{self.name}"
        if not self.key_log:
            self.key_log.append(first_line(verifier_key(self.origin, self.signer), at=BEGIN))

    @property
    def size(self) -> int:
        return len(self.entries)

    def leaves(self) -> list[bytes]:
        return [one.leaf(number, self.name) for number, one in enumerate(self.entries)]

    def read(self, level: int, index: int) -> bytes:
        if level == 0:
            return leaf_hash(self.entries[index].leaf(index, self.name))
        return node_hash(self.read(level - 1, 2 * index), self.read(level - 1, 2 * index + 1))

    def head(self, size: int | None = None) -> SignedCheckpoint:
        size = self.size if size is None else size
        return sign_checkpoint(Checkpoint(self.origin, size, root(map(leaf_hash, self.leaves()[:size]))), self.signer)

    def grow(self, more: Sequence[Entry]) -> SignedCheckpoint:
        self.entries += more
        self.heads.append(self.head())
        return self.heads[-1]

    def rotate(self, signer: Ed25519PrivateKey) -> None:
        log = read_key_log(self.key_log)
        key, when = verifier_key(self.origin, signer), BEGIN + timedelta(minutes=self.size)
        self.key_log.append(next_line(log, key, at=when, from_size=self.size + 1, signer=self.signer))
        self.signer = signer

    def anchor(self) -> None:
        """Put the newest head away, and say so in the ledger."""
        head, when = self.heads[-1], at(self.size)
        size, version = str(head.checkpoint.size), f"v{len(self.anchors)}"
        self.anchors.append(
            {
                "at": when,
                "bucket": "anchors",
                "checkpoint": str(head),
                "key": f"{self.origin}/{size}",
                "retain_until": "2036-03-01T00:00:00.000000+00:00",
                "version": version,
            }
        )
        details = {"root": head.checkpoint.root.hex(), "size": size, "version": version}
        self.grow(
            [Entry(action=ANCHORED, at=when, sequenced=when, body={"details": details}, seed=100_000 + self.size)]
        )


def a_ledger(count: int = 60) -> Ledger:
    """Grown in portions, one key rotation and two anchors in it."""
    ledger, made = Ledger(), entries(count)
    ledger.grow(made[: count // 3])
    ledger.anchor()
    ledger.rotate(NEXT_SIGNER)
    ledger.grow([_later(one, 1) for one in made[count // 3 : count // 2]])
    ledger.anchor()
    ledger.grow([_later(one, 2) for one in made[count // 2 :]])
    return ledger


def _later(entry: Entry, minutes: int) -> Entry:
    def moved(text: str) -> str:
        return time_text(datetime.fromisoformat(text) + timedelta(minutes=minutes))

    return replace(entry, at=moved(entry.at), sequenced=moved(entry.sequenced))


def contents(
    ledger: Ledger,
    question: Question,
    *,
    start: int = 0,
    owner: str | None = None,
    erased: frozenset[int] = frozenset(),
    hidden: frozenset[int] = frozenset(),
    head: SignedCheckpoint | None = None,
) -> LedgerContents:
    """The ledger as a service would hand it to the writer of packs."""
    head = head or ledger.head()
    size = head.checkpoint.size
    theirs = (owner, owner_key(MASTER, owner), _footage(owner)) if owner else (None, b"", ())
    might = may_answer(question, *theirs)

    def opened() -> Iterator[OpenedLeaf]:
        for number, (entry, leaf) in enumerate(zip(ledger.entries[:size], ledger.leaves(), strict=False)):
            about = json.loads(leaf)["entry"].get("about")
            asked = entry.action == ANCHORED or might(entry.action, entry.at, about)
            if number >= start and asked and number not in hidden:
                yield OpenedLeaf(entry.opened(number, erased=number in erased), leaf)

    others = [one for one in ledger.heads if one.checkpoint.size < size]
    return LedgerContents(
        name=ledger.name,
        checkpoint=str(head),
        start=start,
        frontier=frontier_at(ledger.read, start).hashes,
        leaves=ledger.leaves()[start:size],
        opened=opened(),
        key_log=ledger.key_log,
        checkpoints=[(str(one), prove_consistency(ledger.read, one.checkpoint.size, size)) for one in others],
        anchors=[dict(one) for one in ledger.anchors],
    )


def _footage(owner: str) -> list[str]:
    return [f"{owner}-{number}" for number in range(3)]


def page(report: Report) -> Mapping[str, bytes]:
    return {"report.html": f"<p>{report.hash_line}</p>".encode(), "report.pdf": b"%PDF"}


Files = dict[str, bytes]


def pack_files(*ledgers: LedgerContents, question: Question, owner: str | None = None, **more: object) -> Files:
    """The files of a pack, as the writer wrote them."""
    sink = io.BytesIO()
    given: dict[str, Any] = {
        "name": "demo",
        "made_at": BEGIN + timedelta(days=1),
        "question": question,
        "ledgers": ledgers,
        "policies": [POLICY],
        "policy_sets": [[POLICY_HASH]],
        "locations": [DATABASE],
        "owner": None if owner is None else (owner, owner_key(MASTER, owner), _footage(owner)),
        **more,
    }
    write_pack(sink, PackContents(**given), render=page)
    with zipfile.ZipFile(sink) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def made(question: Question | None = None, ledger: Ledger | None = None, **how: Any) -> Files:  # noqa: ANN401
    """A whole good pack of one ledger."""
    question = question or Question(actions=VIEWS)
    return pack_files(contents(ledger or a_ledger(), question, **how), question=question, owner=how.get("owner"))


def recount(files: Files) -> Files:
    """What anybody can make again after changing files: the manifest, and the page's line."""
    digest = hashlib.sha256(files.get("report.json", b"")).hexdigest()
    files = {**files, "report.html": f"<p>report-hash: {digest}</p>".encode()}
    manifest = json.loads(files["manifest.json"])
    listed = {name: hashlib.sha256(data).hexdigest() for name, data in files.items() if name != "manifest.json"}
    return {**files, "manifest.json": canonical_json({**manifest, "files": listed, "report_hash": digest})}


def zipped(files: Files, path: Path, compression: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return path


def in_folder(files: Files, folder: Path) -> Path:
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return folder


def verified(path: Path, trust: Trust | None = None) -> Verdict:
    source = open_source(path)
    try:
        return verify_pack(Pack(source), trust)
    finally:
        source.close()


def names(verdict: Verdict) -> set[str]:
    return {one.kind.value for one in verdict.findings}


def change_lines(files: Files, name: str, change: Callable[[list[bytes]], list[bytes]]) -> Files:
    lines = files[name].split(b"\n")[:-1]
    return {**files, name: b"".join(line + b"\n" for line in change(lines))}


def change_json(files: Files, name: str, change: Callable[[Any], Any]) -> Files:
    return {**files, name: canonical_json(change(json.loads(files[name])))}


def retold(files: Files, path: Path) -> Files:
    """The same with a report that says what its changed entries say, as whoever changed them would write it."""
    told = verified(zipped(recount(files), path)).report
    return recount(change_json(files, "report.json", lambda old: {**old, **told}))
