"""A pack that the service makes is verified by the verifier alone; one that was touched is not."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import timezone

from labelhub.accounts import place
from labelhub.accounts.models import Person
from labelhub.evidence import pack_actions
from labelhub.evidence.models import PERSONAL_COLUMNS, EvidencePack, LedgerAction, LedgerEntry, Outcome
from labelhub.evidence.pack_actions import file_of
from labelhub.evidence.proofs import proof_of
from labelhub.policies.models import PolicyVersion
from residency.ledger.leaf import owner_key, time_text
from residency.ledger.question import Question
from tests import factories, signing
from tests.labelhub.evidence import entries

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).resolve().parents[3]
VIEWS = ("media:view:allowed", "media:view:denied")
NO_POLICY = {"policy_hash": "", "inputs_hash": ""}


@pytest.fixture
def signer() -> Iterator[signing.OwnSigner]:
    with signing.own_signer() as signer:
        yield signer


@pytest.fixture
def verifier(tmp_path: Path) -> Path:
    """A folder with the verifier in it and nothing else of the project."""
    shutil.copytree(ROOT / "residency", tmp_path / "away" / "residency")
    return tmp_path / "away"


def verify(pack: Path, verifier: Path, *more: str) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-m", "residency.ledger", "verify", str(pack), *more],
        cwd=verifier, capture_output=True, text=True, check=False,
    )  # fmt: skip
    return done.returncode, done.stdout + done.stderr


def seen(**fields: object) -> LedgerEntry:
    return entries.view(at=timezone.now(), **{**NO_POLICY, **fields})


def test_a_pack_of_the_service_is_verified_by_the_verifier_alone(signer: signing.OwnSigner, verifier: Path) -> None:
    for number in range(30):
        seen(allowed=bool(number % 3), person=f"p-{number}", address="192.0.2.7", session="s" * 64)
    signing.sign("us", signer)
    pack = signing.make_pack(signer=signer)
    code, said = verify(file_of(pack), verifier)
    assert code == 0, said
    assert pack.entries == 30
    report = json.loads(verify(file_of(pack), verifier, "--json")[1])
    assert report["report"]["totals"]["allowed"] == 20


def test_what_happened_under_real_policies_is_verified_with_their_texts(
    demo_policy: PolicyVersion, us_annotator: Person, signer: signing.OwnSigner, verifier: Path
) -> None:
    place._known.cache_clear()  # what a test before kept, it took back
    footage = factories.make_footage(factories.make_source())
    assert factories.signed_in(us_annotator).get(f"/media/{footage.pk}/original").status_code == 403
    signing.sign("us", signer)
    pack = signing.make_pack(signer=signer)
    with zipfile.ZipFile(file_of(pack)) as archive:
        policies = [name for name in archive.namelist() if name.startswith("policies/")]
        databases = json.loads(archive.read("geoip.json"))["databases"]
    assert len(policies) >= 2
    assert len(databases) == 2
    code, said = verify(file_of(pack), verifier)
    assert code == 0, said


def test_an_owners_pack_opens_their_entries_and_hides_the_others(signer: signing.OwnSigner, verifier: Path) -> None:
    factories.make_source()
    seen(footage="theirs", owner="golden-coast")
    seen(footage="others", owner="stadtverkehr", source="cam-de-1")
    signing.sign("us", signer)
    pack = signing.make_pack(owner="golden-coast", signer=signer)
    assert pack.entries == 1
    with zipfile.ZipFile(file_of(pack)) as archive:
        everything = b"".join(archive.read(name) for name in archive.namelist())
    assert b"cam-ca-1" in everything
    for secret in (b"stadtverkehr", b"cam-de-1", b"p-somebody"):
        assert secret not in everything
    code, said = verify(file_of(pack), verifier, "--owner-key", owner_key(settings.LEDGER_KEY, "golden-coast").hex())
    assert code == 0, said
    assert verify(file_of(pack), verifier)[0] == 3, "without a key that the pack did not bring, nobody can tell"


def test_an_owner_is_shown_their_key_and_an_officer_nobodys(owner: Person, officer: Person) -> None:
    key = owner_key(settings.LEDGER_KEY, "golden-coast").hex()
    assert key in factories.signed_in(owner).get("/where-viewed/packs/").content.decode()
    assert "Your key" not in factories.signed_in(officer).get("/where-viewed/packs/").content.decode()


def test_a_pack_says_that_nothing_is_recorded_and_one_contrary_entry_breaks_it(
    signer: signing.OwnSigner, verifier: Path, tmp_path: Path
) -> None:
    seen(place="US")
    signing.sign("us", signer)
    question = Question(actions=VIEWS, outside_of="US", since=None)
    pack = signing.make_pack(question=question, signer=signer)
    assert (pack.entries, pack.is_negative) == (0, True)
    assert verify(file_of(pack), verifier)[0] == 0
    seen(place="PH", footage="f1")
    signing.sign("us", signer)
    contrary = signing.make_pack(question=question, signer=signer)
    assert (contrary.entries, contrary.is_negative) == (1, False)
    forged = tmp_path / "forged.zip"
    with zipfile.ZipFile(file_of(pack)) as old, zipfile.ZipFile(file_of(contrary)) as new:
        _copy(new, forged, {name: old.read(name) for name in ("report.json", "report.html", "report.pdf")})
    code, said = verify(forged, verifier)
    assert code == 1
    assert "statement-false" in said


def test_erasing_a_person_by_law_breaks_no_pack(signer: signing.OwnSigner, verifier: Path) -> None:
    entry = seen(person="p-gone", address="192.0.2.7")
    seen(person="p-stays")
    signing.sign("us", signer)
    LedgerEntry.objects.filter(pk=entry.pk).update(**dict.fromkeys(PERSONAL_COLUMNS, ""))
    pack = signing.make_pack(signer=signer)
    assert verify(file_of(pack), verifier)[0] == 0
    assert pack.entries == 2


def test_a_question_from_a_time_on_needs_no_older_leaves(signer: signing.OwnSigner, verifier: Path) -> None:
    for _ in range(5):
        seen()
    signing.sign("us", signer)
    since = timezone.now() + timedelta(hours=1)
    pack = signing.make_pack(question=Question(actions=VIEWS, since=time_text(since)), signer=signer)
    with zipfile.ZipFile(file_of(pack)) as archive:
        assert len(archive.read("ledgers/us/leaves.jsonl").splitlines()) == 1
    assert verify(file_of(pack), verifier)[0] == 0


def test_the_proof_of_one_entry_holds(signer: signing.OwnSigner, verifier: Path, tmp_path: Path) -> None:
    found = [seen() for _ in range(9)][4]
    signing.sign("us", signer)
    proof = proof_of(LedgerEntry.objects.get(pk=found.pk))
    file = tmp_path / "proof.json"
    file.write_text(json.dumps(proof))
    command = [sys.executable, "-m", "residency.ledger", "inclusion", str(file)]
    assert subprocess.run(command, cwd=verifier, check=False, capture_output=True).returncode == 0
    file.write_text(json.dumps(proof | {"leaf": str(proof["leaf"]).replace("allowed", "denied")}))
    assert subprocess.run(command, cwd=verifier, check=False, capture_output=True).returncode == 1


def _copy(archive: zipfile.ZipFile, target: Path, changed: dict[str, bytes]) -> None:
    with zipfile.ZipFile(target, "w") as out:
        for name in archive.namelist():
            out.writestr(name, changed.get(name, archive.read(name)))


def test_an_owners_pack_finds_what_concerns_them_and_no_single_piece(signer: signing.OwnSigner) -> None:
    seen(owner="golden-coast", footage="", action=LedgerAction.FOOTAGE_SOURCE_CHANGED)
    signing.sign("us", signer)
    question = Question(actions=(LedgerAction.FOOTAGE_SOURCE_CHANGED.value,), owner="golden-coast")
    assert signing.make_pack(owner="golden-coast", question=question, signer=signer).entries == 1


def test_a_pack_that_was_removed_while_it_was_made_does_not_come_back(signer: signing.OwnSigner) -> None:
    seen()
    signing.sign("us", signer)
    pack = signing.make_pack(signer=signer)
    gone = EvidencePack.objects.get(pk=pack.pk)
    EvidencePack.objects.filter(pk=pack.pk).delete()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pack_actions, "Signer", lambda _: signer)
        pack_actions.make_pack(gone, now=timezone.now)
    assert not EvidencePack.objects.exists()
    assert not list(file_of(gone).parent.glob(f"{gone.pk}*"))


def test_an_entry_of_a_clock_that_is_ahead_is_numbered_when_it_happened(
    signer: signing.OwnSigner, verifier: Path
) -> None:
    entries.view(at=timezone.now() + timedelta(seconds=20), **NO_POLICY)
    signing.sign("us", signer)
    code, said = verify(file_of(signing.make_pack(signer=signer)), verifier)
    assert code == 0, said


def test_a_draft_that_decided_nothing_needs_no_text_in_a_pack(signer: signing.OwnSigner, verifier: Path) -> None:
    entries.view(
        at=timezone.now(), action=LedgerAction.POLICY_DRAFT_WRITTEN, outcome=Outcome.NONE, policy_hash="d" * 64,
        inputs_hash="", footage="", owner="",
    )  # fmt: skip
    signing.sign("us", signer)
    code, said = verify(file_of(signing.make_pack(question=Question(), signer=signer)), verifier)
    assert code == 0, said


def test_an_owner_asks_for_packs_of_views_alone(owner: Person) -> None:
    page = factories.signed_in(owner).get("/where-viewed/packs/new/?action=anything")
    assert page.status_code == 400
    assert "an owner’s pack is about views".lower() in page.content.decode().lower()
