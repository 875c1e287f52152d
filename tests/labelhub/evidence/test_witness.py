"""A witness's signature is kept with the checkpoint; a witness that is away, lost or lying delays nothing."""

from __future__ import annotations

import base64
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.utils import timezone

from labelhub.evidence import checkpoints
from labelhub.evidence.models import Checkpoint
from labelhub.evidence.sequencing import sequence
from labelhub.evidence.witnessing import Witness
from residency.ledger.checkpoint import Checkpoint as Head
from residency.ledger.checkpoint import cosign, parse_checkpoint
from residency.ledger.errors import ProofError
from residency.ledger.notes import KeyType, verifier_key
from residency.ledger.tree import verify_consistency
from tests import signing
from tests.labelhub.evidence import entries

pytestmark = pytest.mark.django_db
NAME = "witness.test"


@dataclass
class Town:
    """A witness that follows C2SP tlog-witness."""

    key: Ed25519PrivateKey
    heads: dict[str, Head] = field(default_factory=dict)
    asked: int = 0

    def answer(self, body: str) -> tuple[int, str]:
        self.asked += 1
        first, _, rest = body.partition("\n")
        proof, _, note = rest.partition("\n\n") if not rest.startswith("\n") else ("", "", rest[1:])
        signed, old = parse_checkpoint(note), int(first.removeprefix("old "))
        head, known = signed.checkpoint, self.heads.get(signed.checkpoint.origin, None)
        if old != (known.size if known else 0):
            return 409, f"{known.size if known else 0}\n"
        try:
            hashes = [base64.b64decode(line) for line in proof.split("\n") if line]
            if known:
                verify_consistency(old=known.size, old_root=known.root, new=head.size, new_root=head.root, proof=hashes)
        except ProofError:
            return 422, ""
        self.heads[head.origin] = head
        line = cosign(signed, NAME, self.key, at=1_790_000_000).note.signatures[-1]
        return 200, str(line)


@pytest.fixture
def town() -> Town:
    return Town(Ed25519PrivateKey.generate())


@pytest.fixture
def address(town: Town) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            status, text = town.answer(body) if self.path == "/add-checkpoint" else (404, "")
            self.send_response(status)
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def signed(witness: Witness, signer: signing.OwnSigner) -> Checkpoint:
    entries.view(at=timezone.now())
    sequence("us", at=timezone.now())
    found = checkpoints.sign("us", signer, at=timezone.now(), witness=witness)  # type: ignore[arg-type]  # it answers the same
    assert found is not None
    return found


def cosigned(found: Checkpoint, witness: Witness) -> bool:
    return parse_checkpoint(found.text).cosigned_at(witness.key) == 1_790_000_000


def test_a_witness_follows_the_growing_tree(town: Town, address: str) -> None:
    witness = Witness(address, verifier_key(NAME, town.key, KeyType.COSIGNATURE))
    with signing.own_signer() as signer:
        assert all(cosigned(signed(witness, signer), witness) for _ in range(4))
        assert town.asked == 4
        restarted = Witness(address, witness.key)
        assert cosigned(signed(restarted, signer), witness)
        assert town.asked == 6


def test_a_witness_that_knows_another_history_signs_nothing(town: Town, address: str) -> None:
    witness = Witness(address, verifier_key(NAME, town.key, KeyType.COSIGNATURE))
    with signing.own_signer() as signer:
        found = signed(witness, signer)
        town.heads[checkpoints.origin_of("us")] = Head(checkpoints.origin_of("us"), found.size, b"\x07" * 32)
        assert not cosigned(signed(witness, signer), witness)


def test_a_witness_with_another_key_counts_as_none(address: str) -> None:
    witness = Witness(address, verifier_key(NAME, Ed25519PrivateKey.generate(), KeyType.COSIGNATURE))
    with signing.own_signer() as signer:
        found = signed(witness, signer)
    assert len(parse_checkpoint(found.text).note.signatures) == 1


def test_a_witness_that_is_away_delays_no_checkpoint(town: Town) -> None:
    witness = Witness("http://127.0.0.1:1", verifier_key(NAME, town.key, KeyType.COSIGNATURE))
    with signing.own_signer() as signer:
        assert len(parse_checkpoint(signed(witness, signer).text).note.signatures) == 1
