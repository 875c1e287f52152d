"""Signed notes and keys, against the vectors of the reference implementation, and strictly."""

import base64

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from residency.ledger.errors import NoteError
from residency.ledger.notes import KeyType, Note, VerifierKey, parse_key, parse_note, sign_note, verifier_key

KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
SEED = base64.b64decode("AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz")[1:]
TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
LINE = "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
NOTE = f"{TEXT}\n{LINE}"
ONE_MORE = LINE.replace("PeterNeumann", "EnochRoot")


def test_signing_gives_the_note_of_the_reference_implementation() -> None:
    signer = Ed25519PrivateKey.from_private_bytes(SEED)
    assert str(sign_note(TEXT, "PeterNeumann", signer)) == NOTE
    assert str(verifier_key("PeterNeumann", signer)) == KEY


def test_the_note_of_the_reference_implementation_holds() -> None:
    key, note = parse_key(KEY), parse_note(NOTE)
    assert (str(key), str(note)) == (KEY, NOTE)
    assert note.text == TEXT
    line = note.by(key)
    assert line is not None
    assert key.signed(note.text.encode(), line.blob)
    assert not key.signed(note.text.encode()[:-1], line.blob)
    assert not key.signed(note.text.encode(), line.blob[:-1])


def test_lines_of_other_keys_are_kept_and_not_taken_for_this_one_s() -> None:
    note = parse_note(NOTE + ONE_MORE)
    assert [one.name for one in note.signatures] == ["PeterNeumann", "EnochRoot"]
    other = VerifierKey("EnochRoot", parse_key(KEY).public)
    assert note.by(other) is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        KEY[:-1],
        KEY + "=",
        KEY + "\n",
        " " + KEY,
        KEY.replace("c74f", "C74F"),
        KEY.replace("c74f20a3", "c74f20a4"),
        KEY.replace("+ARpc", "+AhPc"),
        KEY.replace("+c74f20a3", ""),
        KEY.replace("PeterNeumann", ""),
        KEY.replace("PeterNeumann", "Peter Neumann"),
        "PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==",
        "PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "PeterNeumann+c74f20a3+é",
    ],
)
def test_the_text_of_a_key_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(NoteError):
        parse_key(text)


def test_a_key_of_another_kind_has_another_id() -> None:
    signer = Ed25519PrivateKey.from_private_bytes(SEED)
    witness = verifier_key("PeterNeumann", signer, KeyType.COSIGNATURE)
    assert parse_key(str(witness)) == witness
    assert witness.id != parse_key(KEY).id
    with pytest.raises(NoteError, match="cannot name a key"):
        verifier_key("two words", signer)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "a text, an empty line, and signature lines"),
        (TEXT, "a text, an empty line, and signature lines"),
        (f"\n\n{LINE}", "a text, an empty line, and signature lines"),
        (f"{TEXT}\n", "must end with a line end"),
        (NOTE[:-1], "must end with a line end"),
        (f"{NOTE}\n", "must end with a line end"),
        (f"{NOTE}more\n", "is no signature line"),
        (NOTE.replace("— ", "- "), "is no signature line"),
        (NOTE.replace("— PeterNeumann ", "— PeterNeumann  "), "is no signature line"),
        (NOTE.replace("— PeterNeumann ", "— Peter+Neumann "), "is no signature line"),
        (NOTE.replace("— PeterNeumann ", "— "), "is no signature line"),
        (NOTE.replace("x08go/ZJ", "x08go/Z"), "is no signature line"),
        (NOTE.replace("JnAM=", "JnAN="), "is no signature line"),
        (f"{TEXT}\n— PeterNeumann x08gow==\n", "is no signature line"),
        (NOTE.replace("know", "\tknow"), "no control characters"),
        (NOTE.replace("\n", "\r\n"), "a text, an empty line, and signature lines"),
        (f"{NOTE}{LINE}", "a key has signed the same note twice"),
    ],
)
def test_what_is_no_signed_note_is_refused(text: str, said: str) -> None:
    with pytest.raises(NoteError, match=said):
        parse_note(text)


@pytest.mark.parametrize("text", ["no line end", ""])
def test_a_text_that_could_not_be_read_back_is_not_signed(text: str) -> None:
    with pytest.raises(NoteError):
        sign_note(text, "PeterNeumann", Ed25519PrivateKey.from_private_bytes(SEED))


def test_a_note_may_have_empty_lines_in_its_text() -> None:
    signer = Ed25519PrivateKey.from_private_bytes(SEED)
    note = sign_note("one\n\ntwo\n", "PeterNeumann", signer)
    assert parse_note(str(note)) == note == Note("one\n\ntwo\n", note.signatures)
