"""Reasons: friendly and discreet for the person asking, complete for the officer."""

from dataclasses import replace
from datetime import timedelta

import pytest

from residency import (
    Action,
    AssuranceLevel,
    Decision,
    Footage,
    MediaKind,
    Place,
    PolicySet,
    Sensitivity,
    decide,
    parse_policy,
)
from residency.assurance import TAKEN
from tests.residency.cast import AT, CALIFORNIA_STILL, DEMO, asks, policies, policy_text, rule_text, without_place

NOT_OPEN = "It is not open to the organization or role you work in."
SECRETIVE = Footage(
    id="secret-id",
    jurisdiction="US-CA",
    owner="secret-owner",
    source="secret-source",
    zone="secret-zone",
    marks=frozenset({"secret-mark"}),
)


@pytest.mark.parametrize("action", list(Action))
@pytest.mark.parametrize("where", ["US", "PH"])
def test_the_short_reason_tells_no_secret_of_the_footage(action: Action, where: str) -> None:
    told = policies(
        rule_text("only-some", when='footage.owner = { one_of = ["secret-owner"] }\nsituation.place.inside = ["US"]'),
        rule_text("secret-rule", "forbid", 'footage.marks = { has = ["secret-mark"] }'),
    )
    for policy_set in (told, DEMO):
        decision = decide(asks(SECRETIVE, where=where, action=action), policy_set)
        assert "secret" not in decision.short_reason()
        assert not any("secret" in change for change in decision.would_change)


def test_an_allowed_decision_says_so_and_nothing_would_change_it() -> None:
    decision = decide(asks(action=Action.EXPORT), DEMO)
    assert decision.short_reason() == "You may export this footage."
    assert decision.would_change == ()


def test_what_would_change_a_wrong_place() -> None:
    assert decide(asks(where="PH"), DEMO).would_change == (
        "the place you connect from being inside the United States",
        "your attested place of work being inside the United States",
    )


def test_what_would_change_unknown_facts() -> None:
    nowhere = without_place(asks(replace(CALIFORNIA_STILL, jurisdiction=None)))
    assert decide(nowhere, DEMO).would_change == (
        "the place you connect from being known",
        "where the footage was recorded being known",
    )


def from_unknown(*disagreements: str) -> Decision:
    place = Place(jurisdiction=None, level=AssuranceLevel.LA0, disagreements=disagreements)
    asked = asks()
    return decide(replace(asked, situation=replace(asked.situation, place=place)), DEMO)


def test_a_person_behind_an_anonymiser_is_told_so_and_what_would_change_it() -> None:
    decision = from_unknown("the connection comes through an anonymising network")
    assert decision.short_reason().endswith(
        "We could not establish where you are connecting from, "
        "since the connection comes through an anonymising network."
    )
    assert "the connection coming through no anonymising network" in decision.would_change


def test_signals_that_disagree_are_told_to_the_person_whose_they_are() -> None:
    decision = from_unknown("the address databases name `US` and `PH`")
    assert decision.short_reason().endswith("from, since the address databases name `US` and `PH`.")
    assert "the connection coming through no anonymising network" not in decision.would_change


def test_a_forbid_on_the_person_is_told_with_the_person() -> None:
    no_ph = policies(rule_text("all"), rule_text("no-ph", "forbid", 'situation.place = { inside = ["PH"] }'))
    decision = decide(asks(where="PH"), no_ph)
    assert decision.short_reason() == (
        "You may not see this footage: it is from California, and a rule forbids it. "
        "You are connecting from the Philippines."
    )
    assert decision.would_change == ("the place you connect from not being inside the Philippines",)


def test_a_forbid_on_an_unknown_fact_would_change_once_it_is_known() -> None:
    decision = decide(
        asks(), policies(rule_text("all"), rule_text("no", "forbid", 'viewer.entity = { one_of = ["x"] }'))
    )
    assert decision.would_change == (
        "the organization you work for being known",
        "the organization you work for not being `x`",
    )
    assert decision.short_reason().endswith("It is not open to the organization or role you work in.")


