"""From signals about a connection to a place and how well it is known.

| Level | Requires |
|---|---|
| LA0 | nothing: the place is unknown, and nothing may be seen from it |
| LA1 | two address databases of these 30 days name the same country, and the connection is known to be not anonymised |
| LA2 | LA1, an attested place of work of these 90 days that agrees, and a second factor |
| LA3 | LA2, an allow-listed network that agrees or a managed device, and a passkey bound to its device |
| LA4 | LA3, a supervised site, and the person's identity proved anew within 30 days |

A level is earned step by step: a signal that is missing or disagrees lowers the level and never raises it. An address
says a country, never a part of one; only an allow-listed network at LA3 makes a place finer than a country.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Final

from residency.places import AssuranceLevel, Place, country_of, is_jurisdiction, overlaps

ANONYMISED: Final = "the connection comes through an anonymising network"
# What a level takes, in words for the person asking, who knows no level by its name.
TAKEN: Final = {
    AssuranceLevel.LA0: "a connection whose country is known",
    AssuranceLevel.LA1: "two address databases that name the same country, and no anonymising network",
    AssuranceLevel.LA2: "an attested place of work that agrees, stated within 90 days, and a second factor",
    AssuranceLevel.LA3: "an attested place of work that agrees, an allow-listed network that agrees or a managed "
    "device, and a passkey bound to its device",
    AssuranceLevel.LA4: "a supervised site, a passkey bound to its device, and your identity proved within 30 days",
}
OLDEST_DATABASE: Final = timedelta(days=30)
OLDEST_ATTESTATION: Final = timedelta(days=90)
OLDEST_PROOF: Final = timedelta(days=30)


class MfaKind(StrEnum):
    """Which second factor the person signed in with; a passkey here is one bound to its device."""

    TOTP = "totp"
    PASSKEY = "passkey"


class Device(StrEnum):
    """What is known of the device: somebody's own, one with its manager's certificate, or one under supervision."""

    UNMANAGED = "unmanaged"
    MANAGED = "managed"
    SUPERVISED = "supervised"


@dataclass(frozen=True, slots=True, kw_only=True)
class Signals:
    """What is known about where a connection comes from; `None` means not known.

    `primary` and `secondary` are the country codes of two GeoIP sources, `databases_age` the age of the older one.
    `allow_listed_in` is the jurisdiction of the allow-listed network the address belongs to, `attested_in` the attested
    place of work if it is in date, `attestation_age` how long ago that was stated, and `identity_age` how long ago the
    person's identity was last proved.
    """

    primary: str | None = None
    secondary: str | None = None
    databases_age: timedelta | None = None
    anonymiser: bool | None = None
    allow_listed_in: str | None = None
    attested_in: str | None = None
    attestation_age: timedelta | None = None
    mfa: MfaKind | None = None
    device: Device | None = None
    identity_age: timedelta | None = None


@dataclass(frozen=True, slots=True)
class _Findings:
    """What stands between a place and the next level up."""

    disagreements: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()

    @property
    def clear(self) -> bool:
        return not self.disagreements and not self.missing


def assure(signals: Signals) -> Place:
    """Say which place the signals support, at what level, and what disagreed or was missing for the next one."""
    level, found = _first_not_taken(signals)
    return Place(
        jurisdiction=_jurisdiction(signals, level),
        level=level,
        disagreements=found.disagreements,
        missing=found.missing,
    )


def _first_not_taken(signals: Signals) -> tuple[AssuranceLevel, _Findings]:
    """The level whose next step is not taken, and what stands in its way; LA4 has no next step."""
    found = ((level, step(signals)) for level, step in _STEPS)
    return next(((level, each) for level, each in found if not each.clear), (AssuranceLevel.LA4, _Findings()))


def _jurisdiction(signals: Signals, level: AssuranceLevel) -> str | None:
    """How finely the place is known: a country, unless the person is at an allow-listed network and all else agrees."""
    if level is AssuranceLevel.LA0 or signals.primary is None:
        return None
    listed = signals.allow_listed_in
    return listed if level >= AssuranceLevel.LA3 and listed is not None else country_of(signals.primary)


def _network(signals: Signals) -> _Findings:
    """What keeps the network's country from being known at all."""
    sources = {"first": signals.primary, "second": signals.secondary}
    missing = [
        f"the {name} address database names no country" for name, code in sources.items() if not is_jurisdiction(code)
    ]
    if _too_old(signals.databases_age, OLDEST_DATABASE):
        missing.append("the address databases are not of the last 30 days")
    if signals.anonymiser is None:
        missing.append("whether the connection is anonymised is not known")
    disagreements = _network_conflicts(signals) if not missing else ()
    return _Findings(disagreements=disagreements, missing=tuple(missing))


def _network_conflicts(signals: Signals) -> tuple[str, ...]:
    primary, secondary, listed = signals.primary, signals.secondary, signals.allow_listed_in
    found = []
    if signals.anonymiser:
        found.append(ANONYMISED)
    if primary != secondary:
        found.append(f"the address databases name `{primary}` and `{secondary}`")
    if primary is not None and listed is not None and not overlaps(listed, primary):
        found.append(f"the network is allow-listed for `{listed}` and its address is in `{primary}`")
    return tuple(found)


def _person(signals: Signals) -> _Findings:
    """What keeps a person from being vouched for in this country."""
    attested, country = signals.attested_in, country_of(signals.primary or "")
    missing = []
    if not is_jurisdiction(attested):
        missing.append("no place of work is attested")
    elif _too_old(signals.attestation_age, OLDEST_ATTESTATION):
        missing.append("the place of work was not attested in the last 90 days")
    if signals.mfa is None:
        missing.append("no second factor was used")
    conflict = attested is not None and is_jurisdiction(attested) and not overlaps(attested, country)
    says = (f"the place of work is attested in `{attested}` and the connection comes from `{country}`",)
    return _Findings(disagreements=says if conflict else (), missing=tuple(missing))


def _site(signals: Signals) -> _Findings:
    """What keeps the person from being placed at a known network, or at a device that somebody answers for."""
    listed, attested = signals.allow_listed_in, signals.attested_in
    missing = []
    if listed is None and signals.device not in {Device.MANAGED, Device.SUPERVISED}:
        missing.append("the network is not allow-listed, and the device is not a managed one")
    if signals.mfa is not MfaKind.PASSKEY:
        missing.append("no passkey was used")
    conflict = listed is not None and attested is not None and not overlaps(listed, attested)
    says = (f"the network is allow-listed for `{listed}` and the place of work is attested in `{attested}`",)
    return _Findings(disagreements=says if conflict else (), missing=tuple(missing))


def _supervision(signals: Signals) -> _Findings:
    """What keeps the place from being one under supervision, with a person known to be who they are."""
    missing = []
    if signals.device is not Device.SUPERVISED:
        missing.append("the site is not a supervised one")
    if _too_old(signals.identity_age, OLDEST_PROOF):
        missing.append("the person's identity was not proved in the last 30 days")
    return _Findings(missing=tuple(missing))


def _too_old(age: timedelta | None, oldest: timedelta) -> bool:
    """Whether an age is past its limit, or not known; one below nought is a wrong clock, which is not known either."""
    return age is None or not timedelta(0) <= age <= oldest


# Each step with the level that holds while it is not taken.
_STEPS: Final[tuple[tuple[AssuranceLevel, Callable[[Signals], _Findings]], ...]] = (
    (AssuranceLevel.LA0, _network),
    (AssuranceLevel.LA1, _person),
    (AssuranceLevel.LA2, _site),
    (AssuranceLevel.LA3, _supervision),
)
