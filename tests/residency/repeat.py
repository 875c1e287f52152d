"""The seed of random tests: their own, or that of a failure that is to be repeated."""

from __future__ import annotations

import os


def seed_given(otherwise: int) -> int:
    """The seed of `LABELHUB_SEED`, which a failure prints, or the one given here."""
    return int(os.environ.get("LABELHUB_SEED", otherwise))