def test_the_nearest_rule_is_the_one_explained() -> None:
    two = policies(
        rule_text("far", when='situation.place = { inside = ["DE"] }\nviewer.attested_in = { inside = ["DE"] }'),
        rule_text("near", when='situation.place = { inside = ["US"] }\nsituation.assurance = { at_least = "LA3" }'),
    )
    decision = decide(asks(), two)
    assert [verdict.rule for verdict in decision.because] == ["near", "far"]
    assert decision.short_reason() == (
        "You may not see this footage: it is from California and may be viewed only from Germany or the United States. "
        "Where you connect from is not vouched for well enough (that takes an attested place of work that agrees, an "
        "allow-listed network that agrees or a managed device, and a passkey bound to its device)."
    )
    assert decision.would_change == (f"the place you connect from being vouched for by {TAKEN[AssuranceLevel.LA3]}",)


@pytest.mark.parametrize("level", list(AssuranceLevel)[1:])
@pytest.mark.parametrize("effect", ["permit", "forbid"])
def test_who_asks_is_told_what_a_level_takes_and_not_its_name(level: AssuranceLevel, effect: str) -> None:
    test = "at_least" if effect == "permit" else "below"
    asked = rule_text("sure", effect, f'situation.assurance = {{ {test} = "{level.name}" }}')
    two = policies(asked) if effect == "permit" else policies(rule_text("all"), asked)
    lower = Place(jurisdiction="US", level=AssuranceLevel(level - 1))
    request = replace(asks(), situation=replace(asks().situation, place=lower))
    decision = decide(request, two)
    assert f"the place you connect from being vouched for by {TAKEN[level]}" in decision.would_change
    assert (f"(that takes {TAKEN[level]})" in decision.short_reason()) is lower.known
    for said in (decision.short_reason(), *decision.would_change):
        assert not any(each.name in said for each in AssuranceLevel)


def test_of_several_levels_the_highest_is_told() -> None:
    told = policies(
        rule_text("all"),
        rule_text("no-2", "forbid", 'situation.assurance = { below = "LA4" }'),
        rule_text("no-1", "forbid", 'situation.assurance = { below = "LA3" }'),
    )
    assert decide(asks(), told).short_reason().endswith(f"(that takes {TAKEN[AssuranceLevel.LA4]}).")


def law_and_job(law: str, job: str) -> PolicySet:
    """A law's rule and a job's, each under its own conditions."""
    of_law = policy_text(rule_text("law", when=law), name="a-law", layer="law")
    of_job = policy_text(rule_text("job", when=job), name="a-job", layer="job")
    return PolicySet.of(parse_policy(of_job, name="job"), parse_policy(of_law, name="law"))


@pytest.mark.parametrize(
    ("law", "job", "told"),
    [
        (["DE"], ["FR"], "only from Germany and, by another rule, only from France."),
        (["DE"], ["DE"], "only from Germany."),
        (["EEA"], ["DE"], "only from Germany."),
        (["DE"], ["DE", "FR"], "only from Germany."),
        (["DE", "DE-BE"], ["DE"], "only from Germany or Berlin."),
        (
            ["DE", "FR"],
            ["FR", "NL"],
            "only from Germany or France and, by another rule, only from France or the Netherlands.",
        ),
        (["US"], ["FR"], "only from France."),
    ],
)
def test_every_place_that_stands_in_the_way_is_told_once(law: list[str], job: list[str], told: str) -> None:
    decision = decide(asks(), law_and_job(f"situation.place.inside = {law}", f"situation.place.inside = {job}"))
    start = "You may not see this footage: it is from California and may be viewed "
    assert decision.short_reason() == f"{start}{told} You are connecting from the United States."


def test_what_each_policy_misses_is_told() -> None:
    wide = law_and_job('situation.purpose.one_of = ["research"]', 'situation.place.inside = ["FR"]')
    assert decide(asks(), wide).short_reason() == (
        "You may not see this footage: it is from California and may be viewed only from France. "
        "You are connecting from the United States and the purpose `ml-training` is not permitted."
    )
    devices = law_and_job('situation.device.one_of = ["managed"]', 'situation.device.one_of = ["supervised"]')
    at_own = replace(asks(), situation=replace(asks().situation, device="unmanaged"))
    told = "The device you use must be `managed` and `supervised`."
    assert decide(at_own, devices).short_reason().endswith(told)


