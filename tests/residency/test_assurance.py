"""From signals to a place: levels are earned step by step, and a conflict or a gap never helps."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from residency import AssuranceLevel, MfaKind, Signals, assure

LA0, LA1, LA2, LA3 = AssuranceLevel.LA0, AssuranceLevel.LA1, AssuranceLevel.LA2, AssuranceLevel.LA3
HOME = Signals(primary="US", secondary="US", anonymiser=False, attested_in="US", mfa=MfaKind.TOTP)
OFFICE = replace(HOME, allow_listed_in="US-CA", attested_in="US-CA", mfa=MfaKind.PASSKEY)

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
    ("in the office", OFFICE, "US-CA", LA3, ""),
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
    mfa=st.sampled_from([None, *MfaKind]),
)


@given(_signals, st.sampled_from(["primary", "secondary", "anonymiser", "attested_in", "mfa"]))
def test_losing_a_signal_never_raises_the_level(signals: Signals, lost: str) -> None:
    poorer: Signals = replace(signals, **{lost: None})
    assert assure(poorer).level <= assure(signals).level


@given(_signals)
def test_a_known_place_is_one_both_sources_name(signals: Signals) -> None:
    place = assure(signals)
    assert place.known is (place.level > LA0)
    if place.known and place.jurisdiction is not None:
        assert signals.primary == signals.secondary == place.jurisdiction[:2]
