"""A compliance officer's pack from the running stack, verified by a stranger who has the verifier and nothing else."""

from __future__ import annotations

import io
import json
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

from tests.journeys.door import eventually, submit
from tests.journeys.people import Held, Somebody

pytestmark = [pytest.mark.journey, pytest.mark.timeout(600)]
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def stranger(tmp_path: Path) -> Path:
    """A folder with a copy of the verifier."""
    shutil.copytree(ROOT / "residency", tmp_path / "away" / "residency")
    return tmp_path / "away"


def verified(stranger: Path, pack: bytes, *more: str) -> tuple[int, dict[str, Any]]:
    (stranger / "pack.zip").write_bytes(pack)
    command = [sys.executable, "-m", "residency.ledger", "verify", "pack.zip", "--json", *more]
    done = subprocess.run(command, cwd=stranger, env={}, capture_output=True, text=True, check=False, timeout=120)
    return done.returncode, json.loads(done.stdout)


def pack_of(officer: Somebody, question: str, name: str) -> bytes:
    asked = submit(officer.client, f"/where-viewed/packs/new/?{question}", name=name)
    assert asked.status_code == 302, asked.text[:2000]
    page = asked.headers["location"]
    eventually(lambda: "Download the pack" in officer.client.get(page).text or None, f"the pack `{name}` to be made")
    answer = officer.client.get(f"{page}file/")
    assert answer.status_code == 200
    return answer.content


def signed_over(officer: Somebody, entry: str) -> dict[str, Any]:
    """The proof of an entry, once a checkpoint is signed over it."""

    def proof() -> dict[str, Any] | None:
        answer = officer.client.get(f"/where-viewed/{entry}/proof.json")
        return answer.json() if answer.status_code == 200 else None

    return eventually(proof, "a checkpoint over the entry")


def test_a_pack_tells_what_was_seen_and_refused_and_a_stranger_verifies_it(
    annotator_in: Somebody, manila_in: Somebody, officer_in: Somebody, held: Held, stranger: Path
) -> None:
    shown = annotator_in.visitor.get(held.media)
    refused = manila_in.visitor.get(held.media)
    assert (shown.status, refused.status) == (200, 403)
    for answer in (shown, refused):
        signed_over(officer_in, answer.header("X-LH-Entry"))
    pack = pack_of(officer_in, f"footage={held.footage}", "What became of one piece of footage")
    code, said = verified(stranger, pack)
    assert code == 0, said
    totals = said["report"]["totals"]
    assert (totals["allowed"] >= 1, totals["denied"] >= 1) == (True, True)
    assert totals["by_place"]["PH"]["denied"] >= 1
    with zipfile.ZipFile(io.BytesIO(pack)) as archive:
        assert any(name.startswith("policies/") for name in archive.namelist())
        assert archive.read("report.pdf").startswith(b"%PDF")


def test_a_pack_states_that_nothing_is_recorded(officer_in: Somebody, held: Held, stranger: Path) -> None:
    question = f"footage={held.footage}&place=FR"
    code, said = verified(stranger, pack_of(officer_in, question, "Never from France"))
    assert code == 0, said
    assert said["report"]["statement"] is not None


def test_the_proof_of_one_entry_is_checked_without_us(
    annotator_in: Somebody, officer_in: Somebody, held: Held, stranger: Path
) -> None:
    entry = annotator_in.visitor.get(held.media).header("X-LH-Entry")
    (stranger / "proof.json").write_text(json.dumps(signed_over(officer_in, entry)))
    command = [sys.executable, "-m", "residency.ledger", "inclusion", "proof.json"]
    assert subprocess.run(command, cwd=stranger, env={}, check=False, timeout=60).returncode == 0
