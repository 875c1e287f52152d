"""Every address of labelhub, every verb, everybody: the answer is the table's, and what the table omits is refused."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass
from http.cookies import SimpleCookie
from typing import cast

import pytest
from django.core.cache import cache
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from labelhub.accounts.models import Person, Role
from labelhub.accounts.reading import reader_for
from labelhub.api import api
from labelhub.evidence.questions import Question
from labelhub.evidence.saved import remove_question, save_question
from labelhub.exports.models import ExportRun, Recall, RecallNotice
from labelhub.footage.models import Batch, Source
from labelhub.labeling.actions import acknowledge, skip_task
from labelhub.labeling.models import Skip
from labelhub.labeling.queue import reserve_next
from labelhub.policies.drafts import write_draft
from labelhub.policies.emergencies import ask as ask_for_glass
from labelhub.policies.models import PolicyVersion
from tests import factories, signing
from tests.crawl_table import CALLERS, INTERFACE, ROLES, SIGNED_IN, TABLE, VERBS, Grant, Route

pytestmark = pytest.mark.django_db
REFUSED = {401, 403, 404, 405}
SIGN_IN = re.compile(r"/accounts/(login|2fa/totp/activate|2fa/reauthenticate|reauthenticate)/(\?next=[^?]*)?")
# Looking at footage that is there and not theirs tells people why; whether it is there is no secret to them.
SAYS_WHY = {"media"}
NOTHING = {"policy": 99_999, "draft": 99_999, "skip": 99_999, "task": 99_999, "project": 99_999, "run": "0" * 24,
           "older": "0" * 24, "notice": 0,
           "document": 99_999, "question": 99_999, "gone": 99_999, "grant": 99_999, "emergency": 99_999,
           "finding": 99_999, "pack": "0" * 24,
           "entry": "00000000-0000-4000-8000-000000000000"}  # fmt: skip
SMALL = 400  # bytes; a refusal to nobody-knows-who has nothing to tell


@dataclass(frozen=True, slots=True)
class World:
    """A little of everything, so that whoever is let in has something to be shown."""

    people: dict[str, Person]
    names: dict[str, object]

    def address(self, route: Route) -> str:
        return route.sample.format_map(self.names)

    def client(self, caller: str) -> Client:
        if caller == "anonymous":
            return factories.client_from("US")
        if caller == "half":
            return factories.sign_in(factories.client_from("US"), self.people["half"], with_mfa=False)
        if caller == "stale":
            factories.signed_in(self.people["stale"])  # sets the second factor up, in another session
            return factories.sign_in(factories.client_from("US"), self.people["stale"], with_mfa=False)
        return factories.signed_in(self.people[caller])


@pytest.fixture
def world(request: pytest.FixtureRequest, demo_policy: PolicyVersion) -> World:
    people = {role: request.getfixturevalue("us_annotator" if role == "annotator" else role) for role in ROLES}
    people |= {name: factories.make_person(name, *Role, attested="US") for name in ("half", "stale")}
    camera = factories.make_source(owner=people["owner"].organization)
    factories.let_see(people["lead"], camera)
    factories.let_see(people["reviewer"], camera)
    factories.let_see(people["owner"], camera)
    draft = write_draft(demo_policy.text, by=people["officer"], at=factories.now())
    things = _things(people, camera) | _questions(people["officer"])
    return World(people, things | {"policy": demo_policy.pk, "draft": draft.pk})


def _questions(officer: Person) -> dict[str, object]:
    reader, at = reader_for(officer), factories.now()
    kept, gone = (save_question(reader, name, "outside=on", Question(outside=True), at=at) for name in ("kept", "gone"))
    remove_question(reader, gone, at=at)
    return {"question": kept.pk, "gone": gone.pk}


def _things(people: dict[str, Person], camera: Source) -> dict[str, object]:
    footage, at = [factories.make_footage(camera) for _ in range(3)], factories.now()
    job = factories.make_job(people["lead"], people["annotator"])
    standing = factories.standing_in(people["annotator"])
    acknowledge(job, people["annotator"], at=at)
    labeled, passed_on, held = job.zones.get().tasks.order_by("pk")
    factories.make_annotation(labeled, people["annotator"])
    assert reserve_next(job.zones.get(), standing) == passed_on
    skip_task(passed_on, standing, reason="quality")
    assert reserve_next(job.zones.get(), standing) == held
    run = ExportRun.objects.create(
        job=job, zone_id="us", file_format="coco", requested_by=people["lead"], requested_at=at,
        state=ExportRun.State.READY, store_key="exports/set.zip", footage_ids=[footage[0].pk], version=2,
    )  # fmt: skip
    recalled = ExportRun.objects.create(
        job=job, zone_id="us", file_format="coco", requested_by=people["lead"], requested_at=at,
        state=ExportRun.State.READY, store_key="exports/old.zip", footage_ids=[footage[0].pk], version=1,
    )  # fmt: skip
    recall = Recall.objects.create(run=recalled, footage="gone", because="sold", at=at, by="p-owner")
    notice = RecallNotice.objects.create(recall=recall, person=people["lead"])
    seen = factories.signed_in(people["annotator"]).get(f"/media/{held.footage_id}/original")
    signing.sign("us")
    batch = Batch.objects.create(
        source=camera, zone=camera.zone, added_by=people["lead"], added_at=at, moved_at=at, state=Batch.State.FINISHED
    )
    return {
        "footage": held.footage_id,
        "batch": batch.pk,
        "camera": camera.code,
        "job": job.name,
        "schema": job.schema.name,
        "guideline": job.guideline.name,
        "run": run.pk,
        "older": recalled.pk,
        "notice": notice.pk,
        "skip": Skip.objects.get().pk,
        "entry": seen["X-LH-Entry"],
        "pack": signing.make_pack(owner=camera.owner.code if camera.owner else "").pk,
        "person": people["outsider"].pseudonym,
        "document": factories.make_document(camera.owner).pk,
        "grant": factories.make_grant(people["reviewer"]).pk,
        "emergency": ask_for_glass(people["lead"], reason="a fire", case="INC-1", hours=1, at=at).pk,
        "finding": factories.make_finding().pk,
        "hired": people["annotator"].pseudonym,
        "project": job.zones.get().studio_project,
        "task": held.studio_task,
    }


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """Thousands of refusals are expected here; each would be logged with its traceback."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


