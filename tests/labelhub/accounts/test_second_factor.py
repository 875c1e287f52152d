"""Nobody reaches a page without a second factor, and the way to one has no dead end."""

from __future__ import annotations

import base64
import re
import time

import pytest
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from django.test import Client

from labelhub.accounts.models import Person
from tests import factories

pytestmark = pytest.mark.django_db


def code_for(secret: str) -> str:
    maker = TOTP(base64.b32decode(secret), 6, SHA1(), 30, enforce_key_length=False)  # noqa: S303  RFC 6238's default
    return maker.generate(int(time.time())).decode()


def with_password_only(person: Person) -> Client:
    browser = factories.client_from("US")
    answer = browser.post("/accounts/login/", {"login": person.email, "password": factories.PASSWORD})
    assert answer.status_code == 302
    return browser


def test_after_the_password_every_page_leads_to_the_set_up(us_annotator: Person) -> None:
    browser = with_password_only(us_annotator)
    for page in ("/", "/work/", "/my-record/", "/accounts/2fa/", "/accounts/2fa/recovery-codes/"):
        assert browser.get(page)["Location"] == "/accounts/2fa/totp/activate/"
    for call in ("/api/v1/me", "/media/0123456789/original", "/studio/main/api/version"):
        assert browser.get(call).status_code == 401


def test_setting_one_up_lets_the_person_in_at_once(us_annotator: Person) -> None:
    browser = with_password_only(us_annotator)
    page = browser.get("/accounts/2fa/totp/activate/").content.decode()
    secret = re.search(r"\b[A-Z2-7]{32}\b", page)
    assert secret, (page, browser.get("/accounts/2fa/totp/activate/").headers)
    before = browser.session.session_key
    answer = browser.post("/accounts/2fa/totp/activate/", {"code": code_for(secret.group())})
    assert answer.status_code == 302
    assert browser.session.session_key != before
    assert browser.get("/work/").status_code in {200, 503}


def test_a_second_set_up_is_not_offered(us_annotator: Person) -> None:
    browser = factories.signed_in(us_annotator)
    assert browser.get("/accounts/2fa/totp/activate/")["Location"] == "/accounts/2fa/"


def test_with_a_factor_set_up_the_password_alone_does_not_sign_in(us_annotator: Person) -> None:
    factories.signed_in(us_annotator)
    browser = with_password_only(us_annotator)
    assert browser.get("/work/")["Location"].startswith("/accounts/login/")


def test_a_wrong_code_is_answered_with_the_mend(us_annotator: Person) -> None:
    factories.signed_in(us_annotator)
    page = with_password_only(us_annotator).post("/accounts/2fa/authenticate/", {"code": "000000"}).content.decode()
    assert "type the one your app shows now" in page
    assert "autofocus" in page.split('name="code"')[1].split(">")[0]


def test_a_session_without_its_factor_is_asked_for_it(us_annotator: Person) -> None:
    factories.signed_in(us_annotator)
    browser = factories.sign_in(factories.client_from("US"), us_annotator, with_mfa=False)
    assert browser.get("/work/")["Location"] == "/accounts/2fa/reauthenticate/"
    assert browser.get("/accounts/2fa/recovery-codes/").status_code == 302


@pytest.mark.parametrize("page", ["/accounts/signup/", "/accounts/password/reset/", "/accounts/email/", "/admin/"])
def test_pages_nobody_needs_are_not_there(us_annotator: Person, page: str) -> None:
    assert factories.signed_in(us_annotator).get(page).status_code == 404


def test_an_unknown_address_and_a_wrong_password_read_the_same(us_annotator: Person) -> None:
    def said(login: str) -> str:
        page = factories.client_from("US").post("/accounts/login/", {"login": login, "password": "wrong-wrong-wrong"})
        text = page.content.decode().replace(login, "")
        return re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", text)

    assert said(us_annotator.email) == said("nobody@nowhere.test")


def test_guessing_is_slowed_down(us_annotator: Person) -> None:
    browser = factories.client_from("US")
    answers = [
        browser.post("/accounts/login/", {"login": us_annotator.email, "password": f"wrong-{n}"}) for n in range(12)
    ]
    assert "Too many" in answers[-1].content.decode() or answers[-1].status_code == 429


def test_after_sign_in_a_person_is_where_they_wanted_to_be() -> None:
    browser = factories.client_from("US")
    assert browser.get("/where-viewed/?place=PH")["Location"] == "/accounts/login/?next=%2Fwhere-viewed%2F%3Fplace%3DPH"
    assert "\n" not in browser.get("/jobs/a%0d%0ab/")["Location"]
