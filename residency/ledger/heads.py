"""The signed heads of one ledger in a pack: its checkpoint, other checkpoints, anchors, and those the reader holds.

All of them must be heads of one history. For sizes that the leaves of the pack reach, the root is computed and
compared; for others a consistency proof to the checkpoint must be in the pack.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeVar

from residency.errors import EncodingError
from residency.ledger.checkpoint import Checkpoint, SignedCheckpoint, parse_checkpoint
from residency.ledger.entry import Json, read_canonical
from residency.ledger.errors import KeyLogError, LedgerError, NoteError, ProofError
from residency.ledger.findings import Findings, Kind
from residency.ledger.keylog import KeyLog, read_key_log
from residency.ledger.notes import VerifierKey
from residency.ledger.pack import DamagedError, Pack
from residency.ledger.tree import Frontier, verify_consistency

_LONGEST_PROOF: Final = 128
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Trust:
    """What the reader brings: keys, witnesses' keys, checkpoints they hold, and their own owner's key."""

    keys: tuple[VerifierKey, ...] = ()
    witnesses: tuple[VerifierKey, ...] = ()
    since: tuple[SignedCheckpoint, ...] = ()
    owner_key: bytes | None = None


@dataclass(frozen=True, slots=True)
class Head:
    """A checkpoint that must be a head of the same history, where it was found, and its proof where it has one."""

    signed: SignedCheckpoint
    where: str
    proof: tuple[bytes, ...] | None = None

    @property
    def checkpoint(self) -> Checkpoint:
        """What it says."""
        return self.signed.checkpoint


@dataclass(frozen=True, slots=True)
class Anchor(Head):
    """A head that was put where its operator cannot change it: the store, the object and its version, locked until."""

    bucket: str = ""
    key: str = ""
    version: str = ""
    retain_until: str = ""


@dataclass(slots=True)
class Heads:
    """Everything signed that a pack holds of one ledger, read but not yet compared with the leaves."""

    name: str
    signed: SignedCheckpoint | None
    keys: KeyLog | None
    frontier: Frontier
    others: list[Head] = field(default_factory=list)
    anchors: list[Anchor] = field(default_factory=list)
    held: list[Head] = field(default_factory=list)

    def all(self) -> Iterator[Head]:
        """Every head but the checkpoint itself."""
        yield from self.others
        yield from self.anchors
        yield from self.held

    def sizes(self) -> list[int]:
        """The sizes at which a root has to be computed from the leaves, in order."""
        return sorted({head.checkpoint.size for head in self.all()})

    def known_roots(self) -> dict[int, bytes]:
        """The roots that the compact range before the leaves already tells."""
        hashes, roots, size = self.frontier.hashes, {0: Frontier().root()}, 0
        for count, level in enumerate(reversed(_bits(self.frontier.size)), 1):
            size += 1 << level
            roots[size] = Frontier(size, hashes[:count]).root()
        return roots


def read_heads(pack: Pack, name: str, trust: Trust, findings: Findings) -> Heads:
    """Read all that is signed of one ledger; what cannot be read is found, and left out."""
    folder = f"ledgers/{name}"
    keys = _read(pack, f"{folder}/keylog.jsonl", findings, Kind.KEY_LOG_BROKEN, _key_log)
    signed = _read(pack, f"{folder}/checkpoint", findings, Kind.CHECKPOINT_MALFORMED, _checkpoint)
    frontier = _read(pack, f"{folder}/frontier.json", findings, Kind.FILE_MALFORMED, _frontier)
    heads = Heads(name, signed, keys, frontier or Frontier())
    heads.others = _read_lines(pack, f"{folder}/checkpoints.jsonl", findings, Kind.CHECKPOINT_MALFORMED, _other)
    heads.anchors = _read_lines(pack, f"{folder}/anchors.jsonl", findings, Kind.ANCHOR_WRONG, _anchor)
    if signed is not None:
        origin = signed.checkpoint.origin
        heads.held = [Head(one, "the checkpoint you hold") for one in trust.since if one.checkpoint.origin == origin]
        if not origin.endswith(f"/{name}"):
            words = f"the checkpoint is of `{origin}`, which is not the ledger `{name}`"
            findings.add(Kind.CHECKPOINT_MALFORMED, f"{folder}/checkpoint", words)
    return heads


def check_signatures(heads: Heads, trust: Trust, findings: Findings) -> None:
    """Hold every head against the key that was in force at its size, and the keys against the one the reader holds."""
    if heads.signed is None or heads.keys is None:
        return
    where = f"ledgers/{heads.name}/checkpoint"
    if (named := heads.keys.lines[0].key.name) != heads.signed.checkpoint.origin:
        words = f"its keys are named `{named}`, the ledger is `{heads.signed.checkpoint.origin}`"
        findings.add(Kind.KEY_LOG_BROKEN, f"ledgers/{heads.name}/keylog.jsonl", words)
    for head in (Head(heads.signed, where), *heads.all()):
        if head.checkpoint.origin != heads.signed.checkpoint.origin:
            words = f"it is of `{head.checkpoint.origin}`, the ledger is `{heads.signed.checkpoint.origin}`"
            findings.add(Kind.CHECKPOINT_MALFORMED, head.where, words)
        elif not head.signed.signed_by(heads.keys.key_for(head.checkpoint.size)):
            words = f"the checkpoint of size {head.checkpoint.size} is not signed by the key in force at that size"
            findings.add(Kind.SIGNATURE_WRONG, head.where, words)
    _check_key_held(heads.keys, heads.signed.checkpoint, trust.keys, findings)


def compare(heads: Heads, roots: Mapping[int, bytes] | None, findings: Findings) -> list[Head]:
    """Hold every head against the roots of this history; return those that are heads of it.

    A head of a size whose root is not known needs a proof, its own or that of another head which is the same. Without
    `roots`, since the entries are not the signed ones, it is no finding that there is none.
    """
    if heads.signed is None:
        return []
    target = heads.signed.checkpoint
    proofs = {(one.checkpoint.size, one.checkpoint.root): one.proof for one in heads.others}
    same = []
    for head in heads.all():
        checkpoint = head.checkpoint
        proof = proofs.get((checkpoint.size, checkpoint.root), head.proof)
        wrong = _compare_one(checkpoint, target, (roots or {}).get(checkpoint.size), proof)
        if wrong is None:
            same.append(head)
        elif roots is not None or wrong[0] is not Kind.HEAD_NOT_PROVEN:
            findings.add(wrong[0], head.where, wrong[1])
    return same


def _compare_one(
    head: Checkpoint, target: Checkpoint, root: bytes | None, proof: Sequence[bytes] | None
) -> tuple[Kind, str] | None:
    if head.size > target.size:
        words = f"it counts {head.size} entries, the checkpoint of the pack only {target.size}"
        return Kind.ROLLED_BACK, words
    known = target.root if head.size == target.size else root
    if known is not None and known != head.root:
        words = f"two heads of size {head.size}: `{head.root.hex()}` here, `{known.hex()}` in the history of the pack"
        return Kind.TWO_HEADS, words
    if proof is None:
        if known is not None:
            return None
        words = f"nothing in the pack shows that the ledger of {target.size} entries begins with these {head.size}"
        return Kind.HEAD_NOT_PROVEN, words
    try:
        verify_consistency(old=head.size, old_root=head.root, new=target.size, new_root=target.root, proof=proof)
    except ProofError as err:
        return Kind.HEAD_INCONSISTENT, f"the checkpoint of size {head.size} is no beginning of this ledger: {err}"
    return None


def _check_key_held(log: KeyLog, checkpoint: Checkpoint, keys: Sequence[VerifierKey], findings: Findings) -> None:
    """A key that the reader holds must be in force, or have introduced, key by key, the one that is."""
    where = f"the keys of {checkpoint.origin}"
    for held in (key for key in keys if key.name == checkpoint.origin):
        in_force = log.key_for(checkpoint.size)
        chain = [line.key for line in log.lines]
        if held not in chain or chain.index(held) > chain.index(in_force):
            words = f"the key you hold, `{held.id.hex()}`, does not lead to the one that signed, `{in_force.id.hex()}`"
            findings.add(Kind.KEY_NOT_HELD, where, words)


def _read(pack: Pack, name: str, findings: Findings, kind: Kind, read: Callable[[bytes], _T]) -> _T | None:
    if name not in pack.names:
        findings.add(Kind.FILE_MISSING, name, "it is needed to check this ledger")
        return None
    try:
        return read(pack.read(name))
    except DamagedError:  # found with all files
        return None
    except (EncodingError, LedgerError, UnicodeDecodeError) as err:
        findings.add(kind, name, str(err))
        return None


def _read_lines(
    pack: Pack, name: str, findings: Findings, kind: Kind, read: Callable[[Mapping[str, Json], str], _T]
) -> list[_T]:
    """Read a file of one table a line; a ledger that has none of these may leave the file out."""
    found: list[_T] = []
    if name not in pack.names:
        return found
    try:
        for number, line in enumerate(pack.lines(name), 1):
            where = f"{name} line {number}"
            try:
                said = read_canonical(line)
                found.append(read(said if isinstance(said, dict) else {}, where))
            except (EncodingError, NoteError) as err:
                findings.add(kind, where, str(err))
    except DamagedError:  # found with all files
        pass
    return found


def _key_log(data: bytes) -> KeyLog:
    if not data.endswith(b"\n"):
        raise KeyLogError("the last line of the key log is cut")
    return read_key_log(data.decode().splitlines())


def _checkpoint(data: bytes) -> SignedCheckpoint:
    return parse_checkpoint(data.decode())


def _frontier(data: bytes) -> Frontier:
    said = read_canonical(data)
    size = said.get("from") if isinstance(said, dict) else None
    if not isinstance(said, dict) or type(size) is not int or size < 0:
        raise EncodingError("a compact range has `from`, a size, and `hashes`")
    return Frontier(size, _hashes(said.get("hashes")))


def _other(said: Mapping[str, Json], where: str) -> Head:
    return Head(_text_of_checkpoint(said), where, _hashes(said.get("proof")))


def _anchor(said: Mapping[str, Json], where: str) -> Anchor:
    signed = _text_of_checkpoint(said)
    told = [said.get(name) for name in ("bucket", "key", "version", "retain_until")]
    if not all(isinstance(one, str) and one for one in told):
        raise EncodingError("an anchor has `bucket`, `key`, `version` and `retain_until`")
    bucket, key, version, until = map(str, told)
    return Anchor(signed, where, bucket=bucket, key=key, version=version, retain_until=until)


def _text_of_checkpoint(said: Mapping[str, Json]) -> SignedCheckpoint:
    text = said.get("checkpoint")
    return parse_checkpoint(text if isinstance(text, str) else "")


def _hashes(value: object) -> tuple[bytes, ...]:
    """Hashes from a list of hex texts.

    Raises:
        EncodingError: it is no such list.
    """
    if not isinstance(value, list) or len(value) > _LONGEST_PROOF or not all(isinstance(one, str) for one in value):
        raise EncodingError("hashes are a list of hex texts")
    try:
        return tuple(map(bytes.fromhex, value))
    except ValueError as err:
        raise EncodingError("hashes are a list of hex texts") from err


def _bits(size: int) -> list[int]:
    return [level for level in range(size.bit_length()) if size >> level & 1]
