"""Breaking glass: asked for by one, opened by another, for looking only, and closed by itself."""

from __future__ import annotations

import json
import threading
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test import Client

from labelhub.accounts.models import Person, Role
from labelhub.evidence.models import LedgerAction, LedgerEntry
from labelhub.footage.models import Footage
from labelhub.policies import emergencies
from labelhub.policies.emergencies import EmergencyError, State, state_of
from labelhub.policies.emergency_queries import emergencies_for
from labelhub.policies.models import Emergency
from residency import Action
from tests import factories

ASKED = {"case": "INC-2031", "reason": "a child is missing", "hours": "2"}


@pytest.fixture
def berlin(lead: Person, demo_policy: object) -> Footage:
    """Footage of the lead's own camera that the demo's rules refuse them in the United States."""
    camera = factories.make_source("cam-de-1", "DE", zone=factories.make_zone("eu", "DE"))
    factories.let_see(lead, camera)
    return factories.make_footage(camera)


@pytest.fixture
def asked(lead: Person) -> Emergency:
    return emergencies.ask(lead, reason="a child is missing", case="INC-2031", hours=2, at=factories.now())


@pytest.fixture
def opened(asked: Emergency, officer: Person) -> Emergency:
    return emergencies.open_glass(asked, by=officer, at=factories.now())


@pytest.fixture
def second_officer(db: None) -> Person:
    return factories.make_person("second_officer", Role.OFFICER)


def text_of(client: Client, address: str) -> str:
    return client.get(address).content.decode()


@pytest.mark.parametrize("role", ["us_annotator", "outsider"])
def test_emergencies_are_for_those_who_see_footage_outside_a_task(
    request: pytest.FixtureRequest, asked: Emergency, role: str
) -> None:
    client = factories.signed_in(request.getfixturevalue(role))
    assert client.get("/policies/emergencies/").status_code == 403
    assert client.post("/policies/emergencies/ask/", ASKED).status_code == 403
    assert client.post(f"/policies/emergencies/{asked.pk}/close/").status_code == 403
    assert Emergency.objects.count() == 1


@pytest.mark.parametrize("role", ["lead", "reviewer", "owner"])
def test_somebody_else_cannot_know_of_an_emergency_and_cannot_answer_it(
    request: pytest.FixtureRequest, second_officer: Person, role: str
) -> None:
    other = factories.make_person("other", Role.LEAD)
    wish = emergencies.ask(other, reason="a fire", case="INC-1", hours=1, at=factories.now())
    client = factories.signed_in(request.getfixturevalue(role))
    assert "INC-1" not in text_of(client, "/policies/emergencies/")
    assert client.get(f"/policies/emergencies/{wish.pk}/").status_code == 404
    assert client.post(f"/policies/emergencies/{wish.pk}/open/").status_code == 403
    assert client.post(f"/policies/emergencies/{wish.pk}/close/").status_code == 404
    assert state_of(emergencies_for(other).get(), at=factories.now()) is State.ASKED


def test_glass_is_asked_for_opened_and_shows_what_was_refused(lead: Person, officer: Person, berlin: Footage) -> None:
    theirs, officers, media = factories.signed_in(lead), factories.signed_in(officer), f"/media/{berlin.pk}/original"
    assert theirs.get(media).status_code == 403
    assert theirs.post("/policies/emergencies/ask/", ASKED).status_code == 302
    number = Emergency.objects.get().pk
    assert theirs.get(media).status_code == 403, "asking opens nothing"
    assert "Open or refuse it" in text_of(officers, "/access/")
    officers.post(f"/policies/emergencies/{number}/open/")
    assert theirs.get(media).status_code == 200
    view = LedgerEntry.objects.get(action=LedgerAction.MEDIA_VIEW_ALLOWED)
    assert json.loads(view.body)["details"]["broke_glass"] == "INC-2031"
    assert json.loads(view.body)["rules"] == ["residency/break-glass"]
    theirs.post(f"/policies/emergencies/{number}/close/")
    assert theirs.get(media).status_code == 403


def test_each_step_is_recorded_of_the_person_with_who_took_it(opened: Emergency, lead: Person, officer: Person) -> None:
    emergencies.close_glass(opened, by=lead, at=factories.now())
    again = emergencies.ask(lead, reason="again", case="INC-2032", hours=1, at=factories.now())
    emergencies.refuse_glass(again, by=officer, at=factories.now())
    entries = LedgerEntry.objects.filter(action__startswith="emergency:").order_by("at")
    told = [(entry.action.rpartition(":")[2], json.loads(entry.body)["details"]["by"]) for entry in entries]
    assert told == [
        ("asked", lead.pseudonym),
        ("opened", officer.pseudonym),
        ("closed", lead.pseudonym),
        ("asked", lead.pseudonym),
        ("refused", officer.pseudonym),
    ]
    assert {entry.person for entry in entries} == {lead.pseudonym}


