"""Facts of what is made from several pieces of footage: no more is known of it than holds for every input.

Facts the inputs share are kept. Where they differ the result is unknown, which denies: an unknown fact keeps permits
from matching and makes forbids match. Jurisdictions of one country join to that country. So whatever is allowed for
the joined footage is allowed for every input.
"""

from collections.abc import Iterable
from typing import TypeVar

from residency.errors import FactError
from residency.facts import Footage
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
    return Footage(
        id=footage_id,
        jurisdiction=_joint_jurisdiction({item.jurisdiction for item in inputs}),
        owner=_shared({item.owner for item in inputs}),
        source=_shared({item.source for item in inputs}),
        zone=_shared({item.zone for item in inputs}),
        media_kind=_shared({item.media_kind for item in inputs}),
        marks=_shared({item.marks for item in inputs}),
        captured_at=_shared({item.captured_at for item in inputs}),
    )


def _shared(values: set[_Fact | None]) -> _Fact | None:
    """The one value all inputs have, or unknown."""
    return next(iter(values)) if len(values) == 1 else None


def _joint_jurisdiction(codes: set[str | None]) -> str | None:
    """The narrowest jurisdiction that all inputs lie in, or unknown."""
    known = {code for code in codes if code is not None and is_jurisdiction(code)}
    if known != codes:
        return None
    countries = {country_of(code) for code in known}
    return _shared(set(known)) or _shared(set(countries))
