"""Which entries answer a question, and how they are counted."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest

from residency.ledger.leaf import about_tag
from residency.ledger.question import Question
from residency.ledger.report import (
    Answer,
    Covered,
    Totals,
    answers,
    established_place,
    judge,
    list_for,
    may_answer,
    negative_statement,
)

LEAF = {"action": "media:view:allowed", "at": "2026-03-01T00:00:00.000000+00:00"}
BODY = {
    "contract": "c-1",
    "entity": "acme",
    "footage": "f-1",
    "jurisdiction": "US-CA",
    "level": 2,
    "outcome": "allow",
    "owner": "city",
    "place": "US-TX",
    "policy_hash": "a" * 64,
    "purpose": "ml-training",
    "rendition": "still",
    "source": "cam-1",
}
PERSONAL = {"network": "home", "person": "p-1"}


def answer(question: Question, personal: dict[str, Any] | None = PERSONAL, **changed: Any) -> Answer:  # noqa: ANN401
    body = {name: value for name, value in {**BODY, **changed}.items() if value is not None}
    return judge(question)(LEAF, body, personal)


@pytest.mark.parametrize(
    ("asked", "wrong"),
    [
        ({"actions": ("media:view:allowed",)}, {"actions": ("media:view:denied",)}),
        ({"since": LEAF["at"]}, {"until": LEAF["at"]}),
        ({"footage": ("f-1", "f-2")}, {"footage": ()}),
        ({"source": "cam-1"}, {"source": "cam-2"}),
        ({"owner": "city"}, {"owner": "county"}),
        ({"contract": "c-1"}, {"contract": "c-2"}),
        ({"entity": "acme"}, {"entity": "other"}),
        ({"network": "home"}, {"network": "hosting"}),
        ({"purpose": "ml-training"}, {"purpose": "other"}),
        ({"rendition": "still"}, {"rendition": "clip"}),
        ({"policy_hash": "a" * 64}, {"policy_hash": "b" * 64}),
        ({"outcome": "allow"}, {"outcome": "deny"}),
        ({"levels": (1, 2)}, {"levels": (3,)}),
        ({"person": ("p-1",)}, {"person": ("p-2",)}),
        ({"jurisdiction": "US"}, {"jurisdiction": "US-TX"}),
        ({"jurisdiction": "US-CA"}, {"jurisdiction": "EEA"}),
        ({"place": "US"}, {"place": "US-CA"}),
        ({"place": "US-TX"}, {"place": "unknown"}),
        ({"outside_of": "EEA"}, {"outside_of": "US"}),
        ({"outside_of": "US-CA"}, {"outside": True}),
        ({}, {"actions": ()}),
    ],
)
def test_an_entry_answers_what_it_is_and_nothing_else(asked: dict[str, Any], wrong: dict[str, Any]) -> None:
    assert answer(Question(**asked)) is Answer.YES
    assert answer(Question(**wrong)) is Answer.NO
    assert answer(Question(**{**asked, **wrong})) is Answer.NO


def test_a_fact_that_an_entry_does_not_have_is_not_what_is_asked() -> None:
    for name, value in (("owner", "city"), ("jurisdiction", "US"), ("levels", (1, 2))):
        lacking = {"level" if name == "levels" else name: None}
        assert answer(Question(**{name: value}), **lacking) is Answer.NO  # type: ignore[arg-type]
    assert answer(Question(outcome="none"), outcome=None) is Answer.YES
    assert answer(Question(levels=(0,)), level=None) is Answer.YES


@pytest.mark.parametrize("lacking", [{"place": None}, {"place": ""}, {"level": 0}, {"level": None}, {"place": 3}])
def test_a_place_that_is_not_established_answers_only_the_question_for_such(lacking: dict[str, Any]) -> None:
    assert answer(Question(place="unknown"), **lacking) is Answer.YES
    for asked in ({"place": "US"}, {"outside": True}, {"outside_of": "US"}, {"place": "unknown", "outside": True}):
        assert answer(Question(**asked), **lacking) is Answer.PLACE_NOT_ESTABLISHED  # type: ignore[arg-type]
    assert answer(Question(), **lacking) is Answer.YES


def test_outside_its_country_compares_countries() -> None:
    asked = Question(outside=True)
    assert answer(asked, place="PH") is Answer.YES
    assert answer(asked, place="US") is Answer.NO
    assert answer(asked, jurisdiction=None) is Answer.PLACE_NOT_ESTABLISHED
    assert answer(asked, jurisdiction=None, footage=None) is Answer.NO
    assert answer(Question(outside=True, place="EEA"), place="PH") is Answer.NO


def test_a_person_not_shown_is_not_taken_for_another() -> None:
    asked = Question(person=("p-1",))
    assert answer(asked, None) is Answer.PERSON_NOT_SHOWN
    assert answer(Question(person=("p-1",), owner="county"), None) is Answer.NO
    assert answer(Question(person=("p-1",), place="US"), level=0) is Answer.PLACE_NOT_ESTABLISHED
    assert answer(Question(person=("p-2",), place="US"), level=0) is Answer.NO
    assert answer(Question(person=("p-1",)), {}) is Answer.NO
    assert answers(Question(), LEAF, BODY, None)
    assert not answers(asked, LEAF, BODY, None)


@pytest.mark.parametrize("value", [[], {}, ["f-1"], None])
def test_a_body_may_hold_anything_and_answers_nothing_by_it(value: object) -> None:
    body = {**BODY, "footage": value, "level": value, "jurisdiction": value, "place": value, "outcome": value}
    for asked in ({"footage": ("f-1",)}, {"levels": (1,)}, {"jurisdiction": "US"}, {"outcome": "allow"}):
        assert judge(Question(**asked))(LEAF, body, None) is Answer.NO  # type: ignore[arg-type]
    assert judge(Question(person=("p",)))(LEAF, body, {"person": value}) is Answer.NO
    counted = Totals()
    counted.add(Answer.YES, LEAF, body, {"person": value})
    assert counted.entries == 1


def test_a_place_is_established_from_level_1_on() -> None:
    assert established_place({"place": "US", "level": 1}) == "US"
    assert established_place({"place": "US", "level": "2"}) is None


def test_a_leaf_alone_says_what_it_can() -> None:
    at = str(LEAF["at"])
    all_of_it = may_answer(Question(), None, b"", ())
    assert all_of_it("media:view:allowed", at, None)
    some = may_answer(Question(actions=("media:view:denied",), until=at), None, b"", ())
    assert not some("media:view:allowed", at, None)
    assert not some("media:view:denied", at, None)


def test_an_owner_s_key_says_what_is_not_about_their_footage() -> None:
    key, at = b"k" * 32, str(LEAF["at"])
    about_one, about_two = about_tag(key, "f-1"), about_tag(key, "f-2")
    whole = may_answer(Question(owner="city"), "city", key, ["f-1", "f-2"])
    assert whole("a", at, about_one)
    assert whole("a", at, about_two)
    assert not whole("a", at, None)
    assert not whole("a", at, "0" * 64)
    one = may_answer(Question(owner="city", footage=("f-1",)), "city", key, ["f-1", "f-2"])
    assert one("a", at, about_one)
    assert not one("a", at, about_two)
    for of_theirs in (whole, one):
        assert of_theirs("a", at, about_tag(key, ""))  # about them, and about no piece of footage


def test_a_key_and_a_list_excuse_nothing_from_a_question_about_something_else() -> None:
    for asked in (Question(), Question(owner="county"), Question(footage=("f-1",)), Question(footage=("f-1", "f-9"))):
        assert may_answer(asked, "city", b"k" * 32, ["f-1", "f-2"])("a", str(LEAF["at"]), None)
        assert list_for(asked, "city", ["f-1", "f-2"]) is None
    assert list_for(Question(), None, []) is None


def test_the_list_of_an_owner_s_footage_is_stated_with_its_hash() -> None:
    digest = hashlib.sha256(b'["f-1","f-2"]').hexdigest()
    said = f"those of the 2 pieces of footage listed in about.json, whose hash is {digest}."
    two = list_for(Question(owner="city"), "city", ["f-1", "f-2"])
    assert any(said in one for one in negative_statement(Question(owner="city"), Totals(), {}, two))
    one = list_for(Question(owner="city"), "city", ["f-1"])
    assert one is not None
    assert "those of the 1 piece of footage listed in about.json" in one.words


def totals(*bodies: dict[str, Any], question: Question | None = None) -> Totals:
    counted, ask = Totals(), judge(question or Question())
    for number, body in enumerate(bodies):
        leaf = {**LEAF, "at": f"2026-03-0{number + 1}T00:00:00.000000+00:00"}
        personal = {"person": body["person"]} if "person" in body else None
        counted.add(ask(leaf, body, personal), leaf, body, personal)
    return counted


def test_answers_are_counted_by_what_is_known_of_them() -> None:
    counted = totals(
        {**BODY, "person": "p-1"},
        {**BODY, "outcome": "deny", "person": "p-2", "footage": "f-2"},
        {**BODY, "level": 0},
        {"person": ""},
    )
    assert counted.entries == 4
    assert counted.as_json() == {
        "entries": 4,
        "allowed": 2,
        "denied": 1,
        "footage": 2,
        "people": 2,
        "people_not_shown": 1,
        "first": "2026-03-01T00:00:00.000000+00:00",
        "last": "2026-03-04T00:00:00.000000+00:00",
        "person_not_told": 0,
        "place_not_told": 0,
        "by_action": {"media:view:allowed": {"allowed": 2, "denied": 1}},
        "by_place": {"US-TX": {"allowed": 1, "denied": 1}, "unknown": {"allowed": 1, "denied": 0}},
        "by_level": {"LA2": {"allowed": 1, "denied": 1}, "LA0": {"allowed": 1, "denied": 0}},
        "by_jurisdiction": {"US-CA": {"allowed": 2, "denied": 1}},
        "by_footage": {"f-1": {"allowed": 2, "denied": 0}, "f-2": {"allowed": 0, "denied": 1}},
    }


def test_what_cannot_be_told_is_counted_apart() -> None:
    question = Question(place="JP", person=("p-1",))
    counted = totals({**BODY, "level": 0, "person": "p-1"}, {**BODY, "place": "JP"}, BODY, question=question)
    assert (counted.entries, counted.as_json()["place_not_told"], counted.as_json()["person_not_told"]) == (0, 1, 1)
    ends = {"us": Covered(start=3, end=9, last=str(LEAF["at"])), "de": Covered(start=0, end=0, last="")}
    said = negative_statement(question, counted, ends, None)
    assert said[0] == "No entry is recorded to which all of this applies:"
    whole = "was looked at whole from entry"
    last = f"numbered after {LEAF['at']} are not covered"
    assert f"The ledger `us` {whole} 3 up to and without entry 9; entries that were {last}." in said
    later = "entries that were numbered later are not covered"
    assert f"The ledger `de` {whole} 0 up to and without entry 0; {later}." in said
    assert "Entries of ledgers that are not named here are not covered." in said
    assert "Of 1 more it cannot be told, since a place in them was not established." in said
    assert "Of 1 more it cannot be told, since the person in them is not shown or was erased." in said
    assert not any("cannot be told" in one for one in negative_statement(question, Totals(), {}, None))


def test_totals_do_not_depend_on_the_order_of_entries() -> None:
    bodies = [{**BODY, "place": place, "footage": f"f-{place}"} for place in ("US", "PH", "FR")]
    counted, backwards, ask = Totals(), Totals(), judge(Question())
    for body in bodies:
        counted.add(ask(LEAF, body, None), LEAF, body, None)
    for body in reversed(bodies):
        backwards.add(ask(LEAF, body, None), LEAF, body, None)
    assert counted.as_json() == backwards.as_json()
