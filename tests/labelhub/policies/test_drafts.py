"""A policy's way into force: its cases, a dry run, acknowledgement by name, and a second person."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.test import Client

from labelhub.accounts.models import Person, Role
from labelhub.evidence.models import LedgerAction, LedgerEntry
from labelhub.footage.models import Footage
from labelhub.labeling.models import Job
from labelhub.policies.drafts import DraftError, approve, ask_for_trial, standing_of_draft, withdraw, write_draft
from labelhub.policies.in_one_go import activate_in_one_go
from labelhub.policies.models import PolicyDraft, PolicyTrial, PolicyVersion
from labelhub.policies.trials import run_trial
from labelhub.policies.versions import in_force, to_come
from residency import PolicyError
from tests import factories

pytestmark = pytest.mark.django_db

WIDE = """
name = "demo"
layer = "platform"
title = "Anybody whose place is known"
effective_from = 2026-01-01

[[rule]]
id = "anybody"
effect = "permit"
actions = ["list", "view", "annotate", "export"]
words = "Footage may be seen by anybody whose place is known."
[rule.when]
situation.assurance = { at_least = "LA1" }
"""
NARROW = """
name = "night"
layer = "contract"
title = "Nothing for now"
effective_from = 2026-01-01

[[rule]]
id = "nothing"
effect = "forbid"
actions = ["view", "annotate"]
words = "Nothing may be seen for now."
"""
CASE = """
[[case]]
name = "nobody sees anything"
kind = "{kind}"
expect = "{kind}"
[case.request]
action = "view"
viewer.id = "somebody"
footage.id = "some"
situation.at = 2026-06-01T12:00:00Z
situation.place = "US"
situation.assurance = "LA2"
"""


@pytest.fixture
def second(db: None) -> Person:
    return factories.make_person("second_officer", Role.OFFICER, attested="US")


@pytest.fixture
def californian(demo_policy: PolicyVersion) -> Footage:
    return factories.make_footage(factories.make_source())


@pytest.fixture
def job(lead: Person, californian: Footage, us_annotator: Person, manila_annotator: Person) -> Job:
    factories.let_see(lead, californian.source)
    return factories.make_job(lead, us_annotator, manila_annotator)


def tried(text: str, by: Person) -> PolicyDraft:
    """A draft with a finished dry run."""
    draft = write_draft(text, by=by, at=factories.now())
    trial = ask_for_trial(draft, days=30, by=by, at=factories.now())
    run_trial(trial, at=factories.now(), now=factories.now)
    return draft


def refused(draft: PolicyDraft, by: Person, match: str, **options: object) -> None:
    before = PolicyVersion.objects.count()
    with pytest.raises(DraftError, match=match):
        approve(draft, by=by, at=factories.now(), **options)  # type: ignore[arg-type]
    assert PolicyVersion.objects.count() == before


def test_only_an_officer_writes_a_draft(lead: Person) -> None:
    with pytest.raises(DraftError, match="only a compliance officer"):
        write_draft(NARROW, by=lead, at=factories.now())


def test_a_text_with_problems_is_not_kept(officer: Person) -> None:
    with pytest.raises(PolicyError):
        write_draft(NARROW.replace("forbid", "refuse"), by=officer, at=factories.now())
    assert not PolicyDraft.objects.exists()


def test_without_a_dry_run_nothing_is_approved(job: Job, officer: Person, second: Person) -> None:
    refused(write_draft(NARROW, by=officer, at=factories.now()), second, "run one first")


def test_a_dry_run_of_another_text_counts_no_more(job: Job, officer: Person, second: Person) -> None:
    draft = tried(NARROW, officer)
    write_draft(NARROW.replace("Nothing for now", "Nothing ever"), by=officer, at=factories.now(), draft=draft)
    refused(draft, second, "run one first")


def test_a_dry_run_against_other_policies_counts_no_more(job: Job, officer: Person, second: Person) -> None:
    draft = tried(NARROW, officer)
    activate_in_one_go(NARROW.replace("night", "day"), author=officer, approver=second)
    refused(draft, second, "run one first")


def test_a_failing_case_stops_the_approval(job: Job, officer: Person, second: Person) -> None:
    refused(tried(NARROW + CASE.format(kind="allow"), officer), second, "do not come out as written")
    assert approve(tried(NARROW + CASE.format(kind="deny"), officer), by=second, at=factories.now()).name == "night"


def test_who_is_newly_allowed_is_acknowledged_by_name(
    job: Job, officer: Person, second: Person, manila_annotator: Person
) -> None:
    draft = tried(WIDE, officer)
    result = standing_of_draft(draft, at=factories.now()).result
    assert result is not None
    (one,) = result.to_acknowledge
    assert (one.person, one.jurisdiction, one.action) == (manila_annotator.pseudonym, "US-CA", "annotate")
    refused(draft, second, "not acknowledged")
    refused(draft, second, "not acknowledged", acknowledged=["somebody-else|US-CA|annotate"])
    version = approve(draft, by=second, at=factories.now(), acknowledged=[one.key])
    entry = LedgerEntry.objects.filter(action=LedgerAction.POLICY_VERSION_ACTIVATED).latest("at")
    assert json.loads(entry.body)["details"]["acknowledged"] == [one.key]
    assert in_force(at=factories.now()).documents[0].version == version


def test_an_author_cannot_approve_what_opens_something(job: Job, officer: Person) -> None:
    draft = tried(WIDE, officer)
    result = standing_of_draft(draft, at=factories.now()).result
    assert result is not None
    refused(draft, officer, "another compliance officer", acknowledged=[one.key for one in result.to_acknowledge])


def test_whoever_changed_the_text_last_is_its_author(job: Job, officer: Person, second: Person) -> None:
    draft = tried(WIDE, officer)
    write_draft(WIDE, by=second, at=factories.now(), draft=draft)
    result = standing_of_draft(draft, at=factories.now()).result
    assert result is not None
    refused(draft, second, "another compliance officer", acknowledged=[one.key for one in result.to_acknowledge])


def test_an_author_may_tighten_at_once_but_not_for_later(job: Job, officer: Person) -> None:
    draft = tried(NARROW, officer)
    refused(draft, officer, "only at once", takes_effect=factories.now() + timedelta(days=1))
    assert approve(draft, by=officer, at=factories.now()).name == "night"


def test_a_version_scheduled_for_later_leaves_its_predecessor_in_force(
    job: Job, officer: Person, second: Person, demo_policy: PolicyVersion
) -> None:
    at = factories.now()
    draft = tried(WIDE, officer)
    result = standing_of_draft(draft, at=at).result
    assert result is not None
    later = at + timedelta(days=2)
    keys = [one.key for one in result.to_acknowledge]
    version = approve(draft, by=second, at=factories.now(), acknowledged=keys, takes_effect=later)
    assert [one.version for one in in_force(at=factories.now()).documents] == [demo_policy]
    assert to_come(at=factories.now()) == [version]
    assert [one.version for one in in_force(at=later).documents] == [version]


def test_nothing_takes_effect_in_the_past(job: Job, officer: Person, second: Person) -> None:
    refused(tried(NARROW, officer), second, "in the past", takes_effect=factories.now() - timedelta(hours=1))


def test_an_approved_or_withdrawn_draft_is_over(job: Job, officer: Person, second: Person) -> None:
    approved, withdrawn = tried(NARROW, officer), tried(NARROW.replace("night", "day"), officer)
    approve(approved, by=second, at=factories.now())
    withdraw(withdrawn, by=officer, at=factories.now())
    for draft in (approved, withdrawn):
        refused(draft, second, "begin another")
        draft.refresh_from_db()
        with pytest.raises(DraftError, match="begin another"):
            write_draft(NARROW, by=officer, at=factories.now(), draft=draft)


def test_a_dry_run_counts_past_views_by_rule_person_and_job(
    job: Job, californian: Footage, officer: Person, us_annotator: Person, manila_annotator: Person
) -> None:
    for person, country in ((us_annotator, "US"), (manila_annotator, "PH")):
        client: Client = factories.signed_in(person, country)
        client.post(f"/work/{job.name}/guideline")
        client.get(f"/media/{californian.pk}/original")
    draft = tried(NARROW, officer)
    result = standing_of_draft(draft, at=factories.now()).result
    assert result is not None
    assert result.views == 2
    assert result.work == 2
    assert result.turns.get("newly-denied", 0) == 1, "the annotator's residence permitted it, though they held no task"
    assert result.work_turns == {"newly-denied": 1}
    assert ("night/nothing", "newly-denied", 2) in result.rules
    assert (us_annotator.pseudonym, "newly-denied", 2) in result.people
    assert [(one.job, one.tasks) for one in result.last_annotators] == [(job.name, 1)]


def test_a_view_whose_facts_are_gone_is_counted_as_such(
    job: Job, californian: Footage, officer: Person, us_annotator: Person
) -> None:
    factories.signed_in(us_annotator).get(f"/media/{californian.pk}/original")
    factories.forget_inputs()
    result = standing_of_draft(tried(NARROW, officer), at=factories.now()).result
    assert result is not None
    assert (result.views, result.not_replayable) == (0, 1)


def test_a_dry_run_that_was_done_is_not_done_again(job: Job, officer: Person) -> None:
    draft = tried(NARROW, officer)
    trial = draft.trials.get()
    PolicyTrial.objects.filter(pk=trial.pk).update(seen=99)
    run_trial(trial, at=factories.now(), now=factories.now)
    assert draft.trials.get().seen == 99


def test_the_first_policy_of_all_needs_two_people(officer: Person, second: Person) -> None:
    with pytest.raises(DraftError, match="another compliance officer"):
        activate_in_one_go(WIDE, author=officer, approver=officer)
    version, result = activate_in_one_go(WIDE, author=officer, approver=second)
    assert version.activated_by == second.pseudonym
    assert result.newly_allowed == 0


def test_a_draft_that_leaves_an_owner_without_any_permit_says_so(
    job: Job, californian: Footage, officer: Person, owner: Person
) -> None:
    californian.source.owner = owner.organization
    californian.source.save(update_fields=["owner"])
    text = WIDE.replace("[rule.when]", '[rule.when]\nfootage.owner = { one_of = ["somebody-else"] }')
    findings = standing_of_draft(write_draft(text, by=officer, at=factories.now()), at=factories.now()).findings
    assert [one.kind.value for one in findings] == ["tenant-without-permit"]
    assert "`golden-coast`" in str(findings[0])
