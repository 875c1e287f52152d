"""A signature over a training set: an in-toto Statement v1 in a DSSE v1 envelope, signed with Ed25519.

The subjects are the manifest and every file of the set, by name and SHA-256; the predicate says what the manifest says
of the set as a whole. Signing is deterministic, so a set that is built again has the same envelope.

A key id in an envelope is a hint and nothing is decided by it: a signature counts when it verifies by the public key
that the caller trusts. The payload is not looked into before that.
"""

import base64
import hashlib
import re
from binascii import Error as Base64Error
from collections.abc import Iterable
from dataclasses import dataclass

import orjson
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from exporters.errors import ExportError
from exporters.manifest import MANIFEST_NAME, FileEntry, read_manifest
from residency.ledger.errors import NoteError
from residency.ledger.notes import KeyType, VerifierKey, parse_key

ENVELOPE_NAME = "manifest.dsse.json"
PAYLOAD_TYPE = "application/vnd.in-toto+json"
STATEMENT_TYPE = "https://in-toto.io/Statement/v1"
PREDICATE_TYPE = "https://labelhub.example/training-set/v1"
FACTS = ("dataset", "labels", "purpose", "destination", "policy_hash", "format", "tool_version", "counts")
"""What of the manifest is repeated in the predicate; lineage and files are under the manifest's own hash."""
MOST_KEY = 1 << 16
"""Bytes of a file that holds one key."""
BASE64 = re.compile(r"[A-Za-z0-9+/]*={0,2}")


class EnvelopeError(ExportError):
    """Base of what can be wrong with an envelope."""


class MalformedEnvelopeError(EnvelopeError):
    """It is no DSSE envelope, or holds no statement about a training set."""


class UnknownSignerError(EnvelopeError):
    """None of its signatures is by the key it was checked with."""


class OtherSetError(EnvelopeError):
    """It is signed by the key, and about another manifest or other files."""


class PrivateKeyError(EnvelopeError):
    """What was given is no private key of Ed25519 that can be read."""


class PublicKeyError(EnvelopeError):
    """What was given is no public key of Ed25519."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """What somebody signed: each file's name and SHA-256, sorted by name, and who is said to have signed."""

    subjects: tuple[tuple[str, str], ...]
    key_id: str


def encoded_to_sign(payload_type: bytes, payload: bytes) -> bytes:
    """DSSE's pre-authentication encoding: the bytes that are signed."""
    return b" ".join((b"DSSEv1", b"%d" % len(payload_type), payload_type, b"%d" % len(payload), payload))


def key_id(key: Ed25519PublicKey) -> str:
    """How an envelope names a key: SHA-256 of its DER form, in hex."""
    return hashlib.sha256(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).hexdigest()


def read_public_key(text: str) -> Ed25519PublicKey:
    """Read a public key from PEM, or from the form in which the ledger's keys are given out.

    Raises:
        PublicKeyError: it is neither, or of another kind than Ed25519.
    """
    try:
        if text.lstrip().startswith("-----BEGIN"):
            key: object = load_pem_public_key(text.encode())
        else:
            named = parse_key(text.strip())
            key = Ed25519PublicKey.from_public_bytes(named.public) if named.type is KeyType.NOTE else named
    except (ValueError, NoteError, UnsupportedAlgorithm) as error:
        raise PublicKeyError(f"this is no public key, give one as PEM or as `<name>+<id>+<base64>`: {error}") from error
    if not isinstance(key, Ed25519PublicKey):
        raise PublicKeyError("this is a public key of another kind; sets are signed with Ed25519 keys")
    return key


def read_private_key(text: str) -> Ed25519PrivateKey:
    """Read a private key from PEM, not under a password.

    Raises:
        PrivateKeyError: it is none, under a password, or of another kind than Ed25519.
    """
    try:
        key: object = load_pem_private_key(text.encode(), password=None)
    except TypeError as error:
        raise PrivateKeyError("this private key is under a password; give one without") from error
    except (ValueError, UnsupportedAlgorithm) as error:
        # What the reader says of it is left out: it could repeat a part of the key.
        raise PrivateKeyError("this is no private key, give an Ed25519 key as PEM") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise PrivateKeyError("this is a private key of another kind; sets are signed with Ed25519 keys")
    return key