def served(patterns: list[URLPattern | URLResolver], path: str = "", space: str = "") -> Iterator[tuple[str, str]]:
    """Every pattern of the URLconf: its name and its whole path."""
    for pattern in patterns:
        whole = f"{path}{pattern.pattern}"
        if isinstance(pattern, URLPattern):
            yield space + (pattern.name or f"({whole})"), whole
        else:
            inner = f"{space}{pattern.namespace}:" if pattern.namespace else space
            yield from served(pattern.url_patterns, whole, inner)


def ask(client: Client, verb: str, address: str) -> HttpResponse:
    """Send a request whose every effect is undone, so that the next one meets the same world."""
    cookies = SimpleCookie({name: morsel.value for name, morsel in client.cookies.items()})
    cache.clear()  # rate limits
    block = transaction.atomic()
    setattr(block, "_from_testcase", True)  # noqa: B010  what is durable in earnest must be able to commit in here
    with block:
        answer = client.generic(verb, address)
        transaction.set_rollback(True)
    client.cookies = cookies
    return cast("HttpResponse", answer)


def is_refused(answer: HttpResponse) -> bool:
    return answer.status_code in REFUSED or (
        answer.status_code == 302 and SIGN_IN.fullmatch(answer["Location"]) is not None
    )


def is_promised(answer: HttpResponse, grant: Grant, verb: str, world: World) -> bool:
    if answer.status_code != grant.answers[verb]:
        return False
    return not grant.to or answer["Location"].partition("?")[0] == grant.to.format_map(world.names)


def test_the_table_names_every_address_of_the_urlconf_and_no_other() -> None:
    there = dict(served(get_resolver().url_patterns))
    missing = {name: path for name, path in there.items() if name not in TABLE}
    assert missing == {}, "give each of these addresses its line in tests/crawl_table.py"
    assert TABLE.keys() - there.keys() == set(), "these lines name addresses that are gone"


