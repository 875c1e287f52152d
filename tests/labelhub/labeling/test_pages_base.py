"""What every page has in common: who is asked in, what they find in the bar, and the sign-in pages' words."""

from __future__ import annotations

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.staticfiles import finders
from django.template import Context, Template
from django.test import Client

from labelhub.accounts.models import Person
from labelhub.policies.models import PolicyVersion
from tests.factories import PASSWORD, client_from, sign_in, signed_in

pytestmark = pytest.mark.django_db


def test_the_sign_in_page_offers_no_account_and_no_password_reset(door: Client) -> None:
    page = door.get("/accounts/login/").content.decode()
    assert "E-mail address" in page
    assert "Ask whoever runs labelhub" in page
    assert "signup" not in page
    assert "password/reset" not in page


def test_the_cursor_waits_in_the_first_field_of_the_sign_in(door: Client) -> None:
    page = door.get("/accounts/login/").content.decode()
    assert page.count("autofocus") == 1
    assert "autofocus" in page.split('name="login"')[1].split(">")[0]


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("the zone `us` is closed", "the zone <code>us</code> is closed"),
        ("a file named `<b>`", "a file named <code>&lt;b&gt;</code>"),
        ("one ` alone & a <tag>", "one ` alone &amp; a &lt;tag&gt;"),
    ],
)
def test_what_a_sentence_names_is_set_apart_and_everything_is_escaped(said: str, shown: str) -> None:
    page = Template("{% load face %}{{ said|coded }}").render(Context({"said": said}))
    assert page == shown


def test_a_wrong_password_and_an_unknown_address_are_answered_alike(door: Client, lead: Person) -> None:
    wrong = door.post("/accounts/login/", {"login": lead.email, "password": "wrong"})
    unknown = door.post("/accounts/login/", {"login": "nobody@test.test", "password": "wrong"})
    assert wrong.status_code == unknown.status_code == 200
    assert wrong.context["form"].non_field_errors() == unknown.context["form"].non_field_errors()


def test_without_a_second_factor_only_its_set_up_page_opens(door: Client, lead: Person) -> None:
    sign_in(door, lead, with_mfa=False)
    assert door.get("/jobs/").headers["Location"] == "/accounts/2fa/totp/activate/"


def test_the_set_up_page_shows_the_secret_as_picture_and_as_text(door: Client, lead: Person) -> None:
    address = "/accounts/2fa/totp/activate/"
    door.post("/accounts/login/", {"login": lead.email, "password": PASSWORD})
    door.post("/accounts/reauthenticate/", {"password": PASSWORD, "next": address})
    page = door.get(address)
    assert page.context["form"].secret in page.content.decode()
    assert "data:image/svg+xml" in page.content.decode()


@pytest.mark.parametrize("who", ["us_annotator", "lead", "reviewer", "officer", "owner"])
def test_everybody_starts_where_their_work_is(who: str, request: pytest.FixtureRequest) -> None:
    starts = {
        "us_annotator": "/work/",
        "lead": "/jobs/",
        "reviewer": "/footage/",
        "officer": "/where-viewed/",
        "owner": "/footage/",
    }
    person: Person = request.getfixturevalue(who)
    assert signed_in(person).get("/").headers["Location"] == starts[who]


def test_somebody_without_a_role_is_told_whom_to_ask(outsider: Person) -> None:
    page = signed_in(outsider).get("/").content.decode()
    assert "You have no role yet" in page


def test_the_bar_says_from_where_the_person_connects(manila_annotator: Person, demo_policy: PolicyVersion) -> None:
    assert "connecting from the Philippines" in signed_in(manila_annotator, "PH").get("/work/").content.decode()
    assert "connecting from an unknown place" in signed_in(manila_annotator, "?").get("/work/").content.decode()


def test_the_bar_lists_the_pages_of_the_role_and_no_other(lead: Person, us_annotator: Person) -> None:
    page = signed_in(lead).get("/jobs/").content.decode()
    assert 'href="/jobs/" aria-current="page"' in page
    assert 'href="/datasets/"' in page
    assert 'href="/access/"' not in page
    assert 'href="/jobs/"' not in signed_in(us_annotator).get("/my-record/").content.decode()


def test_signing_out_needs_a_form_with_a_token(lead: Person) -> None:
    client = client_from("US")
    client.handler.enforce_csrf_checks = True
    sign_in(client, lead)
    assert client.post("/accounts/logout/").status_code == 403
    assert client.get("/jobs/").status_code == 200


def test_a_missing_page_is_answered_in_plain_words(lead: Person) -> None:
    answer = signed_in(lead).get("/nothing-here")
    assert answer.status_code == 404
    assert "There is nothing here" in answer.content.decode()


def test_a_refusal_names_its_reason_its_mend_and_its_entry() -> None:
    refusal = {"title": "No", "reason": "Because <b>", "changes": ("something else",), "entry": "e-1"}
    request = type("Request", (), {"path": "/", "user": None, "META": {}})()
    page = Template('{% extends "gateway/refused.html" %}').render(Context({"refusal": refusal, "request": request}))
    assert "Because &lt;b&gt;" in page
    assert "Something else" in page
    assert "This refusal is recorded as <code>e-1</code>" in page


def test_no_page_asks_another_host_or_runs_an_inline_script(lead: Person) -> None:
    page = signed_in(lead).get("/jobs/new").content.decode()
    assert "<script>" not in page
    assert "onclick" not in page
    assert "https://" not in page


@pytest.mark.parametrize(
    "asset",
    ["favicon.svg", "labelhub.css", "labelhub.js", "vendor/pico/pico.min.css", "vendor/htmx/htmx.min.js"],
)
def test_every_asset_a_page_names_is_there(asset: str) -> None:
    assert finders.find(asset) is not None


def test_a_person_with_a_second_factor_finds_it_set_up(lead: Person) -> None:
    page = signed_in(lead).get("/accounts/2fa/").content.decode()
    assert Authenticator.objects.filter(user=lead).exists()
    assert "Set up" in page
