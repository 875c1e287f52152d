"""Numbering and signing in tests that run no sequencer and no signer's process: the same code, called directly."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.utils import timezone

from labelhub.evidence import checkpoints, pack_actions
from labelhub.evidence.models import Checkpoint, EvidencePack
from labelhub.evidence.pack_actions import make_pack as write_pack
from labelhub.evidence.sequencing import sequence
from labelhub.signer.keys import Keys
from residency.ledger.checkpoint import Checkpoint as Head
from residency.ledger.checkpoint import SignedCheckpoint
from residency.ledger.question import Question, question_words


class OwnSigner:
    """The signer without its socket."""

    def __init__(self, keys: Keys) -> None:
        self.keys = keys

    def sign(self, wanted: Head, proof: Sequence[bytes]) -> SignedCheckpoint:
        return self.keys.sign(wanted, proof, at=datetime.now(UTC))

    def last(self, origin: str) -> Head | None:
        last = self.keys.last(origin)
        return last.checkpoint if last else None

    def key_log(self, origin: str) -> str:
        return self.keys.key_log(origin, at=datetime.now(UTC))


@contextmanager
def own_signer() -> Iterator[OwnSigner]:
    """A signer with keys of its own."""
    with tempfile.TemporaryDirectory() as folder:
        keys = Keys(Path(folder))
        yield OwnSigner(keys)
        keys.close()


def sign(ledger: str, signer: OwnSigner | None = None) -> Checkpoint | None:
    """Number what waits in a ledger and have it signed."""
    if signer is None:
        with own_signer() as fresh:
            return sign(ledger, fresh)
    while sequence(ledger, at=timezone.now()):
        pass
    return checkpoints.sign(ledger, signer, at=timezone.now())  # type: ignore[arg-type]  # it answers the same


def make_pack(owner: str = "", question: Question | None = None, signer: OwnSigner | None = None) -> EvidencePack:
    """A pack that is made."""
    if signer is None:
        with own_signer() as fresh:
            return make_pack(owner, question, fresh)
    asked = question or Question(actions=("media:view:allowed", "media:view:denied"), owner=owner or None)
    pack = EvidencePack.objects.create(
        name="What was seen", question=asked.as_json(), words=list(question_words(asked)), asked_by="p-somebody",
        owner=owner, asked_at=timezone.now(),
    )  # fmt: skip
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pack_actions, "Signer", lambda _: signer)
        write_pack(pack, now=timezone.now)
    assert pack.state == EvidencePack.State.MADE, pack.problem
    return pack
