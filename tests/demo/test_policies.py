"""The demo's three documents together: who of its people may see which of its footage, from where."""

from __future__ import annotations

from datetime import UTC, datetime
from importlib.resources import files

import pytest

from residency import (
    Action,
    AssuranceLevel,
    Footage,
    Place,
    PolicySet,
    Request,
    Sensitivity,
    Situation,
    Viewer,
    decide,
    parse_policy,
)
from residency.checks import check
from residency.facts import Document
from residency.shelf import pack_text

AT = datetime(2026, 12, 1, tzinfo=UTC)
FOLDER = files("labelhub.demo")
TEXTS = {name: FOLDER.joinpath(f"{name}.toml").read_text(encoding="utf-8") for name in ("policy", "contract")}
POLICIES = PolicySet.of(
    *(parse_policy(text, name=name) for name, text in {**TEXTS, "law": pack_text("eu-gdpr-v")}.items())
)
MEMBERSHIP = Document(type="dpf-participation", party="northgate", valid_from=datetime(2026, 1, 1, tzinfo=UTC))

VIEWERS = {
    "annotator.us": Viewer(id="u", entity="bayside", entity_in="US", relation="processor", attested_in="US"),
    "annotator.ph": Viewer(id="p", entity="manila-data", entity_in="PH", relation="processor", attested_in="PH"),
    "annotator.de": Viewer(id="d", entity="spree", entity_in="DE", relation="processor", attested_in="DE"),
    "lead": Viewer(id="l", entity="northgate", entity_in="US", relation="employee", attested_in="US"),
}


def camera(jurisdiction: str, owner: str, *marks: str) -> Footage:
    return Footage(
        id="f",
        jurisdiction=jurisdiction,
        owner=owner,
        marks=frozenset(marks),
        sensitivity=Sensitivity.PERSONAL,
        shows=frozenset({"people", "plates"}),
        criminal_justice=False,
    )


CAMERAS = {
    "cam-ca-1": camera("US-CA", "golden-coast"),
    "cam-tx-public": camera("US-TX", "golden-coast", "public-test"),
    "cam-tx-2": camera("US-TX", "golden-coast"),
    "cam-de-1": camera("DE-BE", "stadtverkehr"),
}
SEES = {
    "annotator.us": {"cam-ca-1", "cam-tx-public"},
    "annotator.ph": {"cam-tx-public"},
    "annotator.de": {"cam-tx-public", "cam-de-1"},
}


def permitted(who: str, where: str, what: str, action: Action) -> bool:
    place = Place(jurisdiction=where, level=AssuranceLevel.LA2)
    situation = Situation(at=AT, place=place, purpose="ml-training", documents=(MEMBERSHIP,))
    request = Request(action=action, viewer=VIEWERS[who], footage=CAMERAS[what], situation=situation)
    return decide(request, POLICIES).allowed


@pytest.mark.parametrize("name", TEXTS)
def test_a_document_of_the_demo_comes_through_its_own_checks(name: str) -> None:
    assert check(parse_policy(TEXTS[name], name=name), on=AT.date()) == ()


@pytest.mark.parametrize(("who", "where"), [("annotator.us", "US"), ("annotator.ph", "PH"), ("annotator.de", "DE")])
@pytest.mark.parametrize("action", [Action.VIEW, Action.ANNOTATE])
def test_each_annotator_sees_what_the_tour_promises_and_nothing_else(who: str, where: str, action: Action) -> None:
    assert {what for what in CAMERAS if permitted(who, where, what, action)} == SEES[who]


def test_a_lead_exports_what_is_in_the_united_states_only() -> None:
    assert {what for what in CAMERAS if permitted("lead", "US", what, Action.EXPORT)} == {"cam-ca-1", "cam-tx-public"}


def test_nobody_sees_anything_from_a_place_that_is_not_theirs() -> None:
    assert not permitted("annotator.us", "PH", "cam-ca-1", Action.VIEW)
    assert not permitted("annotator.de", "US", "cam-de-1", Action.VIEW)


@pytest.mark.parametrize("where", ["US", "DE"])  # at home; and as commands list, as if in the zone
def test_a_lead_lists_all_footage_to_make_jobs_of_it(where: str) -> None:
    assert {what for what in CAMERAS if permitted("lead", where, what, Action.LIST)} == set(CAMERAS)
    assert not permitted("lead", "US", "cam-de-1", Action.VIEW)