def test_what_would_change_a_refusal_by_several_policies() -> None:
    decision = decide(asks(), law_and_job('situation.place.inside = ["DE"]', 'situation.place.inside = ["FR"]'))
    assert decision.would_change == (
        "the place you connect from being inside France",
        "the place you connect from being inside Germany",
    )


def test_the_officer_reads_rules_inputs_and_what_was_unknown() -> None:
    request = asks(where="PH")
    place = Place(
        jurisdiction="PH", level=AssuranceLevel.LA1, disagreements=("a and b differ",), missing=("no second factor",)
    )
    situation = replace(request.situation, place=place, purpose=None)
    told = decide(replace(request, situation=situation), DEMO).full_reason().splitlines()
    assert told[0] == "deny: view of footage `still-ca` by `annotator.ph` at 2026-06-01T12:00:00+00:00"
    assert told[1].startswith(
        "not met: `demo/california-in-the-united-states`: Footage from California may be seen only"
    )
    assert "`situation.place` is `PH`, must be inside the United States" in told[1]
    assert "`situation.purpose` is unknown, must be" in told[1]
    assert "footage.jurisdiction: `US-CA`" in told
    assert "footage.marks: `none`" in told
    assert "viewer.entity: unknown" in told
    assert "situation.place: `PH`" in told
    assert "situation.assurance: `LA1`" in told
    assert "disagreement: a and b differ" in told
    assert "missing: no second factor" in told
    assert "unknown: situation.purpose" in told
    assert told[-2:] == [
        f"policy {DEMO.hash}, in force since 2026-01-01T00:00:00+00:00",
        f"inputs {decide(replace(request, situation=situation), DEMO).inputs_hash}",
    ]


def test_the_officer_reads_that_no_rule_permits() -> None:
    unmarked = without_place(asks(Footage(id="f", jurisdiction="US-TX")))
    told = decide(unmarked, PolicySet.of()).full_reason().splitlines()
    assert told[1] == (
        "forbid: `residency/place-must-be-known`: From a place that is not known nothing may be seen. "
        "[`situation.place` is unknown]"
    )
    assert decide(asks(), PolicySet.of()).full_reason().splitlines()[1] == "no rule permits it"
    assert "footage.marks: unknown" in told


def test_a_citation_is_shown_to_the_officer() -> None:
    cited = rule_text("cited").replace('words = "', 'citation = "Art. 44 GDPR"\nwords = "')
    told = decide(asks(), policies(cited)).full_reason().splitlines()
    assert told[1] == "permit: `test/cited`: Rule cited. (Art. 44 GDPR)"
    assert "unknown: nothing that mattered" in told


OPEN = 'situation.place.inside = ["US"]'


@pytest.mark.parametrize(
    ("when", "facts", "sentence"),
    [
        ('viewer.training.has = ["privacy"]', {"training": frozenset()}, "Your training must be including `privacy`."),
        ('viewer.training.has = ["privacy"]', {}, "Your training is not known."),
        ("viewer.designated.is = true", {"designated": False}, "Being a designated person must be so."),
        ('viewer.residence.inside = ["US"]', {"residence": "DE"}, "Your residence must be inside the United States."),
        (
            'viewer.entity_owners.none_inside = ["CN"]',
            {"entity_owners": frozenset({"CN"})},
            "Who owns your organization must be wholly outside China.",
        ),
        ("situation.case.given = true", {}, "The case reference is not known."),
        ('situation.device.one_of = ["managed"]', {}, "The device you use is not known."),
        ('situation.grants.holds = ["on-call"]', {}, "The grants you hold is not known."),
        (
            "situation.at.before = 2026-01-02",
            {},
            "The date must be before 2026-01-02.",
        ),
        (
            'situation.hours.within = { from = "22:00", until = "06:00" }',
            {},
            "The time of day must be between 22:00 and 06:00 (UTC+00:00).",
        ),
        ('viewer.relation.one_of = ["employee"]', {"relation": "agent"}, NOT_OPEN),
        ('viewer.entity.one_of = ["acme"]\nviewer.relation.one_of = ["employee"]', {}, NOT_OPEN),
        (
            'viewer.engagement.one_of = ["staff"]\nviewer.training.has = ["privacy"]',
            {"engagement": "agency"},
            "How you are engaged must be `staff` and your training is not known.",
        ),
    ],
)
def test_what_is_asked_of_the_person_is_told_in_words(when: str, facts: dict[str, object], sentence: str) -> None:
    request = asks()
    request = replace(request, viewer=replace(request.viewer, **facts))  # type: ignore[arg-type]
    decision = decide(request, policies(rule_text("a", when=f"{OPEN}\n{when}")))
    assert decision.short_reason() == (
        f"You may not see this footage: it is from California and may be viewed only from the United States. {sentence}"
    )


