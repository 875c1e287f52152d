"""What is made from several pieces of footage is known only as far as all of them are."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from residency import Footage, MediaKind, Sensitivity
from residency.errors import FactError
from residency.lattice import Declassification, declassify, join
from tests.residency.cast import AT, BERLIN_STILL, CALIFORNIA_STILL

DAY = timedelta(days=1)


def test_one_item_keeps_its_facts() -> None:
    only = replace(CALIFORNIA_STILL, captured_at=AT)
    assert join([only], footage_id="set") == replace(only, id="set")


def test_two_states_join_to_their_country() -> None:
    texas = replace(CALIFORNIA_STILL, jurisdiction="US-TX")
    assert join([CALIFORNIA_STILL, texas], footage_id="set").jurisdiction == "US"


def test_two_countries_join_to_no_jurisdiction() -> None:
    joined = join([CALIFORNIA_STILL, BERLIN_STILL], footage_id="set")
    assert (joined.jurisdiction, joined.zone, joined.owner) == (None, None, "acme")


def test_one_unknown_jurisdiction_makes_the_whole_unknown() -> None:
    for unknown in (None, "nowhere"):
        joined = join([CALIFORNIA_STILL, replace(CALIFORNIA_STILL, jurisdiction=unknown)], footage_id="set")
        assert joined.jurisdiction is None


def test_marks_that_differ_are_unknown() -> None:
    marked = replace(CALIFORNIA_STILL, marks=frozenset({"public-test"}))
    assert join([CALIFORNIA_STILL, marked], footage_id="set").marks is None


def test_nothing_cannot_be_joined() -> None:
    with pytest.raises(FactError, match="no footage was given"):
        join([], footage_id="set")


@pytest.mark.parametrize(
    ("fact", "one", "other", "joined"),
    [
        ("sensitivity", Sensitivity.PUBLIC, Sensitivity.SENSITIVE, Sensitivity.SENSITIVE),
        ("sensitivity", Sensitivity.PUBLIC, Sensitivity.PUBLIC, Sensitivity.PUBLIC),
        ("sensitivity", Sensitivity.PUBLIC, None, None),
        ("shows", frozenset({"people"}), frozenset({"plates"}), frozenset({"people", "plates"})),
        ("shows", frozenset(), frozenset(), frozenset()),
        ("shows", frozenset({"people"}), None, None),
        ("place_tags", frozenset({"school"}), frozenset(), frozenset({"school"})),
        ("place_tags", None, frozenset(), None),
        ("consent_scope", frozenset({"a", "b"}), frozenset({"b", "c"}), frozenset({"b"})),
        ("consent_scope", frozenset({"a"}), frozenset({"b"}), frozenset()),
        ("consent_scope", frozenset({"a"}), None, None),
        ("criminal_justice", True, False, True),
        ("criminal_justice", False, False, False),
        ("criminal_justice", False, None, None),
        ("contract", "c-1", "c-1", "c-1"),
        ("contract", "c-1", "c-2", None),
        ("media_kind", MediaKind.IMAGE, MediaKind.VIDEO, None),
    ],
)
def test_a_fact_with_a_direction_joins_to_its_strict_end(fact: str, one: object, other: object, joined: object) -> None:
    items = [replace(CALIFORNIA_STILL, **{fact: value}) for value in (one, other)]  # type: ignore[arg-type]
    assert getattr(join(items, footage_id="set"), fact) == joined
    assert getattr(join(items[::-1], footage_id="set"), fact) == joined


def footage(first: datetime | None, last: datetime | None = None) -> Footage:
    return replace(CALIFORNIA_STILL, captured_at=first, captured_until=last)


@pytest.mark.parametrize(
    ("items", "span"),
    [
        ([footage(AT), footage(AT)], (AT, None)),
        ([footage(AT), footage(AT + DAY)], (AT, AT + DAY)),
        ([footage(AT, AT + 3 * DAY), footage(AT + DAY)], (AT, AT + 3 * DAY)),
        ([footage(AT), footage(AT - DAY, AT - DAY / 2)], (AT - DAY, AT)),
        ([footage(AT), footage(None)], (None, None)),
    ],
)
def test_times_join_to_the_span_that_holds_them_all(
    items: list[Footage], span: tuple[datetime | None, datetime | None]
) -> None:
    joined = join(items, footage_id="set")
    assert (joined.captured_at, joined.captured_until) == span


def test_a_span_follows_its_beginning() -> None:
    with pytest.raises(FactError, match=r"must follow a `footage\.captured_at`"):
        footage(AT, AT - DAY)
    with pytest.raises(FactError, match=r"must follow a `footage\.captured_at`"):
        footage(None, AT)


SHOWN = replace(CALIFORNIA_STILL, sensitivity=Sensitivity.SENSITIVE, shows=frozenset({"people", "plates"}))
VERIFIED = Declassification(
    footage_id="still-ca",
    removed=frozenset({"plates"}),
    sensitivity=Sensitivity.ORDINARY,
    record="entry-9",
    verified_by="officer",
    verified_at=AT,
)


def test_a_verified_removal_lowers_what_is_shown_and_how_sensitive_it_is_and_nothing_else() -> None:
    lowered = declassify(SHOWN, VERIFIED)
    assert lowered == replace(SHOWN, shows=frozenset({"people"}), sensitivity=Sensitivity.ORDINARY)


def test_a_removal_never_makes_it_more_sensitive() -> None:
    public = replace(SHOWN, sensitivity=Sensitivity.PUBLIC)
    assert declassify(public, VERIFIED).sensitivity is Sensitivity.PUBLIC


@pytest.mark.parametrize(
    ("shown", "said"),
    [
        (replace(SHOWN, id="other"), "the declassification is of `still-ca`, not of `other`"),
        (replace(SHOWN, shows=None), "`still-ca` cannot be lowered"),
        (replace(SHOWN, sensitivity=None), "`still-ca` cannot be lowered"),
        (replace(SHOWN, shows=frozenset({"people"})), "`still-ca` never showed `plates`"),
    ],
)
def test_what_was_not_verified_is_not_lowered(shown: Footage, said: str) -> None:
    with pytest.raises(FactError, match=said):
        declassify(shown, VERIFIED)


@pytest.mark.parametrize("missing", [{"record": ""}, {"verified_by": ""}, {"removed": frozenset()}], ids=str)
def test_a_declassification_names_who_answers_for_it_and_what_is_gone(missing: dict[str, object]) -> None:
    with pytest.raises(FactError, match="names its record, who verified it and what was taken out"):
        replace(VERIFIED, **missing)  # type: ignore[arg-type]


def test_a_declassification_says_its_time_zone() -> None:
    with pytest.raises(FactError, match=r"`declassification\.verified_at` must carry a time zone"):
        replace(VERIFIED, verified_at=AT.replace(tzinfo=None))