def sign(manifest: bytes, files: Iterable[FileEntry], key: Ed25519PrivateKey) -> bytes:
    """The envelope for a set with this manifest and these files.

    Raises:
        ManifestError: the manifest cannot be read.
        OtherSetError: the files are not those of the manifest.
    """
    subjects = _subjects(manifest, files)
    if subjects != _subjects(manifest, read_manifest(manifest).files):
        raise OtherSetError("the files to sign for are not those the manifest lists; build the set again")
    document = orjson.loads(manifest)
    statement = {
        "_type": STATEMENT_TYPE,
        "subject": [{"name": name, "digest": {"sha256": digest}} for name, digest in subjects],
        "predicateType": PREDICATE_TYPE,
        "predicate": {name: document[name] for name in FACTS},
    }
    payload = orjson.dumps(statement, option=orjson.OPT_SORT_KEYS)
    signature = key.sign(encoded_to_sign(PAYLOAD_TYPE.encode(), payload))
    envelope = {
        "payload": base64.b64encode(payload).decode(),
        "payloadType": PAYLOAD_TYPE,
        "signatures": [{"keyid": key_id(key.public_key()), "sig": base64.b64encode(signature).decode()}],
    }
    return orjson.dumps(envelope, option=orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE)


def check(envelope: bytes, public_key: Ed25519PublicKey, manifest: bytes) -> Statement:
    """What the holder of the key signed about the set with this manifest.

    Raises:
        MalformedEnvelopeError: this is no envelope about a training set.
        UnknownSignerError: the key signed nothing in it.
        OtherSetError: the key signed another manifest, or other files than this one lists.
        ManifestError: the manifest cannot be read.
    """
    payload = verified_payload(envelope, public_key)
    subjects = _read_statement(payload)
    if subjects != _subjects(manifest, read_manifest(manifest).files):
        raise OtherSetError("the signature is good and for another set: its manifest or its files have other hashes")
    return Statement(subjects=subjects, key_id=key_id(public_key))


def verified_payload(envelope: bytes, public_key: Ed25519PublicKey) -> bytes:
    """The payload of an envelope, after a signature of it was verified by the key.

    Raises:
        MalformedEnvelopeError: this is no envelope, or one with another kind of payload.
        UnknownSignerError: the key signed nothing in it.
    """
    payload_type, payload, signatures = _opened(envelope)
    signed = encoded_to_sign(payload_type.encode(), payload)
    # The ledger's keys verify the same way; the name plays no part in it.
    verifier = VerifierKey("-", public_key.public_bytes_raw())
    if not any(verifier.signed(signed, one) for one in signatures):
        raise UnknownSignerError(f"no signature in it is by the key `{key_id(public_key)[:16]}`")
    if payload_type != PAYLOAD_TYPE:
        raise MalformedEnvelopeError(f"the payload is of another kind than `{PAYLOAD_TYPE}`")
    return payload


def _opened(envelope: bytes) -> tuple[str, bytes, list[bytes]]:
    try:
        document = orjson.loads(envelope)
        payload_type = document.get("payloadType", "")
        payload = _bytes(document.get("payload", ""))
        signatures = [_bytes(one["sig"]) for one in document["signatures"]]
        payload_type.encode()
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise MalformedEnvelopeError(f"this is no DSSE envelope: {error}") from error
    return payload_type, payload, signatures


def _bytes(text: str) -> bytes:
    """Bytes from base64 in either alphabet, as a verifier has to accept both."""
    plain = text.replace("-", "+").replace("_", "/")
    if not BASE64.fullmatch(plain):
        raise Base64Error("something is no base64")
    return base64.b64decode(plain, validate=True)


def _read_statement(payload: bytes) -> tuple[tuple[str, str], ...]:
    try:
        statement = orjson.loads(payload)
        kinds = statement["_type"], statement["predicateType"]
        subjects = sorted((one["name"], one["digest"]["sha256"]) for one in statement["subject"])
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise MalformedEnvelopeError(f"the payload is no in-toto statement: {error}") from error
    if kinds != (STATEMENT_TYPE, PREDICATE_TYPE):
        raise MalformedEnvelopeError(f"the statement is of other types than `{STATEMENT_TYPE}`, `{PREDICATE_TYPE}`")
    return tuple(subjects)


def _subjects(manifest: bytes, files: Iterable[FileEntry]) -> tuple[tuple[str, str], ...]:
    own = (MANIFEST_NAME, hashlib.sha256(manifest).hexdigest())
    return tuple(sorted([own, *((file.name, file.sha256) for file in files)]))
