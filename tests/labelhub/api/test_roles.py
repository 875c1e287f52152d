"""Which role gets which answer from each endpoint; everybody else is refused."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from django.test import Client

from labelhub.accounts.models import Person
from labelhub.api import api
from labelhub.policies.models import PolicyVersion
from tests import factories

ROLES = ("lead", "reviewer", "officer", "owner", "us_annotator", "outsider")
READERS = {"lead", "reviewer", "officer"}

# (verb, path): the roles let in, and what an empty request of theirs is answered. All others: 403.
TABLE: Mapping[tuple[str, str], tuple[set[str], int]] = {
    ("get", "/me"): (set(ROLES), 200),
    ("get", "/zones"): ({"lead", "officer"}, 200),
    ("get", "/sources"): (READERS | {"owner"}, 200),
    ("post", "/sources"): ({"lead"}, 422),
    ("get", "/footage"): (READERS | {"owner"}, 200),
    ("post", "/footage"): ({"lead"}, 422),
    ("get", "/batches"): ({"lead"}, 200),
    ("get", "/batches/{batch_id}"): ({"lead"}, 404),
    ("get", "/footage/{footage_id}"): (READERS | {"owner"}, 404),
    ("get", "/schemas"): (READERS, 200),
    ("get", "/guidelines"): (READERS, 200),
    ("post", "/schemas"): ({"lead"}, 422),
    ("post", "/guidelines"): ({"lead"}, 422),
    ("get", "/jobs"): ({"lead"}, 200),
    ("post", "/jobs"): ({"lead"}, 422),
    ("get", "/jobs/{name}"): ({"lead"}, 404),
    ("post", "/jobs/{name}/close"): ({"lead"}, 422),
    ("post", "/jobs/{name}/open"): ({"lead"}, 404),
    ("post", "/jobs/{name}/annotators"): ({"lead"}, 422),
    ("get", "/work"): ({"us_annotator"}, 200),
    ("get", "/exports"): ({"lead"}, 200),
    ("post", "/exports"): ({"lead"}, 422),
    ("get", "/exports/{run_id}"): ({"lead"}, 404),
    ("get", "/where-viewed"): ({"officer", "owner"}, 200),
}


def address(path: str) -> str:
    return "/api/v1" + path.format(footage_id="nothing", batch_id="nothing", name="nothing", run_id="nothing")


def test_the_table_names_every_endpoint_and_no_other() -> None:
    served = {
        (verb, path.removeprefix("/api/v1"))
        for path, verbs in api.get_openapi_schema()["paths"].items()
        for verb in verbs
    }
    assert served == set(TABLE)


@pytest.mark.parametrize("role", ROLES)
def test_each_role_gets_what_the_table_says(
    request: pytest.FixtureRequest, demo_policy: PolicyVersion, role: str
) -> None:
    person: Person = request.getfixturevalue(role)
    client = factories.signed_in(person)
    wrong = []
    for (verb, path), (let_in, answer) in TABLE.items():
        body = (
            {}
            if (verb, path) == ("get", path) or path == "/footage"
            else {"data": "{}", "content_type": "application/json"}
        )
        got = getattr(client, verb)(address(path), **body)
        if got.status_code != (answer if role in let_in else 403):
            wrong.append((verb, path, got.status_code, got.content))
        if got.status_code != 200:
            assert isinstance(got.json()["detail"], str)
    assert wrong == []


@pytest.mark.django_db
def test_anonymous_requests_are_refused_everywhere(door: Client) -> None:
    paths = {address(path) for _, path in TABLE} | {"/api/v1/openapi.json", "/api/v1/docs", "/api/v1/"}
    for path in paths:
        for verb in ("get", "head", "post", "put", "patch", "delete", "options"):
            answer = getattr(door, verb)(path)
            assert answer.status_code == 401, (verb, path)
            assert len(answer.content) < 100


def test_a_password_without_a_second_factor_opens_nothing(lead: Person) -> None:
    client = factories.sign_in(factories.client_from("US"), lead, with_mfa=False)
    assert [client.get(address(path)).status_code for _, path in TABLE] == [401] * len(TABLE)


def test_verbs_nobody_offers_are_refused(lead: Person) -> None:
    client = factories.signed_in(lead)
    for path in {path for _, path in TABLE}:
        offered = {verb for verb, served in TABLE if served == path}
        for verb in {"get", "post", "put", "patch", "delete"} - offered:
            assert getattr(client, verb)(address(path)).status_code == 405, (verb, path)


def test_the_description_is_for_the_signed_in_and_there_is_no_docs_page(us_annotator: Person) -> None:
    client = factories.signed_in(us_annotator)
    assert client.get("/api/v1/openapi.json").json()["info"]["title"] == "labelhub"
    assert client.get("/api/v1/docs").status_code == 404
    assert client.get("/api/v1/").status_code == 404


def test_unsafe_verbs_need_the_csrf_token(lead: Person) -> None:
    factories.make_zone()
    strict = Client(enforce_csrf_checks=True)
    strict.defaults.update(factories.client_from("US").defaults)
    factories.sign_in(strict, lead)
    camera = {"code": "cam-9", "zone": "us", "jurisdiction": "US-CA"}
    assert strict.post("/api/v1/sources", camera, content_type="application/json").status_code == 403
    strict.cookies["labelhub_csrf"] = token = "a" * 32
    headers = {"X-CSRFToken": token}
    answer = strict.post("/api/v1/sources", camera, content_type="application/json", headers=headers)
    assert answer.status_code == 201


def test_a_deactivated_person_is_refused_at_the_next_request(lead: Person) -> None:
    client = factories.signed_in(lead)
    assert client.get("/api/v1/me").status_code == 200
    Person.objects.filter(pk=lead.pk).update(is_active=False)
    assert client.get("/api/v1/me").status_code == 401
