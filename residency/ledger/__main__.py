"""`python -m residency.ledger`: verify evidence packs and proofs, without any service and without a network.

It needs this folder `residency/`, Python, and the package `cryptography`. Nothing that a pack says about itself is
believed: what is printed was computed here.
"""

from __future__ import annotations

import argparse
import io
import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final, TextIO, TypeVar

from residency.errors import EncodingError
from residency.ledger.checkpoint import SignedCheckpoint, parse_checkpoint
from residency.ledger.entry import Json, canonical_json, leaf_hash, read_canonical
from residency.ledger.errors import LedgerError, ProofError
from residency.ledger.findings import Findings
from residency.ledger.heads import Trust, read_heads
from residency.ledger.notes import VerifierKey, parse_key
from residency.ledger.pack import Pack, open_source
from residency.ledger.spoken import as_json, as_text
from residency.ledger.tree import verify_consistency, verify_inclusion
from residency.ledger.verify import Independence, verify_pack
from residency.outside import one_line

OK, TAMPERED, UNREADABLE, NOT_CONFIRMED, INTERRUPTED = 0, 1, 2, 3, 130
_LARGEST: Final = 2**20
_CODES: Final = """\
exit codes:
  0  intact; what vouches for it is said in words
  1  tampering was found, or a proof does not hold
  2  the pack, a file or the command cannot be read
  3  intact, but --require-anchor or --require-confirmed is not met, or hidden entries cannot be told (give --owner-key)
"""
_T = TypeVar("_T")


def main(arguments: Sequence[str] | None = None, *, out: TextIO | None = None) -> int:
    """Run one command and return its exit code."""
    options = _parser().parse_args(arguments)
    try:
        return int(options.run(options, out or _standard_output()))
    except ProofError as error:
        _say(f"it does not hold: {one_line(str(error))}", out or _standard_output())
        return TAMPERED
    except (LedgerError, EncodingError) as error:
        _say(one_line(str(error)), sys.stderr)
    except OSError as error:
        _say(f"{error.filename or 'standard output'}: {error.strerror}", sys.stderr)
    except KeyboardInterrupt:
        return INTERRUPTED
    return UNREADABLE


def _verify(options: argparse.Namespace, out: TextIO) -> int:
    trust = Trust(
        keys=tuple(options.key),
        witnesses=tuple(options.witness),
        since=tuple(map(_checkpoint_file, options.since)),
        owner_key=options.owner_key,
    )
    source = open_source(options.pack)
    try:
        verdict = verify_pack(Pack(source), trust)
    finally:
        source.close()
    _say(canonical_json(as_json(verdict)).decode() if options.json else as_text(verdict), out)
    if verdict.findings:
        return TAMPERED
    if verdict.not_told:
        return NOT_CONFIRMED
    least = Independence.SELF_ATTESTED
    if options.require_anchor:
        least = Independence.ANCHORED
    if options.require_confirmed:
        least = Independence.CONFIRMED
    order = list(Independence)
    return OK if order.index(verdict.independence) >= order.index(least) else NOT_CONFIRMED


def _inclusion(options: argparse.Namespace, out: TextIO) -> int:
    said = _table_file(options.file)
    leaf, number, proof = said.get("leaf"), said.get("n"), _hashes(said.get("proof"))
    signed = _of_text(said.get("checkpoint"))
    if not isinstance(leaf, str) or type(number) is not int:
        raise LedgerError(f"`{options.file}` has `leaf`, `n`, `proof` and `checkpoint`")
    _check_signed(signed, options.key)
    facts = read_canonical(leaf)
    if not isinstance(facts, dict) or facts.get("n") != number:
        raise ProofError(f"the leaf does not say that it is entry {number}")
    checkpoint = signed.checkpoint
    verify_inclusion(
        leaf_hash=leaf_hash(leaf.encode()), number=number, size=checkpoint.size, proof=proof, root=checkpoint.root
    )
    _say(f"entry {number} stands in `{checkpoint.origin}` of {checkpoint.size} entries{_by(options.key)}", out)
    return OK


def _consistency(options: argparse.Namespace, out: TextIO) -> int:
    old, new = _checkpoint_file(options.old), _checkpoint_file(options.new)
    said = _json_file(options.proof)
    proof = _hashes(said.get("proof") if isinstance(said, dict) else said)
    for signed in (old, new):
        _check_signed(signed, options.key)
    if old.checkpoint.origin != new.checkpoint.origin:
        raise ProofError("the two checkpoints are of different ledgers")
    verify_consistency(
        old=old.checkpoint.size,
        old_root=old.checkpoint.root,
        new=new.checkpoint.size,
        new_root=new.checkpoint.root,
        proof=proof,
    )
    sizes = f"{new.checkpoint.size} entries begins with these {old.checkpoint.size}"
    _say(f"`{new.checkpoint.origin}` of {sizes}{_by(options.key)}", out)
    return OK


