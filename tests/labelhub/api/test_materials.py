"""Label schemas and guidelines through the programming interface."""

from __future__ import annotations

import pytest
from django.test import Client

from labelhub.accounts.models import Person
from labelhub.labeling.models import Guideline, LabelSchema
from tests import factories

JSON = "application/json"
SCHEMA = {
    "name": "trucks",
    "title": "Trucks",
    "labels": [{"name": "Truck", "colour": "#123456"}],
    "attributes": [{"name": "axles", "title": "Axles", "choices": ["2", "3"]}],
}


@pytest.fixture
def asking(lead: Person) -> Client:
    return factories.signed_in(lead)


def test_a_schema_is_added_and_listed(asking: Client) -> None:
    answer = asking.post("/api/v1/schemas", SCHEMA, content_type=JSON)
    assert (answer.status_code, answer.json()) == (201, SCHEMA)
    assert asking.get("/api/v1/schemas").json() == [SCHEMA]


def test_every_problem_of_a_schema_is_named(asking: Client) -> None:
    wrong = {**SCHEMA, "title": "", "labels": [{"name": "Truck", "colour": "red"}]}
    answer = asking.post("/api/v1/schemas", wrong, content_type=JSON)
    assert answer.status_code == 422
    assert "`title` is missing" in answer.json()["detail"]
    assert "label 1: `colour`" in answer.json()["detail"]
    assert not LabelSchema.objects.exists()


def test_a_guideline_gets_versions(asking: Client) -> None:
    for text, version in (("Draw.", 1), ("Draw.", 1), ("Draw well.", 2)):
        sent = {"name": "how-to", "title": "How to", "text": text}
        answer = asking.post("/api/v1/guidelines", sent, content_type=JSON)
        assert (answer.status_code, answer.json()["version"]) == (201, version)
    assert Guideline.objects.count() == 2


@pytest.mark.parametrize("wrong", [{"name": "A B"}, {"text": "\0"}, {"title": "\n"}, {"text": "\ud800"}])
def test_a_guideline_that_cannot_be_is_refused(asking: Client, wrong: dict[str, str]) -> None:
    sent = {"name": "how-to", "title": "How to", "text": "Draw."} | wrong
    assert asking.post("/api/v1/guidelines", sent, content_type=JSON).status_code in {400, 422}
    assert not Guideline.objects.exists()
