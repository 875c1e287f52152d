"""Whether a set is signed, and by whom, is answered apart from whether its files are whole."""

import shutil
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from exporters import DirectorySink, ZipSink, verify, write_export
from exporters.envelope import ENVELOPE_NAME, sign
from exporters.errors import ManifestError
from exporters.manifest import read_manifest
from exporters.verify import SignatureFinding, Signed, verify_signature
from tests.exporters.builders import box, cleared, dataset, jpeg, still

SIGNER = Ed25519PrivateKey.from_private_bytes(b"s" * 32)
STRANGER = Ed25519PrivateKey.from_private_bytes(b"t" * 32)


def written(folder: Path, own: str = "f1", *, key: Ed25519PrivateKey | None = SIGNER) -> Path:
    path = folder / own
    write_export(dataset(still(own, box(), data=jpeg())), cleared(own), "coco", DirectorySink(path))
    if key is not None:
        manifest = (path / "manifest.json").read_bytes()
        (path / ENVELOPE_NAME).write_bytes(sign(manifest, read_manifest(manifest).files, key))
    return path


def test_a_set_signed_by_the_key_is_verified(tmp_path: Path) -> None:
    assert verify_signature(written(tmp_path), SIGNER.public_key()) == SignatureFinding(Signed.VERIFIED)


def test_an_archive_signed_by_the_key_is_verified(tmp_path: Path) -> None:
    path = tmp_path / "set.zip"
    with path.open("wb") as out:
        manifest = write_export(dataset(still("f1", box())), cleared("f1"), "coco", ZipSink(out))
    shutil.unpack_archive(path, tmp_path / "again")
    envelope = sign((tmp_path / "again" / "manifest.json").read_bytes(), manifest.files, SIGNER)
    (tmp_path / "again" / ENVELOPE_NAME).write_bytes(envelope)
    packed = Path(shutil.make_archive(str(tmp_path / "signed"), "zip", tmp_path / "again"))
    assert verify_signature(packed, SIGNER.public_key()).signed is Signed.VERIFIED


def test_the_envelope_is_no_file_too_many(tmp_path: Path) -> None:
    assert verify(written(tmp_path)) == ()


def test_a_set_without_an_envelope_is_not_signed(tmp_path: Path) -> None:
    assert verify_signature(written(tmp_path, key=None), SIGNER.public_key()).signed is Signed.NOT_SIGNED


def test_a_strangers_signature_is_by_an_unknown_key(tmp_path: Path) -> None:
    found = verify_signature(written(tmp_path, key=STRANGER), SIGNER.public_key())
    assert (found.signed, found.why.split(" by ")[0]) == (Signed.UNKNOWN_KEY, "no signature in it is")


def test_without_a_key_every_signature_is_by_an_unknown_one(tmp_path: Path) -> None:
    found = verify_signature(written(tmp_path))
    assert found == SignatureFinding(Signed.UNKNOWN_KEY, "no key was given to check it by")


def test_another_sets_envelope_is_no_signature_of_this_set(tmp_path: Path) -> None:
    path, other = written(tmp_path, "f1"), written(tmp_path, "f2")
    shutil.copy(other / ENVELOPE_NAME, path / ENVELOPE_NAME)
    assert verify_signature(path, SIGNER.public_key()).signed is Signed.NOT_THIS_SET


def test_a_manifest_changed_after_signing_is_found(tmp_path: Path) -> None:
    path = written(tmp_path)
    manifest = path / "manifest.json"
    manifest.write_bytes(manifest.read_bytes().replace(b'"purpose": "ml-training"', b'"purpose": "anything"'))
    assert (verify(path), verify_signature(path, SIGNER.public_key()).signed) == ((), Signed.NOT_THIS_SET)


def test_a_damaged_envelope_is_no_signature_of_this_set(tmp_path: Path) -> None:
    path = written(tmp_path)
    (path / ENVELOPE_NAME).write_bytes(b"{}")
    assert verify_signature(path, SIGNER.public_key()).signed is Signed.NOT_THIS_SET


def test_a_changed_file_leaves_the_signature_good_and_is_found_by_its_hash(tmp_path: Path) -> None:
    path = written(tmp_path)
    (path / "images" / "f1.jpg").unlink()
    assert verify(path) == ("`images/f1.jpg` is missing",)
    assert verify_signature(path, SIGNER.public_key()).signed is Signed.VERIFIED


def test_a_set_without_a_manifest_has_no_signature_to_check(tmp_path: Path) -> None:
    with pytest.raises(ManifestError, match=r"has no `manifest\.json`"):
        verify_signature(tmp_path)
