"""Checkpoints: written and read in one way only, signed by their ledger, cosigned by witnesses."""

import base64
import hashlib

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from residency.ledger.checkpoint import Checkpoint, SignedCheckpoint, cosign, parse_checkpoint, sign_checkpoint
from residency.ledger.errors import NoteError
from residency.ledger.notes import KeyType, VerifierKey, verifier_key

ORIGIN = "labelhub.example/us"
ROOT = hashlib.sha256(b"root").digest()
SIGNER = Ed25519PrivateKey.from_private_bytes(bytes(32))
WITNESS = Ed25519PrivateKey.from_private_bytes(b"w" * 32)
KEY = verifier_key(ORIGIN, SIGNER)
WITNESS_KEY = verifier_key("witness.example", WITNESS, KeyType.COSIGNATURE)


def signed(size: int = 20_852_163, root: bytes = ROOT) -> SignedCheckpoint:
    return sign_checkpoint(Checkpoint(ORIGIN, size, root), SIGNER)


def test_a_checkpoint_is_three_lines_and_a_signature() -> None:
    text = str(signed())
    lines = text.split("\n")
    assert lines[:4] == [ORIGIN, "20852163", base64.b64encode(ROOT).decode(), ""]
    assert lines[4].startswith(f"— {ORIGIN} ")
    assert parse_checkpoint(text) == signed()
    assert signed().signed_by(KEY)


def test_only_the_key_that_signed_is_taken_for_it() -> None:
    other = Ed25519PrivateKey.from_private_bytes(b"o" * 32)
    assert not signed().signed_by(verifier_key(ORIGIN, other))
    assert not signed().signed_by(verifier_key("labelhub.example/de", SIGNER))
    forged = str(signed()).replace("20852163", "20852164")
    assert not parse_checkpoint(forged).signed_by(KEY)


def test_a_witness_says_when_it_saw_a_checkpoint() -> None:
    seen = parse_checkpoint(str(cosign(signed(), "witness.example", WITNESS, at=1_679_315_147)))
    assert seen.cosigned_at(WITNESS_KEY) == 1_679_315_147
    assert seen.signed_by(KEY)
    line = seen.note.by(WITNESS_KEY)
    assert line is not None
    said = f"cosignature/v1\ntime 1679315147\n{ORIGIN}\n20852163\n{base64.b64encode(ROOT).decode()}\n"
    WITNESS.public_key().verify(line.blob[8:], said.encode())
    assert line.blob[:8] == (1_679_315_147).to_bytes(8, "big")


def test_a_cosignature_of_another_time_or_nobody_is_none() -> None:
    seen = cosign(signed(), "witness.example", WITNESS, at=1_679_315_147)
    line = seen.note.signatures[1]
    later = str(seen).replace(
        str(line), str(type(line)(line.name, line.key_id, (1_679_315_148).to_bytes(8, "big") + line.blob[8:]))
    )
    assert parse_checkpoint(later).cosigned_at(WITNESS_KEY) is None
    assert signed().cosigned_at(WITNESS_KEY) is None


def test_a_signature_and_a_cosignature_are_not_taken_for_one_another() -> None:
    assert signed().cosigned_at(KEY) is None
    as_witness = VerifierKey(ORIGIN, KEY.public, KeyType.COSIGNATURE)
    assert not cosign(signed(), ORIGIN, SIGNER, at=1).signed_by(as_witness)


def _note(body: str) -> str:
    return f"{body}\n{signed().note.signatures[0]}"


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (f"{ORIGIN}\n1\n", "three lines"),
        (f"{ORIGIN}\n1\n{base64.b64encode(ROOT).decode()}\nmore\n", "three lines"),
        (f"{ORIGIN}\n01\n{base64.b64encode(ROOT).decode()}\n", "`01` is not the size of a tree"),
        (f"{ORIGIN}\n-1\n{base64.b64encode(ROOT).decode()}\n", "is not the size of a tree"),
        (f"{ORIGIN}\n١\n{base64.b64encode(ROOT).decode()}\n", "is not the size of a tree"),
        (f"{ORIGIN}\n1\n{base64.b64encode(ROOT[1:]).decode()}\n", "is not the root of a tree"),
        (f"{ORIGIN}\n1\n%%%\n", "is not the root of a tree"),
        (f"{ORIGIN}\n1\n{base64.b64encode(ROOT).decode()[:-2]}t=\n", "written in one way only"),
        (f"\n1\n{base64.b64encode(ROOT).decode()}\n", "cannot name a key"),
    ],
)
def test_what_is_no_checkpoint_is_refused(body: str, said: str) -> None:
    with pytest.raises(NoteError, match=said):
        parse_checkpoint(_note(body))


def test_what_surrounds_a_checkpoint_is_refused() -> None:
    for text in (f" {signed()}", f"{signed()}\n", str(signed())[:-1], f"\n{signed()}"):
        with pytest.raises(NoteError):
            parse_checkpoint(text)


def test_an_origin_that_cannot_name_a_key_is_not_signed_for() -> None:
    with pytest.raises(NoteError, match="cannot name a key"):
        sign_checkpoint(Checkpoint("two words", 1, ROOT), SIGNER)
