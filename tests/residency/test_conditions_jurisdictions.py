"""Questions about where: inside, outside, and not known finely enough."""

from datetime import UTC, datetime

import pytest

from residency.conditions import Answer, AnyInside, Condition, Inside, NoneInside, Outside
from tests.residency.cast import knowing, placed

YES, NO, UNKNOWN = Answer.YES, Answer.NO, Answer.UNKNOWN
BEFORE_BREXIT = datetime(2020, 12, 31, 23, 59, tzinfo=UTC)
AFTER_BREXIT = datetime(2021, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("code", "outers", "inside"),
    [
        ("US-CA", ("US",), YES),
        ("US-CA", ("US-CA", "US-TX"), YES),
        ("US-NV", ("US-CA", "US-TX"), NO),
        ("US", ("US-CA",), UNKNOWN),
        ("US", ("US-CA", "US"), YES),
        ("DE-BE", ("EEA",), YES),
        ("CH", ("EEA",), NO),
        ("usa", ("US",), UNKNOWN),
        ("EEA", ("EEA",), UNKNOWN),
        (None, ("US",), UNKNOWN),
    ],
)
def test_outside_is_the_opposite_of_inside(code: str | None, outers: tuple[str, ...], inside: Answer) -> None:
    request = knowing({"footage.jurisdiction": code})
    opposite = {YES: NO, NO: YES, UNKNOWN: UNKNOWN}[inside]
    assert Inside("footage.jurisdiction", outers).ask(request) is inside
    assert Outside("footage.jurisdiction", outers).ask(request) is opposite


@pytest.mark.parametrize(
    ("codes", "any_inside"),
    [
        ({"CN"}, YES),
        ({"CN", "US"}, YES),
        ({"CN", "??"}, YES),
        ({"US", "??"}, UNKNOWN),
        ({"US", "DE"}, NO),
        (set(), NO),
        (None, UNKNOWN),
    ],
    ids=str,
)
def test_none_inside_is_the_opposite_of_any_inside(codes: set[str] | None, any_inside: Answer) -> None:
    request = knowing({"viewer.citizenships": None if codes is None else frozenset(codes)})
    opposite = {YES: NO, NO: YES, UNKNOWN: UNKNOWN}[any_inside]
    assert AnyInside("viewer.citizenships", ("CN", "IR")).ask(request) is any_inside
    assert NoneInside("viewer.citizenships", ("CN", "IR")).ask(request) is opposite


def test_a_group_has_the_members_of_the_day_asked_about() -> None:
    eea = Inside("situation.place", ("EEA",))
    assert eea.ask(knowing(placed("GB"), at=BEFORE_BREXIT)) is YES
    assert eea.ask(knowing(placed("GB"), at=AFTER_BREXIT)) is NO


@pytest.mark.parametrize(
    ("condition", "wanted", "canonical"),
    [
        (Inside("situation.place", ("US-TX", "US-CA")), "inside Texas or California", ["inside", "US-CA", "US-TX"]),
        (Outside("situation.place", ("EEA", "EEA")), "outside the EEA or the EEA", ["outside", "EEA"]),
        (AnyInside("viewer.citizenships", ("CN", "IR")), "partly inside China or Iran", ["any_inside", "CN", "IR"]),
        (
            NoneInside("viewer.entity_owners", ("US", "CN", "IR")),
            "wholly outside the United States, China or Iran",
            ["none_inside", "CN", "IR", "US"],
        ),
    ],
    ids=repr,
)
def test_words_and_canonical_form(condition: Condition, wanted: str, canonical: list[str]) -> None:
    assert condition.wanted() == wanted
    assert condition.canonical() == [condition.fact, *canonical]
