"""From signals about a connection to a place and how well it is known.

| Level | Requires |
|---|---|
| LA0 | nothing: the place is unknown, and nothing may be seen from it |
| LA1 | two address databases name the same country, and the connection is known not to be an anonymiser |
| LA2 | LA1, an attested place of work in date that agrees, and a second factor |
| LA3 | LA2, an allow-listed network that agrees, and a passkey as the second factor |

LA4 needs a supervised site, which no signal here can prove, so it is never given. A level is earned step by step: a
signal that is missing or disagrees lowers the level and never raises it. An address says a country, never a part of
one; only an allow-listed network at LA3 makes a place finer than a country.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from residency.places import AssuranceLevel, Place, country_of, is_jurisdiction, overlaps

ANONYMISED: Final = "the connection comes through an anonymising network"


class MfaKind(StrEnum):
    """Which second factor the person signed in with."""

    TOTP = "totp"
    PASSKEY = "passkey"


@dataclass(frozen=True, slots=True, kw_only=True)
class Signals:
    """What is known about where a connection comes from; `None` means not known.

    `primary` and `secondary` are the country codes of two GeoIP sources, `allow_listed_in` is the jurisdiction of the
    allow-listed network the address belongs to, `attested_in` the attested place of work if it is in date.
    """

    primary: str | None = None
    secondary: str | None = None
    anonymiser: bool | None = None
    allow_listed_in: str | None = None
    attested_in: str | None = None
    mfa: MfaKind | None = None


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
    network = _network(signals)
    if not network.clear or signals.primary is None:
        return _place(None, AssuranceLevel.LA0, network)
    country = country_of(signals.primary)
    person = _person(signals, country)
    if not person.clear:
        return _place(country, AssuranceLevel.LA1, person)
    site = _site(signals)
    if not site.clear:
        return _place(country, AssuranceLevel.LA2, site)
    return _place(signals.allow_listed_in, AssuranceLevel.LA3, site)


def _place(jurisdiction: str | None, level: AssuranceLevel, findings: _Findings) -> Place:
    return Place(jurisdiction=jurisdiction, level=level, disagreements=findings.disagreements, missing=findings.missing)


def _network(signals: Signals) -> _Findings:
    """What keeps the network's country from being known at all."""
    sources = {"first": signals.primary, "second": signals.secondary}
    missing = [
        f"the {name} address database names no country" for name, code in sources.items() if not is_jurisdiction(code)
    ]
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


def _person(signals: Signals, country: str) -> _Findings:
    """What keeps a person from being vouched for in this country."""
    attested = signals.attested_in
    missing = []
    if not is_jurisdiction(attested):
        missing.append("no place of work is attested")
    if signals.mfa is None:
        missing.append("no second factor was used")
    conflict = attested is not None and is_jurisdiction(attested) and not overlaps(attested, country)
    says = (f"the place of work is attested in `{attested}` and the connection comes from `{country}`",)
    return _Findings(disagreements=says if conflict else (), missing=tuple(missing))


def _site(signals: Signals) -> _Findings:
    """What keeps the person from being placed at an allow-listed site."""
    listed, attested = signals.allow_listed_in, signals.attested_in
    missing = []
    if listed is None:
        missing.append("the network is not allow-listed")
    if signals.mfa is not MfaKind.PASSKEY:
        missing.append("no passkey was used")
    conflict = listed is not None and attested is not None and not overlaps(listed, attested)
    says = (f"the network is allow-listed for `{listed}` and the place of work is attested in `{attested}`",)
    return _Findings(disagreements=says if conflict else (), missing=tuple(missing))