def test_of_a_forbid_the_person_is_told_what_about_them_it_forbids() -> None:
    forbid = rule_text("no", "forbid", 'viewer.training.lacks = ["privacy"]')
    request = replace(asks(), viewer=replace(asks().viewer, training=frozenset()))
    assert decide(request, policies(rule_text("all"), forbid)).short_reason() == (
        "You may not see this footage: it is from California, and a rule forbids it. "
        "Your training must not be without `privacy`."
    )


SENSITIVE = (
    'footage.sensitivity.at_least = "protected"',
    'footage.place_tags.has = ["secret-clinic"]',
    'footage.shows.has = ["secret-faces"]',
    'footage.consent_scope.lacks = ["secret-use"]',
    "footage.criminal_justice.is = true",
    'footage.contract.one_of = ["secret-contract"]',
    'footage.owner.one_of = ["secret-owner"]',
    'footage.source.one_of = ["secret-source"]',
    'footage.zone.one_of = ["secret-zone"]',
    'footage.marks.has = ["secret-mark"]',
    "footage.age.over_days = 1",
    "footage.captured_at.before = 2026-06-01",
    'footage.media_kind.one_of = ["video"]',
)
TOLD_NOTHING = "You may not see this footage: it is from California, and a rule forbids it."


@pytest.mark.parametrize("when", SENSITIVE)
@pytest.mark.parametrize("known", [True, False])
def test_a_forbid_on_any_fact_of_the_footage_tells_the_person_nothing_of_it(when: str, *, known: bool) -> None:
    footage = replace(
        SECRETIVE,
        sensitivity=Sensitivity.PROTECTED,
        place_tags=frozenset({"secret-clinic"}),
        shows=frozenset({"secret-faces"}),
        consent_scope=frozenset(),
        criminal_justice=True,
        contract="secret-contract",
        media_kind=MediaKind.VIDEO,
        captured_at=AT - timedelta(days=9),
    )
    request = asks(footage if known else Footage(id="secret-id", jurisdiction="US-CA"))
    decision = decide(request, policies(rule_text("all"), rule_text("secret-rule", "forbid", when)))
    assert decision.short_reason() == TOLD_NOTHING
    assert decision.would_change == ()
    assert not decision.permitted


def test_a_permit_that_asks_for_facts_of_the_footage_is_not_told_either() -> None:
    rule = rule_text("secret-rule", when='footage.owner.one_of = ["other"]\nfootage.shows.lacks = ["secret-faces"]')
    decision = decide(asks(SECRETIVE), policies(rule))
    assert decision.short_reason() == "You may not see this footage: it is from California, and no rule permits it."
    assert decision.would_change == ()


def test_a_document_is_asked_for_without_naming_whose_it_is() -> None:
    when = 'situation.documents.requires_document = { type = "nda", party = "footage.owner" }'
    request = replace(asks(SECRETIVE), situation=replace(asks().situation, documents=()))
    decision = decide(request, policies(rule_text("a", when=when)))
    assert decision.short_reason().endswith("The documents held must be with a `nda` of the footage's owner.")
    assert "secret" not in decision.short_reason()
