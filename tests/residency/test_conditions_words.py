"""Questions about words: one of a list, and sets that hold some, all or none."""

import pytest

from residency import MediaKind
from residency.conditions import Answer, Condition, Has, HasAll, Lacks, NoneOf, OneOf
from tests.residency.cast import knowing

YES, NO, UNKNOWN = Answer.YES, Answer.NO, Answer.UNKNOWN


@pytest.mark.parametrize(
    ("facts", "one_of"),
    [
        ({"footage.owner": "x"}, YES),
        ({"footage.owner": "y"}, YES),
        ({"footage.owner": "z"}, NO),
        ({"footage.owner": "X"}, NO),
        ({}, UNKNOWN),
    ],
)
def test_none_of_is_the_opposite_of_one_of(facts: dict[str, str], one_of: Answer) -> None:
    opposite = {YES: NO, NO: YES, UNKNOWN: UNKNOWN}[one_of]
    assert OneOf("footage.owner", ("x", "y")).ask(knowing(facts)) is one_of
    assert NoneOf("footage.owner", ("x", "y")).ask(knowing(facts)) is opposite


def test_a_kind_of_media_is_known_by_its_word() -> None:
    request = knowing({"footage.media_kind": MediaKind.IMAGE})
    assert OneOf("footage.media_kind", ("image",)).ask(request) is YES


@pytest.mark.parametrize(
    ("held", "has", "has_all", "lacks"),
    [
        ({"x", "y", "z"}, YES, YES, NO),
        ({"x"}, YES, NO, NO),
        ({"z"}, NO, NO, YES),
        (set(), NO, NO, YES),
        (None, UNKNOWN, UNKNOWN, UNKNOWN),
    ],
    ids=str,
)
def test_a_set_has_some_all_or_none(held: set[str] | None, has: Answer, has_all: Answer, lacks: Answer) -> None:
    request = knowing({"footage.marks": None if held is None else frozenset(held)})
    assert Has("footage.marks", ("x", "y")).ask(request) is has
    assert HasAll("footage.marks", ("x", "y")).ask(request) is has_all
    assert Lacks("footage.marks", ("x", "y")).ask(request) is lacks


@pytest.mark.parametrize(
    ("condition", "wanted", "canonical"),
    [
        (OneOf("footage.owner", ("y", "x", "y")), "`y`, `x` or `y`", ["one_of", "x", "y"]),
        (NoneOf("footage.owner", ("y", "x")), "other than `y` or `x`", ["none_of", "x", "y"]),
        (Has("footage.marks", ("b", "a")), "marked `b` or `a`", ["has", "a", "b"]),
        (Has("viewer.training", ("b",)), "including `b`", ["has", "b"]),
        (HasAll("footage.marks", ("b", "a")), "marked all of `b`, `a`", ["has_all", "a", "b"]),
        (HasAll("viewer.training", ("b", "a")), "including all of `b`, `a`", ["has_all", "a", "b"]),
        (Lacks("footage.shows", ("b", "a")), "without `b` or `a`", ["lacks", "a", "b"]),
    ],
    ids=repr,
)
def test_words_and_canonical_form(condition: Condition, wanted: str, canonical: list[str]) -> None:
    assert condition.wanted() == wanted
    assert condition.canonical() == [condition.fact, *canonical]