@pytest.mark.parametrize("hours", [0, 5, -1])
def test_hours_out_of_range_are_refused_in_words(lead: Person, hours: int) -> None:
    answer = factories.signed_in(lead).post("/policies/emergencies/ask/", {**ASKED, "hours": str(hours)})
    assert answer.status_code == 422
    assert f"glass stays broken for 1 to 4 hours, not <code>{hours}</code>" in answer.content.decode()
    assert "a child is missing" in answer.content.decode()
    assert not Emergency.objects.exists()


@pytest.mark.parametrize("missing", ["case", "reason", "hours"])
def test_a_case_a_reason_and_hours_are_needed(lead: Person, missing: str) -> None:
    answer = factories.signed_in(lead).post("/policies/emergencies/ask/", {**ASKED, missing: " "})
    assert answer.status_code == 422
    assert not Emergency.objects.exists()


def test_one_wish_at_a_time(asked: Emergency, lead: Person) -> None:
    with pytest.raises(EmergencyError, match="`INC-2031` is asked already"):
        emergencies.ask(lead, reason="more", case="INC-2", hours=1, at=factories.now())


def test_nobody_opens_or_refuses_their_own_wish(berlin: Footage) -> None:
    both = factories.make_person("both", Role.LEAD, Role.OFFICER, attested="US")
    wish = emergencies.ask(both, reason="a fire", case="INC-1", hours=1, at=factories.now())
    client = factories.signed_in(both)
    assert "Break the glass</button>" not in text_of(client, f"/policies/emergencies/{wish.pk}/")
    for name in ("open", "refuse"):
        answer = client.post(f"/policies/emergencies/{wish.pk}/{name}/", follow=True)
        assert "nobody answers what they asked for themselves" in answer.content.decode()
    assert state_of(emergencies_for(both).get(), at=factories.now()) is State.ASKED
    assert LedgerEntry.objects.filter(action__startswith="emergency:").count() == 1


def test_what_was_refused_is_not_opened_afterwards(asked: Emergency, officer: Person, second_officer: Person) -> None:
    emergencies.refuse_glass(asked, by=officer, at=factories.now())
    client = factories.signed_in(second_officer)
    answer = client.post(f"/policies/emergencies/{asked.pk}/open/", follow=True)
    assert "it was refused: it can be asked for again" in answer.content.decode()
    asked.refresh_from_db()
    assert asked.opened_at is None


def test_what_is_open_is_not_refused_afterwards(opened: Emergency, second_officer: Person) -> None:
    with pytest.raises(EmergencyError, match="it is open already, until"):
        emergencies.refuse_glass(opened, by=second_officer, at=factories.now())