def _export_key(options: argparse.Namespace, out: TextIO) -> int:
    source = open_source(options.pack)
    findings = Findings()
    try:
        pack = Pack(source)
        names = sorted({name.split("/")[1] for name in pack.names if name.startswith("ledgers/")})
        for name in names:
            heads = read_heads(pack, name, Trust(), findings)
            if heads.keys is not None and heads.signed is not None:
                _say(str(heads.keys.key_for(heads.signed.checkpoint.size)), out)
    finally:
        source.close()
    for one in findings.all():
        _say(f"{one.where}: {one_line(one.words)}", sys.stderr)
    return TAMPERED if findings else OK


def _check_signed(signed: SignedCheckpoint, keys: Sequence[VerifierKey]) -> None:
    if keys and not any(signed.signed_by(key) for key in keys):
        raise ProofError(f"the checkpoint of size {signed.checkpoint.size} is not signed by the key you hold")


def _by(keys: Sequence[VerifierKey]) -> str:
    return ", signed by the key you hold" if keys else "; who signed it was not checked, since no --key is given"


def _of_text(text: object) -> SignedCheckpoint:
    return parse_checkpoint(text if isinstance(text, str) else "")


def _checkpoint_file(path: Path) -> SignedCheckpoint:
    return parse_checkpoint(_text_file(path))


def _table_file(path: Path) -> dict[str, Json]:
    said = _json_file(path)
    if not isinstance(said, dict):
        raise LedgerError(f"`{path}` is no table")
    return said


def _json_file(path: Path) -> Json:
    try:
        said: Json = json.loads(_text_file(path))
    except (ValueError, RecursionError) as err:
        raise LedgerError(f"`{path}` is no JSON that can be read") from err
    return said


def _text_file(path: Path) -> str:
    with path.open("rb") as file:
        data = file.read(_LARGEST + 1)
    try:
        return data[:_LARGEST].decode()
    except UnicodeDecodeError as err:
        raise LedgerError(f"`{path}` is no text") from err


def _hashes(value: object) -> list[bytes]:
    try:
        return [bytes.fromhex(one) for one in value] if isinstance(value, list) else _no_proof()
    except (TypeError, ValueError) as err:
        raise LedgerError("a proof is a list of hashes in hex") from err


def _no_proof() -> list[bytes]:
    raise LedgerError("a proof is a list of hashes in hex")


def _key(text: str) -> VerifierKey:
    path = Path(text)
    return _argument(lambda: parse_key(_text_file(path).strip() if path.is_file() else text))


def _owner_key(text: str) -> bytes:
    key = _argument(lambda: bytes.fromhex(text))
    if not key:  # such as of a variable that is not set
        raise argparse.ArgumentTypeError("an owner's key is not empty; give it as hex")
    return key


def _argument(read: Callable[[], _T]) -> _T:
    try:
        return read()
    except ValueError as err:
        raise argparse.ArgumentTypeError(str(err)) from err


def _standard_output() -> TextIO:
    """Standard output in UTF-8 on every machine: packs name things in every script."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8", errors="replace")
    return sys.stdout


def _say(text: str, out: TextIO) -> None:
    print(text, file=out)


def _parser() -> argparse.ArgumentParser:
    formatter = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(
        prog="python -m residency.ledger", description=__doc__, epilog=_CODES, formatter_class=formatter
    )
    commands = parser.add_subparsers(required=True, metavar="command")
    verify = commands.add_parser(
        "verify", help="verify an evidence pack whole", epilog=_CODES, formatter_class=formatter
    )
    verify.add_argument("pack", type=Path, metavar="PACK", help="a ZIP or a folder")
    verify.add_argument("--since", type=Path, action="append", default=[], metavar="CHECKPOINT", help="one you hold")
    verify.add_argument("--witness", type=_key, action="append", default=[], metavar="KEY", help="one you trust")
    verify.add_argument(
        "--owner-key", type=_owner_key, metavar="HEX", help="your own; exit 3 without it for a pack of your footage"
    )
    verify.add_argument("--require-anchor", action="store_true", help="exit 3 unless the pack names anchors")
    verify.add_argument(
        "--require-confirmed", action="store_true", help="exit 3 unless what you brought vouches for it"
    )
    verify.add_argument("--json", action="store_true", help="the verdict as one line of JSON")
    verify.set_defaults(run=_verify)
    inclusion = commands.add_parser("inclusion", help="check that an entry stands in a ledger")
    inclusion.add_argument("file", type=Path, metavar="FILE", help="JSON with `leaf`, `n`, `proof`, `checkpoint`")
    inclusion.set_defaults(run=_inclusion)
    consistency = commands.add_parser("consistency", help="check that one checkpoint continues another")
    consistency.add_argument("old", type=Path, metavar="OLD")
    consistency.add_argument("new", type=Path, metavar="NEW")
    consistency.add_argument("proof", type=Path, metavar="PROOF", help="JSON: a list of hashes in hex")
    consistency.set_defaults(run=_consistency)
    for command in (verify, inclusion, consistency):
        command.add_argument(
            "--key", type=_key, action="append", default=[], metavar="KEY", help="one you hold, or its file"
        )
    export = commands.add_parser("export-key", help="print the key that signed each ledger of a pack")
    export.add_argument("pack", type=Path, metavar="PACK")
    export.set_defaults(run=_export_key)
    return parser


if __name__ == "__main__":
    sys.exit(main())
