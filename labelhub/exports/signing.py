"""The key that training sets are signed with, and what is given to whoever verifies them.

It is derived from the ledger's key, which never changes, under a label of its own: no ledger is signed by it, and who
has it learns nothing of the other.
"""

from __future__ import annotations

import hmac

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings

from residency.ledger.notes import VerifierKey

LABEL = b"labelhub training sets, Ed25519, 1"


def signing_key() -> Ed25519PrivateKey:
    """The private key; it is made anew for each use and kept nowhere."""
    return Ed25519PrivateKey.from_private_bytes(hmac.digest(settings.LEDGER_KEY, LABEL, "sha256"))


def public_key() -> VerifierKey:
    """The public key with its name, in the form in which the ledger's keys are given out."""
    public = signing_key().public_key().public_bytes_raw()
    return VerifierKey(name=f"{settings.LEDGER_NAME}/sets", public=public)
