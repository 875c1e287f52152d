"""Every pack that ships: what it says of itself, its own cases, and the switches that its cases do not turn."""

from datetime import timedelta
from functools import lru_cache
from itertools import product
from pathlib import Path
from typing import Any

import pytest

import residency
from residency import Layer, Policy, decide, parse_policy
from residency.cases import setting_of
from residency.checks import Kind, check
from residency.mutate import survivors
from residency.pack import About, CaseKind, Confidence
from residency.wire import read_request

FOLDER = Path(residency.__file__).parent / "packs"
FILES = sorted(FOLDER.glob("*.toml"))

each_pack = pytest.mark.parametrize("file", FILES, ids=[file.stem for file in FILES])


@lru_cache
def pack_of(file: Path) -> Policy:
    return parse_policy(file.read_text(encoding="utf-8"), name=file.name)


def about(file: Path) -> About:
    said = pack_of(file).about
    assert said is not None
    return said


def as_switched(file: Path) -> list[Policy]:
    """The pack once for every way to turn its switches."""
    switches = [one.name for one in about(file).parameters if isinstance(one.value, bool)]
    ways = [dict(zip(switches, values, strict=True)) for values in product((True, False), repeat=len(switches))]
    text = file.read_text(encoding="utf-8")
    return [parse_policy(text, name=file.name, parameters=way) for way in ways]


def test_there_are_packs() -> None:
    assert "baseline-default-deny" in {file.stem for file in FILES}


def test_no_two_packs_share_a_name() -> None:
    names = [pack_of(file).name for file in FILES]
    assert len(names) == len(set(names))


@each_pack
def test_a_pack_is_named_as_its_file(file: Path) -> None:
    assert pack_of(file).name == file.stem


@each_pack
def test_its_cases_come_out_and_nothing_is_found_in_it(file: Path) -> None:
    as_of = about(file).as_of
    assert as_of is not None
    assert check(pack_of(file), on=as_of) == ()


@each_pack
def test_each_condition_has_a_case_that_would_notice_it_turned_around(file: Path) -> None:
    assert survivors(pack_of(file)) == ()


@each_pack
def test_it_has_ten_cases_and_one_of_each_kind(file: Path) -> None:
    cases = about(file).cases
    assert len(cases) >= 10
    assert {case.kind for case in cases} == set(CaseKind)


@each_pack
def test_cases_before_and_after_lie_on_both_sides_of_the_day_it_takes_effect(file: Path) -> None:
    starts = pack_of(file).effective_from
    for case in about(file).cases:
        at = read_request(case.request).situation.at
        assert (at < starts) is (case.kind is CaseKind.BEFORE), case.name


@each_pack
def test_it_explains_itself_in_plain_language(file: Path) -> None:
    assert len(about(file).explanation.split()) >= 40


@each_pack
def test_it_says_that_it_is_no_legal_advice(file: Path) -> None:
    assert about(file).disclaimer.startswith("Not legal advice. ")


@each_pack
def test_it_is_to_be_reviewed_within_half_a_year(file: Path) -> None:
    said = about(file)
    assert said.as_of is not None
    assert said.review_by is not None
    assert said.as_of < said.review_by <= said.as_of + timedelta(days=184)


@each_pack
def test_its_changelog_begins_on_the_day_of_its_sources_or_before(file: Path) -> None:
    said = about(file)
    assert said.changelog
    assert said.changelog[0][:10] <= str(said.as_of)


@each_pack
def test_each_claim_has_its_source_and_how_far_it_was_checked(file: Path) -> None:
    clauses = about(file).clauses
    assert clauses
    assert all(clause.citation.strip() and clause.text.strip() and clause.confidence for clause in clauses)


@each_pack
def test_what_was_not_verified_says_so(file: Path) -> None:
    unverified = [clause for clause in about(file).clauses if clause.confidence is Confidence.UNVERIFIED]
    assert [one.text for one in unverified if not one.text.lower().startswith("not verified")] == []


@each_pack
def test_every_rule_of_a_law_cites_it_however_the_switches_stand(file: Path) -> None:
    for policy in as_switched(file):
        assert [rule.id for rule in policy.rules if policy.layer is Layer.LAW and not rule.citation] == []


@each_pack
def test_no_way_to_turn_the_switches_leaves_a_rule_that_does_nothing(file: Path) -> None:
    for policy in as_switched(file):
        found = check(policy, on=policy.effective_from.date())
        assert [str(one) for one in found if one.kind is not Kind.CASE_FAILS] == []


def allowed(name: str, case: str, parameters: dict[str, Any], **facts: dict[str, object]) -> bool:
    """How a pack answers one of its cases, with other parameters and facts."""
    text = (FOLDER / f"{name}.toml").read_text(encoding="utf-8")
    policy = parse_policy(text, name=name, parameters=parameters)
    assert policy.about is not None
    request = dict(next(one for one in policy.about.cases if one.name == case).request)
    for part, changed in facts.items():
        below = request[part]
        assert isinstance(below, dict)
        request[part] = {**below, **changed}
    return decide(read_request(request), setting_of(policy)).permitted


OUTSIDE = "an outside annotator"


def test_california_lets_processors_annotate_once_counsel_calls_it_processing() -> None:
    parameters = {"treat_annotation_as_processing": True}
    assert allowed("us-ca-sb34", OUTSIDE, parameters)
    assert not allowed("us-ca-sb34", OUTSIDE, parameters, viewer={"clearances": []})
    assert not allowed("us-ca-sb34", OUTSIDE, parameters, viewer={"relation": "recipient"})


def test_california_lets_a_private_operator_name_whom_it_likes() -> None:
    parameters = {"owners_are_public_agencies": False}
    assert allowed("us-ca-sb34", OUTSIDE, parameters)
    assert not allowed("us-ca-sb34", OUTSIDE, parameters, situation={"purpose": "advertising"})


@pytest.mark.parametrize("name", ["us-va-5517", "us-wa-6002"])
def test_vendors_look_once_counsel_says_so(name: str) -> None:
    assert not allowed(name, OUTSIDE, {})
    assert allowed(name, OUTSIDE, {"vendors_may_view": True})


def test_washington_asks_for_no_case_once_counsel_says_so() -> None:
    assert allowed("us-wa-6002", "no case", {"ask_for_case": False})


@pytest.mark.parametrize(
    ("plates", "faces", "devices", "people"),
    [(True, True, False, False), (True, False, False, True), (False, True, True, False), (False, False, True, True)],
)
def test_the_bulk_rule_counts_what_counsel_says_counts(
    *, plates: bool, faces: bool, devices: bool, people: bool
) -> None:
    parameters = {"plates_are_device_locations": plates, "faces_are_biometric_identifiers": faces}
    assert allowed("us-doj-202", "the thousand and first device", parameters) is devices
    assert allowed("us-doj-202", "the thousand and first person", parameters) is people
    assert not allowed("us-doj-202", "a listed area, whatever the volume", parameters)


def test_the_bulk_rule_does_not_give_way_to_breaking_glass() -> None:
    opened = {"reason": "r", "case": "c", "opened_at": "2027-01-15T11:00:00Z", "closes_at": "2027-01-15T13:00:00Z"}
    glass = {"break_glass": opened}
    assert not allowed("us-doj-202", "the thousand and first device", {}, situation=glass)
    assert allowed("us-wa-6002", "an owner that has not registered", {}, situation=glass)
