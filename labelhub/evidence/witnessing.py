"""A witness: somebody else's server that sees every checkpoint, keeps the last, and signs that the tree only grew.

The protocol is C2SP tlog-witness (`POST <prefix>/add-checkpoint`). A witness that does not answer delays nothing: the
checkpoint stands without its signature, and the log says so. One whose signature is wrong counts as none.
"""

from __future__ import annotations

import base64
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from residency.ledger.checkpoint import SignedCheckpoint, parse_checkpoint
from residency.ledger.errors import NoteError
from residency.ledger.notes import VerifierKey

PATIENCE: Final = 5.0
LARGEST_ANSWER: Final = 64 * 1024
CONFLICT: Final = 409
Prove = Callable[[int], Sequence[bytes]]


class WitnessError(Exception):
    """The witness did not sign; the message says why."""


@dataclass(slots=True)
class Witness:
    """One witness, by its address and its key; `seen` is the size it is believed to have signed last."""

    url: str
    key: VerifierKey
    seen: int = 0

    def cosign(self, signed: SignedCheckpoint, prove: Prove) -> SignedCheckpoint:
        """Have a checkpoint signed; `prove` gives the consistency proof from a size to it.

        Raises:
            WitnessError: it does not answer, knows another history, or signs something else.
        """
        answer = self._post(signed, self.seen, prove)
        if isinstance(answer, int):  # it says what it has seen: most often we have only been restarted
            answer = self._post(signed, answer, prove)
        if isinstance(answer, int):
            raise WitnessError(f"the witness has seen {answer} entries and does not follow this history")
        try:
            cosigned = parse_checkpoint(str(signed) + answer)
        except NoteError as error:
            raise WitnessError(f"the witness answers no signature: {error}") from error
        if cosigned.cosigned_at(self.key) is None:
            raise WitnessError("the witness's signature is not by the key in `LABELHUB_WITNESS_KEY`")
        self.seen = signed.checkpoint.size
        return cosigned

    def _post(self, signed: SignedCheckpoint, old: int, prove: Prove) -> str | int:
        """Send it; the answer is signature lines, or the size that the witness has seen."""
        if old > signed.checkpoint.size:
            raise WitnessError(f"the witness has seen {old} entries, this checkpoint has {signed.checkpoint.size}")
        proof = "".join(f"{base64.b64encode(one).decode()}\n" for one in (prove(old) if old else ()))
        body = f"old {old}\n{proof}\n{signed}".encode()
        request = urllib.request.Request(f"{self.url}/add-checkpoint", data=body, method="POST")  # noqa: S310  the settings'
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE) as answer:  # noqa: S310  the same
                return str(answer.read(LARGEST_ANSWER).decode())
        except urllib.error.HTTPError as error:
            if error.code == CONFLICT and (size := error.read(40).decode(errors="replace").strip()).isdecimal():
                return int(size)
            raise WitnessError(f"the witness refuses: status {error.code}") from error
        except (OSError, UnicodeDecodeError, ValueError) as error:
            raise WitnessError(f"the witness does not answer: {error}") from error
