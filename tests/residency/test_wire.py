"""Requests and decisions as plain values: what is read, what is refused in which words, and the way back."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest

from residency import (
    Action,
    AssuranceLevel,
    FactSource,
    Footage,
    MediaKind,
    Place,
    PolicySet,
    Request,
    RequestError,
    Sensitivity,
    Situation,
    Viewer,
    decide,
)
from residency.facts import BreakGlass, Counter, CountOf, Document, Grant
from residency.ledger import canonical_json
from residency.wire import read_request, write_decision, write_request
from tests.residency.cast import AT, DEMO, asks, policies, rule_text, without_place

HOUR = timedelta(hours=1)
LEAST: Mapping[str, Any] = {
    "action": "view",
    "viewer": {"id": "v"},
    "footage": {"id": "f"},
    "situation": {"at": "2026-06-01T12:00:00Z"},
}
FULL = Request(
    action=Action.EXPORT,
    viewer=Viewer(
        id="v",
        entity="acme",
        entity_kind="agency",
        entity_in="US",
        entity_owners=frozenset({"US", "CA"}),
        relation="processor",
        engagement="employee",
        residence="US-CA",
        citizenships=frozenset({"US"}),
        designated=False,
        training=frozenset({"privacy"}),
        clearances=frozenset(),
        attested_in="US",
        attested_at=AT - HOUR,
    ),
    footage=Footage(
        id="f",
        jurisdiction="US-CA",
        owner="acme",
        source="cam-1",
        zone="us",
        contract="c-1",
        media_kind=MediaKind.VIDEO,
        sensitivity=Sensitivity.PERSONAL,
        place_tags=frozenset({"school"}),
        shows=frozenset({"people", "plates"}),
        consent_scope=frozenset(),
        criminal_justice=True,
        marks=frozenset({"public-test"}),
        captured_at=AT - 2 * HOUR,
        captured_until=AT - HOUR,
    ),
    situation=Situation(
        at=AT,
        place=Place(jurisdiction="US", level=AssuranceLevel.LA2, disagreements=("a",), missing=("b", "c")),
        purpose="ml-training",
        case="INC-1",
        device="managed",
        documents=(Document(type="nda", party="acme", valid_from=AT, valid_until=AT + HOUR),),
        grants=(Grant(name="on-call", valid_from=AT, valid_until=AT + HOUR),),
        counters=(Counter(of=CountOf.SUBJECTS, days=30, count=5),),
        break_glass=BreakGlass(reason="fire", case="INC-1", opened_at=AT, closes_at=AT + HOUR),
    ),
    sources=(
        FactSource(fact="viewer.attested_in", source="hr", as_of=AT),
        FactSource(fact="footage.owner", source="x"),
    ),
)


def refused(value: object) -> tuple[str, ...]:
    with pytest.raises(RequestError) as caught:
        read_request(value)
    return caught.value.problems


def with_fact(path: str, value: object) -> dict[str, Any]:
    about, _, fact = path.partition(".")
    return {**LEAST, about: {**LEAST[about], fact: value}}


@pytest.mark.parametrize("request_", [FULL, asks(), without_place(asks())], ids=["everything", "some", "no place"])
def test_what_is_written_is_read_back_the_same(request_: Request) -> None:
    read = read_request(write_request(request_))
    assert read == request_
    assert read.sources == request_.sources
    assert write_request(read) == write_request(request_)


def test_a_fact_left_out_or_null_is_not_known() -> None:
    nulls = {**LEAST, "viewer": {"id": "v", "entity": None}, "sources": None, "id": None}
    nulls["situation"] = {"at": "2026-06-01T12:00:00Z", "place": None, "assurance": None, "documents": None}
    assert read_request(nulls) == read_request(LEAST)
    assert read_request(LEAST) == Request(
        action=Action.VIEW, viewer=Viewer(id="v"), footage=Footage(id="f"), situation=Situation(at=AT)
    )


@pytest.mark.parametrize(
    ("situation", "place"),
    [
        ({"place": "US", "assurance": "LA2"}, Place(jurisdiction="US", level=AssuranceLevel.LA2)),
        ({"place": "US"}, Place(jurisdiction="US", level=AssuranceLevel.LA0)),
        ({"place": {"jurisdiction": "US", "level": "LA3"}}, Place(jurisdiction="US", level=AssuranceLevel.LA3)),
        ({"place": {}}, Place(jurisdiction=None, level=AssuranceLevel.LA0)),
        (
            {"place": {"level": "LA1", "missing": ["a"], "disagreements": []}},
            Place(jurisdiction=None, level=AssuranceLevel.LA1, missing=("a",)),
        ),
    ],
)
def test_a_place_is_a_code_with_its_level_beside_it_or_a_table(situation: dict[str, Any], place: Place) -> None:
    read = read_request({**LEAST, "situation": {**LEAST["situation"], **situation}})
    assert read.situation.place == place


@pytest.mark.parametrize(
    "at",
    [
        "2026-06-01T14:00:00+02:00",
        datetime(2026, 6, 1, 14, tzinfo=timezone(2 * HOUR)),
        datetime(2026, 6, 1, 12, tzinfo=UTC),
    ],
)
def test_a_time_is_text_or_a_time_of_a_document(at: object) -> None:
    assert read_request(with_fact("situation.at", at)).situation.at == AT
    assert read_request(with_fact("footage.captured_at", date(2026, 6, 1))).footage.captured_at == AT - 12 * HOUR


TEXT = "must be text that is not empty; got"
TIME = "must be a time with a time zone, as in `2026-06-01T12:00:00Z`; got"
CLASS = "must be one of public, ordinary, personal, sensitive, protected; got"
OF_PLACE = "jurisdiction, level, disagreements, missing"
LARGE = "a number that is too large"
HUGE = 10**6000
COUNT = "must be a whole number up to 999999999; got"


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        ("viewer.entity", 3, f"{TEXT} `3`"),
        ("viewer.entity", "", f"{TEXT} ``"),
        ("viewer.entity", "a\0", f"{TEXT} `a�`"),
        ("viewer.entity", "\ud800", f"{TEXT} `�`"),
        ("viewer.entity", ["x"], f"{TEXT} a list"),
        ("viewer.designated", 1, "must be true or false; got `1`"),
        ("viewer.designated", "true", "must be true or false; got `true`"),
        ("viewer.training", "privacy", "must be a list of texts; got `privacy`"),
        ("viewer.training", ["privacy", ["x"]], f"{TEXT} a list"),
        ("viewer.training", {"privacy": 1}, "must be a list of texts; got a table"),
        ("viewer.attested_at", "soon", f"{TIME} `soon`"),
        ("viewer.attested_at", "2026-06-01T12:00:00", f"{TIME} `2026-06-01T12:00:00`"),
        ("viewer.attested_at", "2026-06-01", f"{TIME} `2026-06-01`"),
        ("viewer.attested_at", 1780315200, f"{TIME} a number that is too large"),
        ("viewer.attested_at", "0001-01-01T00:00:00+14:00", f"{TIME} `0001-01-01T00:00:00+14:00`"),
        ("viewer.attested_at", "9999-12-31T23:00:00-12:00", f"{TIME} `9999-12-31T23:00:00-12:00`"),
        ("footage.media_kind", "gif", "must be one of image, video; got `gif`"),
        ("footage.media_kind", ["image"], "must be one of image, video; got a list"),
        ("footage.sensitivity", "secret", f"{CLASS} `secret`"),
        ("footage.sensitivity", 2, f"{CLASS} `2`"),
        ("situation.place", 3, f"must be a table of {OF_PLACE}; got `3`"),
        ("situation.place", {"level": "LA9"}, "must be one of LA0, LA1, LA2, LA3, LA4; got `LA9`"),
        ("situation.place", {"country": "US"}, f"cannot be read: `country` is not among {OF_PLACE}"),
        ("situation.place", {"missing": "x"}, "must be a list; got `x`"),
        ("situation.documents", {}, "must be a list; got a table"),
        ("situation.documents", ["x"], "must be a table of type, party, valid_from, valid_until; got `x`"),
        ("situation.documents", [{"type": "nda"}], "cannot be read: `party` is missing; `valid_from` is missing"),
        ("situation.grants", [{"name": "x", "valid_from": "x", "valid_until": "x"}], f"{TIME} `x`"),
        ("situation.counters", [{"of": "cars", "days": 1, "count": 1}], "must be one of subjects, devices; got `cars`"),
        ("situation.counters", [{"of": "devices", "days": True, "count": 1}], f"{COUNT} `true`"),
        ("situation.counters", [{"of": "devices", "days": -1, "count": 1}], f"{COUNT} `-1`"),
        ("situation.counters", [{"of": "devices", "days": 1, "count": 1.0}], f"{COUNT} `1.0`"),
        ("situation.counters", [{"of": "devices", "days": 1, "count": HUGE}], f"{COUNT} {LARGE}"),
    ],
    ids=lambda value: None if value is None else type(value).__name__,
)  # fmt: skip
def test_a_wrong_value_is_named_with_what_it_should_be(path: str, value: object, said: str) -> None:
    assert refused(with_fact(path, value)) == (f"`{path}` {said}",)


GLASS = {"reason": "fire", "case": "INC-1", "opened_at": "2026-06-01T12:00:00Z", "closes_at": "2026-06-01T16:00:00Z"}


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ({}, " cannot be read: `reason` is missing; `case` is missing; `opened_at` is missing; `closes_at` is missing"),
        ({**GLASS, "reason": " "}, f" {TEXT} ` `"),
        ({**GLASS, "closes_at": "2026-06-01T16:00:01Z"}, ": breaking glass lasts at most 4 hours"),
    ],
)
def test_breaking_glass_is_read_whole_or_not_at_all(value: object, said: str) -> None:
    assert refused(with_fact("situation.break_glass", value)) == (f"`situation.break_glass`{said}",)
    assert read_request(with_fact("situation.break_glass", GLASS)).situation.break_glass is not None


def test_facts_that_contradict_one_another_are_refused() -> None:
    footage = {"id": "f", "captured_at": "2026-06-01T12:00:00Z", "captured_until": "2026-06-01T11:00:00Z"}
    assert refused({**LEAST, "footage": footage}) == ("`footage.captured_until` must follow a `footage.captured_at`",)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"id": 1.5}, "`id` must be text or a whole number up to 999999999; got `1.5`"),
        ({"id": ["x"]}, "`id` must be text or a whole number up to 999999999; got a list"),
        ({"action": "look"}, "`action` must be one of list, view, annotate, review, export, administer; got `look`"),
        ({"action": None}, "`action` must be one of list, view, annotate, review, export, administer; got nothing"),
        ({"sources": False}, "`sources` must be a list; got `false`"),
        ({"sources": [{"fact": "x"}]}, "`sources` cannot be read: `source` is missing"),
        ({"policy": "x"}, "unknown fact `policy`; known are id, action, viewer, footage, situation, sources"),
        ({"viewer": {}}, "`viewer.id` is missing"),
        ({"footage": {"id": None}}, "`footage.id` is missing"),
        ({"situation": {}}, "`situation.at` is missing"),
        (
            {"situation": {"at": "2026-06-01T12:00:00Z", "assurance": "LA2"}},
            "`situation.assurance` is the level of a `situation.place` that is a code beside it",
        ),
    ],
)
def test_a_problem_of_the_request_itself(change: dict[str, Any], said: str) -> None:
    assert refused({**LEAST, **change}) == (said,)


def test_a_fact_nobody_knows_is_refused_by_name() -> None:
    (said,) = refused(with_fact("viewer.nationality", "US"))
    assert said.startswith("unknown fact `viewer.nationality`; known are id, entity, entity_kind, entity_in, relation")
    (forged,) = refused(with_fact("footage.a\nline 9: b" + "c" * 10**6, 1))
    assert "\n" not in forged
    assert len(forged) < 500
    (of_age,) = refused(with_fact("footage.age", 3))
    assert of_age.startswith("unknown fact `footage.age`; known are id, jurisdiction")


def test_everything_wrong_is_said_at_once() -> None:
    assert refused({"viewer": 3, "situation": {"at": "x", "purpose": 3}}) == (
        "`action` must be one of list, view, annotate, review, export, administer; got nothing",
        "`viewer` must be a table of facts; got `3`",
        "`footage` must be a table of facts; got nothing",
        f"`situation.at` {TIME} `x`",
        f"`situation.purpose` {TEXT} `3`",
    )


@pytest.mark.parametrize(
    ("value", "said"), [([LEAST], "a list"), (None, "nothing"), ("view", "`view`"), (1e999, "`inf`")], ids=repr
)
def test_what_is_no_table_is_no_request(value: object, said: str) -> None:
    assert refused(value) == (f"a request must be a table of facts; got {said}",)


def test_a_decision_is_written_with_all_its_reasons() -> None:
    said = write_decision(decide(asks(where="PH"), DEMO))
    assert list(said) == [
        *("outcome", "rules", "obligations", "broke_glass", "because", "unknown", "would_change", "reason"),
        *("policy_hash", "policies_since", "inputs_hash"),
    ]
    assert (said["outcome"], said["rules"]) == ("deny", ["demo/california-in-the-united-states"])
    assert said["policies_since"] == "2026-01-01T00:00:00.000000+00:00"
    assert said["because"] == [
        {
            "rule": "demo/california-in-the-united-states",
            "effect": "abstain",
            "words": "Footage from California may be seen only by people in the United States who work there.",
            "citation": None,
            "why": "`situation.place` is `PH`, must be inside the United States; "
            "`viewer.attested_in` is `PH`, must be inside the United States",
        }
    ]
    assert canonical_json(said)


def test_before_the_first_policy_there_is_no_since() -> None:
    assert write_decision(decide(asks(), PolicySet.of()))["policies_since"] is None


def test_obligations_are_written_as_text() -> None:
    owing = rule_text("a").replace("[rule.when]", 'obligations = ["step-up"]\nquota = { views = 9, days = 1 }\n')
    said = write_decision(decide(asks(), policies(owing)))
    assert (said["outcome"], said["obligations"]) == ("allow-with-obligations", ["step-up", "quota:9/1d"])


def test_parts_that_are_written_the_same_are_read_once() -> None:
    parts: dict[tuple[str, str], Any] = {}
    first, second = (read_request(write_request(asks()), parts=parts) for _ in range(2))
    assert first == second == asks()
    assert first.viewer is second.viewer
    assert first.situation is second.situation


def test_a_part_with_a_problem_is_never_remembered() -> None:
    parts: dict[tuple[str, str], Any] = {}
    wrong = {**write_request(asks()), "viewer": {"id": "v", "colour": "blue"}}
    for _ in range(2):
        with pytest.raises(RequestError, match=r"unknown fact `viewer\.colour`"):
            read_request(wrong, parts=parts)
