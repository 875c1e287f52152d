"""`set` commands: an option left out leaves a fact, an empty one makes it unknown, `none` says there is none."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner, Result

from labelhub.accounts.models import Organization, Person
from labelhub.cli import app
from tests import factories

pytestmark = pytest.mark.django_db


def run(*words: str) -> Result:
    return CliRunner().invoke(app, list(words))


def test_a_cameras_facts_are_set_and_those_left_out_stay(lead: Person) -> None:
    camera = factories.make_source()
    done = run("camera", "set", camera.code, "--sensitivity", "sensitive", "--shows", "people,plates")
    assert done.output == "camera cam-ca-1: sensitivity, shows changed\n"
    assert run("camera", "set", camera.code, "--sensitivity", "", "--criminal-justice", "no").exit_code == 0
    camera.refresh_from_db()
    assert (camera.sensitivity, camera.shows, camera.criminal_justice) == (None, ["people", "plates"], False)
    assert run("camera", "set", camera.code).output == "camera cam-ca-1: nothing changed\n"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["camera", "set", "cam-ca-1", "--sensitivity", "high"], "`high` is no sensitivity"),
        (["camera", "set", "cam-ca-1", "--shows", "faces"], "`faces` is not among people"),
        (["camera", "set", "cam-ca-1", "--criminal-justice", "maybe"], "is neither yes nor no"),
        (["camera", "set", "nothing", "--shows", "none"], "there is no camera `nothing`"),
        (["camera", "set", "cam-ca-1", "--as", "officer@test.test"], "is no ML lead"),
        (["person", "set", "lead@test.test", "--training", "x"], "is no compliance officer"),
        (["person", "set", "officer@test.test", "--training", "x", "--as", "officer@test.test"], "about themselves"),
        (["person", "set", "nobody@test.test", "--as", "officer@test.test"], "there is no person"),
        (
            ["person", "set", "lead@test.test", "--residence", "Atlantis", "--as", "officer@test.test"],
            "is no ISO 3166 code",
        ),
        (
            ["person", "set", "lead@test.test", "--citizenships", "US", "--as", "officer@test.test"],
            "no rule in force asks for citizenships",
        ),
        (["organization", "set", "nothing", "--kind", "private"], "there is no organization `nothing`"),
    ],
)
def test_what_cannot_be_set_is_refused_with_the_mend(
    lead: Person, officer: Person, words: list[str], said: str
) -> None:
    factories.make_source()
    done = run(*words)
    assert done.exit_code == 1
    assert said in done.output


def test_a_persons_facts_are_set_by_an_officer(lead: Person, officer: Person) -> None:
    done = run("person", "set", lead.email, "--training", "none", "--designated", "no", "--as", officer.email)
    assert done.output == "lead@test.test: is_designated, training changed\n"
    lead.refresh_from_db()
    assert (lead.training, lead.is_designated) == ([], False)


def test_an_organizations_facts_are_set_by_whoever_runs_the_installation(lead: Person) -> None:
    assert run("organization", "set", "northgate", "--kind", "private", "--owned-from", "us,de").exit_code == 0
    northgate = Organization.objects.get(code="northgate")
    assert (northgate.kind, northgate.owned_from) == ("private", ["DE", "US"])
