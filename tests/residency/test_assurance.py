"""From signals to a place: levels are earned step by step, and a conflict or a gap never helps."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from residency import AssuranceLevel, Device, MfaKind, Signals, assure

LA0, LA1, LA2, LA3, LA4 = AssuranceLevel
DAY = timedelta(days=1)
HOME = Signals(
    primary="US",
    secondary="US",
    databases_age=DAY,
    anonymiser=False,
    attested_in="US",
    attestation_age=DAY,
    mfa=MfaKind.TOTP,
)
OFFICE = replace(HOME, allow_listed_in="US-CA", attested_in="US-CA", mfa=MfaKind.PASSKEY)
SITE = replace(OFFICE, device=Device.SUPERVISED, identity_age=DAY)

TABLE = [
    ("nothing known", Signals(), None, LA0, "names no country"),
    ("no first source", replace(HOME, primary=None), None, LA0, "the first address database names no country"),
    ("no second source", replace(HOME, secondary=None), None, LA0, "the second address database names no country"),
    ("a code that is no country", replace(HOME, primary="A1", secondary="A1"), None, LA0, "names no country"),
    ("a continent", replace(HOME, primary="EU", secondary="EU"), None, LA0, "names no country"),
    ("sources differ", replace(HOME, secondary="PH"), None, LA0, "the address databases name `US` and `PH`"),
    ("an anonymiser", replace(HOME, anonymiser=True), None, LA0, "through an anonymising network"),
    ("perhaps an anonymiser", replace(HOME, anonymiser=None), None, LA0, "whether the connection is anonymised"),
    ("an allow-list elsewhere", replace(HOME, allow_listed_in="PH"), None, LA0, "allow-listed for `PH`"),
    ("no attestation", replace(HOME, attested_in=None), "US", LA1, "no place of work is attested"),
    ("attestation of nowhere", replace(HOME, attested_in="us"), "US", LA1, "no place of work is attested"),
    ("attestation elsewhere", replace(HOME, attested_in="PH"), "US", LA1, "attested in `PH`"),
    ("no second factor", replace(HOME, mfa=None), "US", LA1, "no second factor was used"),
    ("at home", HOME, "US", LA2, "the network is not allow-listed"),
    ("at home, attested in a state", replace(HOME, attested_in="US-TX"), "US", LA2, "not allow-listed"),
    ("in the office with a code", replace(OFFICE, mfa=MfaKind.TOTP), "US", LA2, "no passkey was used"),
    ("in another state's office", replace(OFFICE, attested_in="US-TX"), "US", LA2, "attested in `US-TX`"),
    ("in the office", OFFICE, "US-CA", LA3, "the site is not a supervised one"),
    ("databases of 30 days", replace(HOME, databases_age=30 * DAY), "US", LA2, ""),
    ("databases older than that", replace(HOME, databases_age=30 * DAY + DAY / 24), None, LA0, "not of the last 30"),
    ("databases of nobody knows when", replace(HOME, databases_age=None), None, LA0, "not of the last 30 days"),
    ("databases of tomorrow", replace(HOME, databases_age=-DAY), None, LA0, "not of the last 30 days"),
    ("attested 90 days ago", replace(HOME, attestation_age=90 * DAY), "US", LA2, ""),
    ("attested before that", replace(HOME, attestation_age=91 * DAY), "US", LA1, "not attested in the last 90 days"),
    ("attested nobody knows when", replace(HOME, attestation_age=None), "US", LA1, "not attested in the last 90 days"),
    ("a managed device", replace(HOME, device=Device.MANAGED, mfa=MfaKind.PASSKEY), "US", LA3, "supervised"),
    ("somebody's own device", replace(HOME, device=Device.UNMANAGED, mfa=MfaKind.PASSKEY), "US", LA2, "managed one"),
    ("a managed device with a code", replace(HOME, device=Device.MANAGED), "US", LA2, "no passkey was used"),
    ("at a supervised site", SITE, "US-CA", LA4, ""),
    ("at one, proved long ago", replace(SITE, identity_age=31 * DAY), "US-CA", LA3, "identity was not proved"),
    ("at one, never proved", replace(SITE, identity_age=None), "US-CA", LA3, "identity was not proved"),
]


@pytest.mark.parametrize(("case", "signals", "where", "level", "said"), TABLE, ids=[row[0] for row in TABLE])
def test_signals_give_a_place(case: str, signals: Signals, where: str | None, level: AssuranceLevel, said: str) -> None:
    place = assure(signals)
    assert (place.jurisdiction, place.level) == (where, level), case
    assert said in "; ".join([*place.disagreements, *place.missing])


def test_conflicts_are_told_apart_from_gaps() -> None:
    assert assure(replace(HOME, attested_in="PH")).missing == ()
    assert assure(replace(HOME, attested_in=None)).disagreements == ()


_codes = st.sampled_from([None, "US", "US-CA", "DE", "PH", "??"])
_countries = st.sampled_from([None, "US", "DE", "PH", "??"])
_signals = st.builds(
    Signals,
    primary=_countries,
    secondary=_countries,
    anonymiser=st.sampled_from([None, True, False]),
    allow_listed_in=_codes,
    attested_in=_codes,
    databases_age=st.sampled_from([None, DAY, 31 * DAY]),
    attestation_age=st.sampled_from([None, DAY, 91 * DAY]),
    identity_age=st.sampled_from([None, DAY, 31 * DAY]),
    mfa=st.sampled_from([None, *MfaKind]),
    device=st.sampled_from([None, *Device]),
)
LOSABLE = [
    "primary", "secondary", "databases_age", "anonymiser", "attested_in", "attestation_age", "mfa", "device",
    "identity_age",
]  # fmt: skip


@given(_signals, st.sampled_from(LOSABLE))
def test_losing_a_signal_never_raises_the_level(signals: Signals, lost: str) -> None:
    poorer: Signals = replace(signals, **{lost: None})
    assert assure(poorer).level <= assure(signals).level


@given(_signals)
def test_a_known_place_is_one_both_sources_name(signals: Signals) -> None:
    place = assure(signals)
    assert place.known is (place.level > LA0)
    if place.known and place.jurisdiction is not None:
        assert signals.primary == signals.secondary == place.jurisdiction[:2]