def test_of_two_officers_who_open_at_once_one_opens_and_the_other_is_told(
    shared_db: None, lead: Person, officer: Person
) -> None:
    second = factories.make_person("second_officer", Role.OFFICER)
    wish = emergencies.ask(lead, reason="a fire", case="INC-1", hours=1, at=factories.now())
    start, told = threading.Barrier(2), []

    def act(who: Person) -> None:
        try:
            mine = Emergency.objects.select_related("person").get(pk=wish.pk)
            start.wait(timeout=30)
            emergencies.open_glass(mine, by=who, at=factories.now())
            told.append("opened")
        except EmergencyError as error:
            told.append(str(error).partition(",")[0])
        finally:
            connection.close()

    threads = [threading.Thread(target=act, args=(who,)) for who in (officer, second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert sorted(told) == ["it is open already", "opened"]
    assert LedgerEntry.objects.filter(action=LedgerAction.EMERGENCY_ACCESS_OPENED).count() == 1


def test_a_wish_nobody_answered_lapses_after_a_day(asked: Emergency, lead: Person, officer: Person) -> None:
    later = asked.asked_at + timedelta(hours=24)
    with pytest.raises(EmergencyError, match="more than a day ago"):
        emergencies.open_glass(asked, by=officer, at=later)
    assert state_of(asked, at=later) is State.LAPSED
    assert emergencies.ask(lead, reason="again", case="INC-2032", hours=1, at=later).pk != asked.pk


def test_it_closes_by_itself(opened: Emergency, lead: Person, berlin: Footage) -> None:
    def decided(at: datetime | None) -> str:
        return factories.decide_view(lead, berlin, at=at)

    assert opened.closes_at is not None
    assert decided(opened.closes_at - timedelta(seconds=1)) == "allow"
    assert decided(opened.closes_at) == "deny"
    assert state_of(opened, at=opened.closes_at) is State.OVER


def test_only_looking_is_opened(opened: Emergency, lead: Person, berlin: Footage) -> None:
    outcomes = {action: factories.decide_view(lead, berlin, action=action) for action in Action}
    assert [action for action, outcome in outcomes.items() if outcome == "allow"] == [Action.LIST, Action.VIEW]


def test_a_rule_marked_hard_holds_while_glass_is_broken(opened: Emergency, lead: Person, berlin: Footage) -> None:
    factories.put_in_force(
        """
name = "hard"
layer = "law"
title = "Hard"
effective_from = 2026-01-01
[[rule]]
id = "anything"
effect = "permit"
actions = ["view"]
words = "Else it may be seen."
[[rule]]
id = "never"
effect = "forbid"
hard = true
actions = ["view"]
words = "Footage from Germany may not be seen from the United States."
[rule.when]
situation.place = { inside = ["US"] }
"""
    )
    assert factories.signed_in(lead).get(f"/media/{berlin.pk}/original").status_code == 403


def test_from_an_unknown_place_nothing_opens(opened: Emergency, lead: Person, berlin: Footage) -> None:
    assert factories.signed_in(lead, "nowhere").get(f"/media/{berlin.pk}/original").status_code == 403


def test_it_does_not_show_what_the_person_was_never_given(opened: Emergency, lead: Person, berlin: Footage) -> None:
    other = factories.make_footage(factories.make_source("cam-de-2", "DE", zone=berlin.zone))
    client = factories.signed_in(lead)
    assert client.get(f"/media/{berlin.pk}/original").status_code == 200
    answer = client.get(f"/media/{other.pk}/original")
    assert answer.status_code == 403
    assert "not yours to see" in answer.content.decode()


def test_while_it_is_open_every_page_of_the_person_and_of_each_officer_says_so(
    opened: Emergency, lead: Person, second_officer: Person, reviewer: Person
) -> None:
    for address in ("/jobs/", "/footage/", "/datasets/", "/nothing-here/"):
        assert "Glass is broken for you." in text_of(factories.signed_in(lead), address)
    for address in ("/where-viewed/", "/policies/", "/access/"):
        text = text_of(factories.signed_in(second_officer), address)
        assert "Glass is broken:" in text
        assert "Lead, case INC-2031, until" in text
    assert "Glass is broken" not in text_of(factories.signed_in(reviewer), "/footage/")


def test_whoever_gave_a_password_only_is_told_nothing(opened: Emergency, officer: Person) -> None:
    half = factories.sign_in(factories.client_from("US"), officer, with_mfa=False)
    assert "INC-2031" not in text_of(half, "/accounts/2fa/totp/activate/")


def test_the_banner_goes_when_it_is_closed(opened: Emergency, lead: Person, officer: Person) -> None:
    client = factories.signed_in(officer)
    assert (
        "Closed, from the next request on."
        in client.post(f"/policies/emergencies/{opened.pk}/close/", follow=True).content.decode()
    )
    assert "Glass is broken" not in text_of(client, "/policies/")
    assert "Glass is broken" not in text_of(factories.signed_in(lead), "/jobs/")


def test_the_alarm_leads_to_what_was_viewed_meanwhile(
    opened: Emergency, lead: Person, officer: Person, berlin: Footage
) -> None:
    factories.signed_in(lead).get(f"/media/{berlin.pk}/original")
    client = factories.signed_in(officer)
    text = text_of(client, "/policies/")
    address = text.partition('role="alert"')[2].partition('href="')[2].partition('"')[0].replace("&amp;", "&")
    page = client.get(address)
    assert page.status_code == 200
    assert [row.footage for row in page.context["rows"]] == [berlin.pk]


def test_a_wish_can_be_taken_back(asked: Emergency, lead: Person, officer: Person) -> None:
    client = factories.signed_in(lead)
    assert "Taken back." in client.post(f"/policies/emergencies/{asked.pk}/close/", follow=True).content.decode()
    assert "taken back" in text_of(client, "/policies/emergencies/")
    with pytest.raises(EmergencyError, match="it was taken back"):
        emergencies.open_glass(asked, by=officer, at=factories.now())


def test_what_was_not_opened_is_refused_and_not_closed_by_an_officer(asked: Emergency, officer: Person) -> None:
    with pytest.raises(EmergencyError, match="there is nothing to close"):
        emergencies.close_glass(asked, by=officer, at=factories.now())


def test_the_page_of_an_emergency_says_what_opening_touches_and_who_opened(asked: Emergency, officer: Person) -> None:
    client = factories.signed_in(officer)
    address = f"/policies/emergencies/{asked.pk}/"
    assert "What opening it touches" in text_of(client, address)
    client.post(f"{address}open/")
    text = text_of(client, address)
    assert "by Officer" in text
    assert "What Lead viewed meanwhile" in text
    assert "What opening it touches" not in text