def test_the_table_names_every_endpoint_of_the_description_and_no_other() -> None:
    described = {
        (re.sub(r"\{[^}]*\}", "{}", path), verb.upper())
        for path, verbs in api.get_openapi_schema()["paths"].items()
        for verb in verbs
    }
    granted = {
        (re.sub(r"\{[^}]*\}", "{}", route.sample), verb)
        for name, route in INTERFACE.items()
        if name != "api-1:openapi-json"
        for grant in route.grants
        for verb in grant.answers
    }
    assert described == granted


@pytest.mark.parametrize("caller", CALLERS)
def test_everybody_is_answered_as_the_table_says_and_refused_otherwise(world: World, caller: str) -> None:
    client, wrong = world.client(caller), []
    for name, route in TABLE.items():
        for verb in VERBS:
            answer = ask(client, verb, world.address(route))
            grant = route.grant(caller, verb)
            right = is_refused(answer) if grant is None else is_promised(answer, grant, verb, world)
            if not right:
                promised = f"{grant.answers[verb]} {grant.to}" if grant else "refused"
                wrong.append(f"{verb} {name}: {answer.status_code} {answer.get('Location', '')}, not {promised}")
    assert not wrong, "\n".join(wrong)


def test_nobody_learns_from_a_refusal_whether_a_thing_is_there(world: World) -> None:
    nothing = {name: NOTHING.get(name, "nothing") for name in world.names}
    told = []
    for caller in ("anonymous", "half", *ROLES):
        client = world.client(caller)
        for name, route in TABLE.items():
            if "{" not in route.sample or name in SAYS_WHY or route.grant(caller, "GET") or route.grant(caller, "POST"):
                continue
            there = ask(client, "GET", world.address(route))
            gone = ask(client, "GET", route.sample.format_map(nothing))
            if (there.status_code, len(there.content)) != (gone.status_code, len(gone.content)):
                told.append((caller, name, there.status_code, gone.status_code))
    assert told == []


def test_an_anonymous_answer_is_small_and_counts_nothing(world: World) -> None:
    client = world.client("anonymous")
    secrets = [str(value) for value in world.names.values() if len(str(value)) > 5]
    secrets += [word for person in world.people.values() for word in (person.email, person.name, person.pseudonym)]
    for route in TABLE.values():
        answer = ask(client, "GET", world.address(route))
        if route.sample != "/accounts/login/":
            assert len(answer.content) <= SMALL, route
        text = answer.content.decode()
        assert [secret for secret in secrets if secret in text] == [], route
        assert "no-store" in answer["Cache-Control"], route


@pytest.mark.parametrize("path", ["/admin/", "/static/labelhub.css", "/metrics", "/.env", "/media/", "/work", "/JOBS/"])
def test_what_is_no_address_is_not_there(world: World, path: str) -> None:
    assert is_refused(ask(world.client("anonymous"), "GET", path))
    assert ask(world.client("officer"), "GET", path).status_code in {301, 404}


@pytest.mark.parametrize("wrong", [{}, {"X-LH-Gateway": ""}, {"X-LH-Gateway": "wrong"}, {"X-LH-Gateway": "ü" * 50}])
def test_without_the_gateways_secret_nobody_gets_anything(world: World, wrong: dict[str, str]) -> None:
    client = world.client("lead")
    del client.defaults["HTTP_X_LH_GATEWAY"]
    client.defaults |= {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in wrong.items()}
    for route in TABLE.values():
        for verb in VERBS:
            answer = ask(client, verb, world.address(route))
            assert answer.status_code == 403, (verb, route)
            assert len(answer.content) < 100


@pytest.mark.parametrize("caller", SIGNED_IN)
def test_a_form_without_its_token_changes_nothing(world: World, caller: str) -> None:
    client = world.client(caller)
    client.handler.enforce_csrf_checks = True
    for route in TABLE.values():
        if route.grant(caller, "POST"):
            assert ask(client, "POST", world.address(route)).status_code == 403, route
