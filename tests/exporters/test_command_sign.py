"""A set that was made with a key is checked with its public half, and every other answer is a refusal."""

import io
import json
import zipfile
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from exporters import ZipSink, write_export
from exporters.verify import Signed, verify, verify_signature
from tests.exporters.builders import box, cleared, dataset, still
from tests.exporters.exports import Ran, converted, lines, task

SIGNER = Ed25519PrivateKey.from_private_bytes(b"s" * 32)
STRANGER = Ed25519PrivateKey.from_private_bytes(b"t" * 32)


def private(path: Path, key: Ed25519PrivateKey = SIGNER) -> str:
    path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return str(path)


def public(path: Path, key: Ed25519PrivateKey = SIGNER) -> str:
    path.write_bytes(key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    return str(path)


def test_a_signed_set_is_verified_by_its_key(tmp_path: Path) -> None:
    assert converted(tmp_path, lines([task(1)]), "--sign-key", private(tmp_path / "key.pem")).code == 0
    ran = Ran(tmp_path, "verify", "--key", public(tmp_path / "key.pub"), str(tmp_path / "set.zip"))
    assert (ran.code, ran.out.decode().splitlines()) == (
        0,
        ["`set.zip` is what its manifest says", "signature: verified by the key given"],
    )


def test_a_set_signed_by_another_key_is_refused(tmp_path: Path) -> None:
    converted(tmp_path, lines([task(1)]), "--sign-key", private(tmp_path / "key.pem", STRANGER))
    ran = Ran(tmp_path, "verify", "--key", public(tmp_path / "key.pub"), str(tmp_path / "set.zip"))
    assert ran.code == 1
    assert "signature: signed by an unknown key: no signature in it is by the key" in ran.out.decode()


def test_a_set_without_a_signature_is_refused_where_a_key_is_given(tmp_path: Path) -> None:
    converted(tmp_path, lines([task(1)]))
    path = str(tmp_path / "set.zip")
    ran = Ran(tmp_path, "verify", "--json", "--key", public(tmp_path / "key.pub"), path)
    assert ran.code == 1
    assert json.loads(ran.out)["signature"] == {"signed": "not signed", "why": ""}
    assert Ran(tmp_path, "verify", path).code == 0


def test_a_signed_set_with_another_file_in_place_of_one_is_not_intact(tmp_path: Path) -> None:
    folder = tmp_path / "plain"
    key = private(tmp_path / "key.pem")
    asked = ["convert", "--config", "CONFIG", "--format", "yolo", "--out", str(folder), "--sign-key", key, "-"]
    assert Ran(tmp_path, *asked, given=lines([task(1)])).code == 0
    (folder / "data.yaml").write_text("train: elsewhere\n")
    ran = Ran(tmp_path, "verify", "--key", public(tmp_path / "key.pub"), str(folder))
    assert ran.code == 1
    assert "signature: verified by the key given" in ran.out.decode()


@pytest.mark.parametrize(
    ("held", "says"),
    [
        (b"no key", "this is no private key"),
        (bytes(range(256)), "`key.pem` holds no key: it is no text"),
        (
            SIGNER.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"word")),
            "this private key is under a password",
        ),
        (
            generate_private_key(SECP256R1()).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()),
            "this is a private key of another kind",
        ),
    ],
)
def test_a_file_that_holds_no_usable_key_is_refused_before_anything_is_written(
    tmp_path: Path, held: bytes, says: str
) -> None:
    (tmp_path / "key.pem").write_bytes(held)
    ran = converted(tmp_path, lines([task(1)]), "--sign-key", str(tmp_path / "key.pem"))
    assert ran.code == 1
    assert says in ran.says
    assert not (tmp_path / "set.zip").exists()


def test_a_cleared_set_is_signed_too(tmp_path: Path) -> None:
    archive = io.BytesIO()
    write_export(dataset(still("f1", box())), cleared("f1"), "coco", ZipSink(archive), signing_key=SIGNER)
    (tmp_path / "set.zip").write_bytes(archive.getvalue())
    assert verify(tmp_path / "set.zip") == ()
    assert verify_signature(tmp_path / "set.zip", SIGNER.public_key()).signed is Signed.VERIFIED


def test_a_set_signed_twice_is_the_same_bytes(tmp_path: Path) -> None:
    key = private(tmp_path / "key.pem")
    made = []
    for _ in range(2):
        converted(tmp_path, lines([task(1)]), "--sign-key", key)
        made.append((tmp_path / "set.zip").read_bytes())
        (tmp_path / "set.zip").unlink()
    assert made[0] == made[1]
    with zipfile.ZipFile(io.BytesIO(made[0])) as archive:
        assert archive.namelist()[-2:] == ["manifest.json", "manifest.dsse.json"]
