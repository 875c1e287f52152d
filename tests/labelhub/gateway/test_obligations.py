"""An allow with obligations opens the door only to those who meet them."""

from __future__ import annotations

import json
import time

import pytest
from django.test import Client

from labelhub.accounts.models import Person
from labelhub.evidence.models import DecisionInputs, LedgerAction, LedgerEntry
from labelhub.footage.models import Footage
from labelhub.labeling.queue import count_work, reserve_next
from labelhub.policies.actions import activate_policy
from labelhub.policies.models import PolicyVersion
from residency import decide
from residency.wire import read_request
from tests import factories

pytestmark = pytest.mark.django_db

POLICY = """
name = "demo"
layer = "platform"
title = "Anything, under a condition"
effective_from = 2026-01-01

[[rule]]
id = "on-condition"
effect = "permit"
actions = ["list", "view", "annotate"]
words = "Footage may be seen on a condition."
{condition}
[rule.when]
situation.assurance = {{ at_least = "LA2" }}
"""


def put_in_force(condition: str) -> PolicyVersion:
    return activate_policy(POLICY.format(condition=condition), by="tests", at=factories.now())


@pytest.fixture
def footage(demo_policy: PolicyVersion, lead: Person, us_annotator: Person) -> Footage:
    """Footage whose task the annotator holds."""
    footage = factories.make_footage(factories.make_source())
    factories.make_footage(footage.source)
    factories.let_see(lead, footage.source)
    job = factories.make_job(lead, us_annotator)
    task = reserve_next(job.zones.get(), factories.standing_in(us_annotator))
    assert task is not None
    return task.footage


def ask(person: Person, footage: Footage, *, confirmed_ago: float | None = None) -> tuple[int, str]:
    client: Client = factories.signed_in(person)
    if confirmed_ago is not None:
        session = client.session
        session["account_authentication_methods"] = [
            {"method": "password", "at": time.time() - confirmed_ago},
            {"method": "mfa", "type": "totp", "at": time.time() - confirmed_ago},
        ]
        session.save()
    answer = client.get(f"/media/{footage.pk}/original")
    return answer.status_code, answer.content.decode()


@pytest.mark.parametrize("duty", ["redacted", "watermark"])
def test_what_the_door_cannot_do_is_refused_and_recorded(footage: Footage, us_annotator: Person, duty: str) -> None:
    put_in_force(f'obligations = ["{duty}"]')
    status, text = ask(us_annotator, footage)
    entry = LedgerEntry.objects.filter(action=LedgerAction.MEDIA_VIEW_DENIED).get()
    assert status == 403
    assert duty in text
    assert f"unmet:{duty}" in json.loads(entry.body)["rules"]


def test_nothing_is_downloaded_by_looking(footage: Footage, us_annotator: Person) -> None:
    put_in_force('obligations = ["no-download"]')
    assert ask(us_annotator, footage)[0] == 200


def test_a_step_up_asks_for_a_confirmation_of_the_last_ten_minutes(footage: Footage, us_annotator: Person) -> None:
    put_in_force('obligations = ["step-up"]')
    status, text = ask(us_annotator, footage, confirmed_ago=601)
    assert status == 403
    assert "Confirm that it is you" in text
    assert ask(us_annotator, footage, confirmed_ago=599)[0] == 200
    assert ask(us_annotator, footage, confirmed_ago=-60)[0] == 403, "a confirmation of the future is none"


def test_a_quota_counts_views_and_spares_those_under_a_lease(footage: Footage, us_annotator: Person) -> None:
    put_in_force("quota = { views = 1, days = 1 }")
    person = factories.signed_in(us_annotator)
    address = f"/media/{footage.pk}/original"
    assert [person.get(address).status_code for _ in range(2)] == [200, 200], "the second shares the first one's view"
    other = factories.signed_in(us_annotator)
    answer = other.get(address)
    assert answer.status_code == 403, "another session is another view"
    assert "1 times in 1 days" in answer.content.decode()


def test_a_recorded_decision_can_be_made_again_from_what_was_kept(footage: Footage, us_annotator: Person) -> None:
    version = put_in_force('obligations = ["no-download"]')
    ask(us_annotator, footage)
    entry = LedgerEntry.objects.filter(action=LedgerAction.MEDIA_VIEW_ALLOWED).get()
    kept = json.loads(DecisionInputs.objects.get(pk=entry.inputs_hash).facts)
    kept["situation"]["at"] = entry.at.isoformat()
    again = decide(read_request(kept), factories.policies_of(version))
    assert (again.inputs_hash, again.policy_hash) == (entry.inputs_hash, entry.policy_hash)
    assert list(again.rule_ids) == json.loads(entry.body)["rules"]


@pytest.mark.parametrize(("duty", "is_offered"), [("step-up", True), ("no-download", True), ("redacted", False)])
def test_only_work_that_the_door_could_show_is_offered(
    footage: Footage, us_annotator: Person, duty: str, *, is_offered: bool
) -> None:
    put_in_force(f'obligations = ["{duty}"]')
    standing = factories.standing_in(us_annotator)
    part = footage.tasks.get().job_zone
    assert (reserve_next(part, standing) is not None) is is_offered
    work = count_work(part, standing)
    assert (work.open > 0, work.refused_total > 0) == (is_offered, not is_offered)
