"""What packs ask of the apps above this one: the policies of a time, and which footage is whose.

Told once, when the service starts. Until then nothing is known, and a pack that needs it cannot be made.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


class NotToldError(RuntimeError):
    """A pack was asked for before the service was told who answers."""


@dataclass(frozen=True, slots=True)
class PolicyTexts:
    """The policies in force at a time: their canonical bytes, and the hashes their set's hash is made from."""

    documents: tuple[bytes, ...]
    hashes: tuple[str, ...]


class Rulebook(Protocol):
    """Whoever knows the policies."""

    def texts_at(self, at: datetime) -> PolicyTexts:
        """Give the policies in force at a time; empty where there were none."""


class Holdings(Protocol):
    """Whoever knows the footage."""

    def of_owner(self, owner: str) -> Sequence[str]:
        """Give the ids of all footage of an owner."""


_rulebook: list[Rulebook] = []
_holdings: list[Holdings] = []


def tell_rulebook(known: Rulebook) -> None:
    """Say who knows the policies."""
    _rulebook[:] = [known]


def tell_holdings(known: Holdings) -> None:
    """Say who knows the footage."""
    _holdings[:] = [known]


def rulebook() -> Rulebook:
    """Give whoever knows the policies.

    Raises:
        NotToldError: the service was not told.
    """
    if not _rulebook:
        raise NotToldError("it is not known who knows the policies")
    return _rulebook[0]


def holdings() -> Holdings:
    """Give whoever knows the footage.

    Raises:
        NotToldError: the service was not told.
    """
    if not _holdings:
        raise NotToldError("it is not known who knows the footage")
    return _holdings[0]
