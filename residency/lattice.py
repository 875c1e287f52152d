"""Facts of what is made from several pieces of footage: the strictest of its inputs, and how that may be lowered.

A fact with a direction joins to its strict end: the most sensitive class, everything that any of them shows, only the
consents that all have. Other facts are kept where all inputs share them and unknown where they differ, which denies.
Jurisdictions of one country join to that country; times join to the span that holds them all. So whatever is allowed
for the joined footage is allowed for every input.

Lowering needs a declassification: a record that something was verifiably taken out of this very rendition.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar

from residency.errors import FactError
from residency.facts import Footage, Sensitivity, require_aware
from residency.places import country_of, is_jurisdiction

_Fact = TypeVar("_Fact")


def join(items: Iterable[Footage], *, footage_id: str) -> Footage:
    """The facts of something made from all these items.

    Raises:
        FactError: there are no items, so there is nothing to know.

    """
    inputs = tuple(items)
    if not inputs:
        raise FactError("nothing to join: no footage was given")
    first, last = _span(inputs)
    return Footage(
        id=footage_id,
        jurisdiction=_joint_jurisdiction({item.jurisdiction for item in inputs}),
        owner=_shared({item.owner for item in inputs}),
        source=_shared({item.source for item in inputs}),
        zone=_shared({item.zone for item in inputs}),
        contract=_shared({item.contract for item in inputs}),
        media_kind=_shared({item.media_kind for item in inputs}),
        sensitivity=_joined([item.sensitivity for item in inputs], max),
        place_tags=_joined([item.place_tags for item in inputs], lambda sets: frozenset().union(*sets)),
        shows=_joined([item.shows for item in inputs], lambda sets: frozenset().union(*sets)),
        consent_scope=_joined([item.consent_scope for item in inputs], lambda sets: frozenset.intersection(*sets)),
        criminal_justice=_joined([item.criminal_justice for item in inputs], any),
        marks=_shared({item.marks for item in inputs}),
        captured_at=first,
        captured_until=last if last != first else None,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Declassification:
    """A record that a rendition was verified to no longer show something, and may be classed lower for that.

    `removed` are words of `footage.shows` that are gone, `sensitivity` the class that remains, `record` names where the
    verification stands written (a ledger entry), `verified_at` and `verified_by` who answers for it and when.
    """

    footage_id: str
    removed: frozenset[str]
    sensitivity: Sensitivity
    record: str
    verified_by: str
    verified_at: datetime

    def __post_init__(self) -> None:
        require_aware(self.verified_at, "declassification.verified_at")
        if not (self.record and self.verified_by and self.removed):
            raise FactError("a declassification names its record, who verified it and what was taken out")


def declassify(footage: Footage, verified: Declassification) -> Footage:
    """The facts of a rendition from which something was verifiably taken out; nothing else about it changes.

    Raises:
        FactError: the record is about other footage, or what was taken out or how sensitive it was is not known.

    """
    if verified.footage_id != footage.id:
        raise FactError(f"the declassification is of `{verified.footage_id}`, not of `{footage.id}`")
    if footage.shows is None or footage.sensitivity is None:
        raise FactError(f"`{footage.id}` cannot be lowered: what it shows or how sensitive it is was never known")
    missing = sorted(verified.removed - footage.shows)
    if missing:
        raise FactError(f"`{footage.id}` never showed {', '.join(f'`{word}`' for word in missing)}")
    lowered = min(footage.sensitivity, verified.sensitivity)
    return replace(footage, shows=footage.shows - verified.removed, sensitivity=lowered)


def _shared(values: set[_Fact | None]) -> _Fact | None:
    """The one value all inputs have, or unknown."""
    return next(iter(values)) if len(values) == 1 else None


def _joined(values: list[_Fact | None], together: Callable[[list[_Fact]], _Fact]) -> _Fact | None:
    """The strict end of all inputs; one unknown makes the whole unknown."""
    known = [value for value in values if value is not None]
    return together(known) if len(known) == len(values) else None


def _span(inputs: tuple[Footage, ...]) -> tuple[datetime | None, datetime | None]:
    """The first and the last moment of all inputs, or unknown."""
    firsts = [item.captured_at for item in inputs if item.captured_at is not None]
    if len(firsts) < len(inputs):
        return None, None
    return min(firsts), max([*firsts, *(item.captured_until for item in inputs if item.captured_until is not None)])


def _joint_jurisdiction(codes: set[str | None]) -> str | None:
    """The narrowest jurisdiction that all inputs lie in, or unknown."""
    known = {code for code in codes if code is not None and is_jurisdiction(code)}
    if known != codes:
        return None
    countries = {country_of(code) for code in known}
    return _shared(set(known)) or _shared(set(countries))
