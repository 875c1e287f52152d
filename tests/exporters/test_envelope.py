"""An envelope says who answers for a set, is built as DSSE and in-toto say, and fits no other set."""

import base64
import json
from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from exporters.envelope import (
    EnvelopeError,
    MalformedEnvelopeError,
    OtherSetError,
    PublicKeyError,
    UnknownSignerError,
    check,
    encoded_to_sign,
    key_id,
    read_public_key,
    sign,
    verified_payload,
)
from exporters.manifest import read_manifest
from residency.ledger.notes import KeyType, verifier_key
from tests.exporters.builders import box, exported, still

SIGNER = Ed25519PrivateKey.from_private_bytes(b"s" * 32)
STRANGER = Ed25519PrivateKey.from_private_bytes(b"t" * 32)
# RFC 8032, section 7.1, TEST 1; DSSE's published vectors are signed with it.
PUBLISHED = Ed25519PrivateKey.from_private_bytes(
    bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
)
SINGLE = {
    "payload": "eyJfdHlwZSI6Imh0dHBzOi8vaW4tdG90by5pby9TdGF0ZW1lbnQvdjEifQ==",
    "payloadType": "application/vnd.in-toto+json",
    "signatures": [
        {
            "sig": "2WAfaHm5jluo0w+0rk8uVkluELJYWjSmU9x7EUzx+AyteDGJ4/nqyJXfmAUVFIAoQafWm7AxBZNw5M9ixNHiCA==",
            "keyid": "A",
        }
    ],
}
URL_SAFE = {
    "payload": "-_-_Pj8=",
    "payloadType": "application/vnd.in-toto+json",
    "signatures": [
        {
            "sig": "P-_KHICeR7tI6S_YyejJTRtrXhcQyQ2LYPaL8h90KjC9qN8HU_svOQ6TuDOT1HIrsGW886DbWNWcCmX5twLrAw==",
            "keyid": "A",
        }
    ],
}


def made(own: str = "f1") -> bytes:
    return exported("coco", still(own, box()))[1]["manifest.json"]


def signed(manifest: bytes, key: Ed25519PrivateKey = SIGNER) -> bytes:
    return sign(manifest, read_manifest(manifest).files, key)


def pem(key: PublicKeyTypes) -> str:
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def sealed(
    payload: object, key: Ed25519PrivateKey = SIGNER, payload_type: str = "application/vnd.in-toto+json"
) -> bytes:
    """Any payload in an envelope with a good signature."""
    data = json.dumps(payload).encode()
    signature = key.sign(encoded_to_sign(payload_type.encode(), data))
    signatures = [{"sig": base64.b64encode(signature).decode()}]
    return json.dumps(
        {"payload": base64.b64encode(data).decode(), "payloadType": payload_type, "signatures": signatures}
    ).encode()


def test_what_is_signed_is_encoded_as_in_the_published_example() -> None:
    encoded = encoded_to_sign(b"http://example.com/HelloWorld", b"hello world")
    assert encoded == b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"


@pytest.mark.parametrize("envelope", [SINGLE, URL_SAFE], ids=["standard base64", "URL-safe base64"])
def test_published_envelopes_are_accepted(envelope: dict[str, Any]) -> None:
    payload = verified_payload(json.dumps(envelope).encode(), PUBLISHED.public_key())
    assert payload == base64.urlsafe_b64decode(envelope["payload"])


def test_the_published_signature_is_the_one_made_here() -> None:
    payload = base64.b64decode(str(SINGLE["payload"]))
    signature = PUBLISHED.sign(encoded_to_sign(str(SINGLE["payloadType"]).encode(), payload))
    assert base64.b64encode(signature).decode() in json.dumps(SINGLE)


def test_a_signed_set_is_checked() -> None:
    manifest = made()
    statement = check(signed(manifest), SIGNER.public_key(), manifest)
    names = [name for name, _ in statement.subjects]
    assert names == ["annotations/instances_default.json", "croissant.json", "manifest.json"]
    assert statement.key_id == key_id(SIGNER.public_key())


def test_the_payload_is_an_in_toto_statement_about_every_file() -> None:
    manifest = made()
    statement = json.loads(verified_payload(signed(manifest), SIGNER.public_key()))
    entry = read_manifest(manifest).files[0]
    assert statement["_type"] == "https://in-toto.io/Statement/v1"
    assert {"name": entry.name, "digest": {"sha256": entry.sha256}} in statement["subject"]
    assert statement["predicate"]["counts"] == json.loads(manifest)["counts"]


def test_signing_again_gives_the_same_bytes() -> None:
    assert signed(made()) == signed(made())


def test_a_strangers_signature_is_refused() -> None:
    with pytest.raises(
        UnknownSignerError, match=f"no signature in it is by the key `{key_id(SIGNER.public_key())[:16]}`"
    ):
        check(signed(made(), STRANGER), SIGNER.public_key(), made())


def test_a_key_id_makes_no_signature_good() -> None:
    envelope = json.loads(signed(made(), STRANGER))
    envelope["signatures"][0]["keyid"] = key_id(SIGNER.public_key())
    with pytest.raises(UnknownSignerError):
        check(json.dumps(envelope).encode(), SIGNER.public_key(), made())


def test_one_good_signature_among_others_is_enough() -> None:
    envelope, other = json.loads(signed(made())), json.loads(signed(made(), STRANGER))
    envelope["signatures"] = [{"sig": "c2hvcnQ="}, *other["signatures"], *envelope["signatures"]]
    found = check(json.dumps(envelope).encode(), SIGNER.public_key(), made())
    assert found == check(signed(made()), SIGNER.public_key(), made())


def test_another_sets_envelope_is_refused() -> None:
    with pytest.raises(OtherSetError, match="for another set"):
        check(signed(made("f1")), SIGNER.public_key(), made("f2"))


def test_files_that_the_manifest_does_not_list_are_not_signed_for() -> None:
    with pytest.raises(OtherSetError, match="not those the manifest lists"):
        sign(made("f1"), read_manifest(made("f2")).files, SIGNER)


@given(st.integers(0, 10_000), st.integers(0, 7))
def test_any_changed_bit_of_the_payload_or_the_signature_is_found(place: int, bit: int) -> None:
    envelope = json.loads(signed(made()))
    payload = bytearray(base64.b64decode(envelope["payload"]))
    signature = bytearray(base64.b64decode(envelope["signatures"][0]["sig"]))
    target = payload if place % 2 else signature
    target[place % len(target)] ^= 1 << bit
    envelope["payload"] = base64.b64encode(payload).decode()
    envelope["signatures"][0]["sig"] = base64.b64encode(signature).decode()
    with pytest.raises(UnknownSignerError):
        check(json.dumps(envelope).encode(), SIGNER.public_key(), made())


def test_a_payload_of_another_kind_is_refused_though_signed() -> None:
    with pytest.raises(MalformedEnvelopeError, match="another kind"):
        check(sealed({}, payload_type="application/json"), SIGNER.public_key(), made())


@pytest.mark.parametrize(
    "payload",
    [
        [],
        {},
        {"_type": "https://in-toto.io/Statement/v1", "predicateType": "https://slsa.dev/provenance/v1", "subject": []},
        {"_type": "x", "predicateType": "y", "subject": [{"name": "a"}]},
    ],
)
def test_a_payload_that_is_no_statement_about_a_set_is_refused_though_signed(payload: object) -> None:
    with pytest.raises(MalformedEnvelopeError, match="statement"):
        check(sealed(payload), SIGNER.public_key(), made())


@pytest.mark.parametrize(
    "envelope",
    [
        b"",
        b"[]",
        b"null",
        b"{}",
        b'{"signatures": 7}',
        b'{"signatures": [7]}',
        b'{"payload": "%%%", "signatures": []}',
        b'{"payload": "YQ", "signatures": []}',
        b'{"payload": "\xc3\xa4", "signatures": []}',
        b'{"payload": "YQ==", "payloadType": 1, "signatures": []}',
    ],
)
def test_what_is_no_envelope_is_refused(envelope: bytes) -> None:
    with pytest.raises(MalformedEnvelopeError, match="no DSSE envelope"):
        check(envelope, SIGNER.public_key(), made())


@given(st.binary(max_size=200))
def test_no_bytes_make_checking_fail_without_a_named_error(envelope: bytes) -> None:
    with pytest.raises(EnvelopeError):
        check(envelope, SIGNER.public_key(), b"")


@pytest.mark.parametrize(
    "form", [pem, lambda _: str(verifier_key("labelhub.example/us", SIGNER))], ids=["PEM", "the ledger's form"]
)
def test_a_public_key_is_read(form: Callable[[Ed25519PublicKey], str]) -> None:
    assert key_id(read_public_key(form(SIGNER.public_key()))) == key_id(SIGNER.public_key())


@pytest.mark.parametrize(
    "text",
    [
        "",
        "key",
        "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n",
        pem(generate_private_key(SECP256R1()).public_key()),
        str(verifier_key("witness", SIGNER, KeyType.COSIGNATURE)),
    ],
    ids=["nothing", "a word", "damaged PEM", "another curve", "a witness's key"],
)
def test_what_is_no_public_key_is_refused(text: str) -> None:
    with pytest.raises(PublicKeyError, match="public key"):
        read_public_key(text)
