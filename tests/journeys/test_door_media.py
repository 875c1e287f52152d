"""Footage through the door: parts of it, errors of it, and every way in which an address must stop working."""

from __future__ import annotations

import secrets
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import boto3
import pytest

from labelhub.stack.home import Home
from labelhub.stack.local import ZONE_CODES, ZONES
from labelhub.stack.ports import Ports
from labelhub.stack.secret_values import load_secrets
from tests.journeys.door import Answer, Visitor, eventually, submit
from tests.journeys.people import Held, Somebody, come_in, make_job
from tests.journeys.running import Stack

pytestmark = [pytest.mark.journey, pytest.mark.timeout(900)]
NEVER = ("x-amz", "amz-", "seaweed", "x-accel", "labelhub-us", "labelhub-eu", "server:", "via:", "nosuchkey", "<?xml")


def reveals(answer: Answer, stack: Stack) -> list[str]:
    """Every word about what is behind the door that an answer holds, in its headers or in the body of an error."""
    body = "" if answer.status < 300 else answer.body.decode("latin-1")
    text = "\n".join(f"{name}: {value}" for name, value in answer.headers).lower() + body.lower()
    ports = [f":{port}" for port in Ports(stack.port).all(len(ZONES))[1:]]
    return [word for word in (*NEVER, *ports) if word in text]


def test_whole_footage_arrives_and_is_kept_by_nobody(annotator_in: Somebody, held: Held, lead_in: Somebody) -> None:
    known = lead_in.visitor.get(f"/api/v1/footage/{held.footage}").json()
    answer = annotator_in.visitor.get(held.media)
    assert (answer.status, len(answer.body)) == (200, known["bytes"])
    assert answer.header("Content-Type") == known["mime"]
    assert answer.header("Cache-Control") == "private, no-store"
    assert answer.header("X-Content-Type-Options") == "nosniff"
    assert "sandbox" in answer.header("Content-Security-Policy")
    head = annotator_in.visitor.send("HEAD", held.media)
    assert (head.status, head.body, head.header("Content-Length")) == (200, b"", str(known["bytes"]))
    assert head.header("X-LH-Entry") == answer.header("X-LH-Entry") != ""  # one view, one entry


RANGES = {
    "bytes=0-9": (0, 10),
    "bytes=10-19": (10, 20),
    "bytes=100-": (100, None),
    "bytes=-7": (-7, None),
    "bytes=0-0": (0, 1),
}


@pytest.mark.parametrize("asked", RANGES)
def test_a_part_of_it_is_that_part(annotator_in: Somebody, held: Held, asked: str) -> None:
    whole = annotator_in.visitor.get(held.media).body
    first, end = RANGES[asked]
    part = whole[first:end]
    begins = first if first >= 0 else len(whole) + first
    answer = annotator_in.visitor.get(held.media, range=asked)
    assert (answer.status, answer.body) == (206, part)
    assert answer.header("Content-Range") == f"bytes {begins}-{begins + len(part) - 1}/{len(whole)}"
    assert answer.header("Content-Length") == str(len(part))
    assert answer.header("Cache-Control") == "private, no-store"


def test_a_part_is_given_again_while_it_is_the_same_footage(annotator_in: Somebody, held: Held) -> None:
    tag = annotator_in.visitor.get(held.media).header("ETag")
    answer = annotator_in.visitor.get(held.media, range="bytes=0-9", if_range=tag)
    assert (answer.status, len(answer.body)) == (206, 10)


@pytest.mark.parametrize(
    "asked",
    ["bytes=0-0,5-9", "bytes=5-9,0-0,-3", "items=0-5", "bytes=abc", "bytes=", "0-9", "bytes=--1", "bytes=1-2-3"],
)
def test_several_parts_or_nonsense_give_the_whole_or_nothing(
    annotator_in: Somebody, held: Held, stack: Stack, asked: str
) -> None:
    whole = annotator_in.visitor.get(held.media).body
    answer = annotator_in.visitor.get(held.media, range=asked)
    assert answer.status in {200, 206, 400, 416}
    assert answer.status != 200 or answer.body == whole
    assert reveals(answer, stack) == []


@pytest.mark.parametrize("asked", ["bytes=999999999-", "bytes=9-1", f"bytes={'9' * 30}-", "bytes=999999999-9999999999"])
def test_a_part_that_is_not_there_is_said_to_be_missing(
    annotator_in: Somebody, held: Held, stack: Stack, asked: str
) -> None:
    answer = annotator_in.visitor.get(held.media, range=asked)
    assert answer.status in {200, 416}
    assert answer.status == 200 or len(answer.body) < 100
    assert reveals(answer, stack) == []
    assert answer.header("Cache-Control") == "private, no-store"


@pytest.mark.parametrize(
    "condition", [("If-None-Match", "*"), ("If-Match", '"x"'), ("If-Modified-Since", "Mon, 01 Jan 2035 00:00:00 GMT")]
)
def test_a_condition_never_turns_footage_into_an_error(
    annotator_in: Somebody, held: Held, condition: tuple[str, str]
) -> None:
    answer = annotator_in.visitor.send("GET", held.media, (condition,))
    assert answer.status == 200
    assert answer.body


@pytest.mark.parametrize(
    "target",
    ["{media}", "{media}?x=1", "{media}/", "/media/x/original", "/media/{id}/preview", "/media/{id}", "/media/",
     "/MEDIA/{id}/original", "{media}?response-content-type=text/html&X-Amz-Expires=99999&X-Amz-Credential=x"],
)  # fmt: skip
def test_no_answer_about_footage_names_a_store(annotator_in: Somebody, held: Held, stack: Stack, target: str) -> None:
    address = target.format(media=held.media, id=held.footage)
    for verb in ("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "TRACE", "PROPFIND"):
        answer = annotator_in.visitor.send(verb, address, (("X-Amz-Security-Token", "x"), ("X-Amz-Date", "x")))
        assert reveals(answer, stack) == [], (verb, answer)
        assert "no-store" in answer.header("Cache-Control"), (verb, answer)
        assert answer.status in ({200, 403, 404} if verb in {"GET", "HEAD"} else {405}), (verb, answer)


@contextmanager
def missing_from_the_store(stack: Stack, key: str) -> Iterator[None]:
    """Take an object out of the first zone's store and put it back."""
    zone, keys = ZONES[0], load_secrets(Home(stack.home, stack.port), ZONE_CODES)
    store = boto3.client(
        "s3",
        endpoint_url=f"http://127.0.0.1:{Ports(stack.port).store(0).s3}",
        aws_access_key_id=keys[f"{zone.code}.access_key"],
        aws_secret_access_key=keys[f"{zone.code}.secret_key"],
        region_name=zone.storage_region,
    )
    kept = store.get_object(Bucket=zone.bucket, Key=key)
    body, mime = kept["Body"].read(), kept["ContentType"]
    store.delete_object(Bucket=zone.bucket, Key=key)
    try:
        yield
    finally:
        store.put_object(Bucket=zone.bucket, Key=key, Body=body, ContentType=mime)


def test_footage_missing_from_its_store_is_a_plain_502(
    annotator_in: Somebody, held: Held, lead_in: Somebody, stack: Stack
) -> None:
    sha256 = lead_in.visitor.get(f"/api/v1/footage/{held.footage}").json()["sha256"]
    with missing_from_the_store(stack, f"footage/{sha256}"):
        for headers in ((), (("Range", "bytes=0-9"),), (("Accept", "text/html"),)):
            answer = annotator_in.visitor.send("GET", held.media, headers)
            assert (answer.status, answer.body) == (502, b"the footage cannot be read now")
            assert reveals(answer, stack) == []
            assert "no-store" in answer.header("Cache-Control")
        assert annotator_in.visitor.send("HEAD", held.media).status == 502
    assert annotator_in.visitor.get(held.media).status == 200


def refused(answer: Answer, *, status: int = 403) -> bool:
    return answer.status == status and not answer.body.startswith(b"\xff\xd8") and len(answer.body) < 20_000


def test_an_address_works_for_nobody_else(
    annotator_in: Somebody, manila_in: Somebody, officer_in: Somebody, held: Held
) -> None:
    assert annotator_in.visitor.get(held.media).status == 200
    for person in (manila_in, officer_in):
        for headers in ((), (("Range", "bytes=0-9"),)):
            assert refused(person.visitor.send("GET", held.media, headers))
            assert refused(person.visitor.send("HEAD", held.media, headers))
    assert refused(annotator_in.visitor.without("labelhub_session").get(held.media), status=401)


@pytest.mark.parametrize("place", ["ph", "de", ""])
def test_an_address_works_from_nowhere_else(annotator_in: Somebody, held: Held, place: str) -> None:
    assert annotator_in.visitor.get(held.media).status == 200
    elsewhere = annotator_in.visitor.at(place)
    assert refused(elsewhere.get(held.media))
    assert refused(elsewhere.get(held.media, range="bytes=10-19"))  # in the middle of a stream, too
    assert refused(elsewhere.send("HEAD", held.media))
    assert annotator_in.visitor.get(held.media).status == 200


def test_an_address_dies_with_the_reservation(annotator_in: Somebody, lead_in: Somebody) -> None:
    # a job of its own: footage held or labeled in another job would rightly stay in sight
    job = f"leaving-{secrets.token_hex(3)}"
    make_job(lead_in, job, "source=cam-tx-public kind=image", ["annotator.us@demo.test"])
    annotator_in.acknowledge(job)
    project = annotator_in.project(job)
    held = annotator_in.take(project)
    assert annotator_in.visitor.get(held.media).status == 200
    annotator_in.skip(job)
    answer = annotator_in.visitor.get(held.media)
    assert refused(answer)
    assert "not one you hold" in answer.json()["detail"]
    following = annotator_in.take(project)
    assert following.footage != held.footage
    assert annotator_in.visitor.get(following.media).status == 200
    annotator_in.skip(job)


def test_an_address_dies_with_the_session(stack: Stack, annotator_in: Somebody, held: Held) -> None:
    leaving = come_in(stack, "annotator.us@demo.test", "us")
    assert leaving.visitor.get(held.media).status == 200
    assert submit(leaving.client, "/accounts/logout/").status_code == 302
    assert refused(leaving.visitor.get(held.media), status=401)
    assert refused(leaving.visitor.get(held.media, range="bytes=0-9"), status=401)
    assert annotator_in.visitor.get(held.media).status == 200  # the other session lives on


def test_an_address_dies_with_the_attestation(manila_in: Somebody, held_in_manila: Held, officer_in: Somebody) -> None:
    pseudonym = manila_in.visitor.get("/api/v1/me").json()["pseudonym"]
    page = f"/access/{pseudonym}/"
    assert manila_in.visitor.get(held_in_manila.media).status == 200
    assert submit(officer_in.client, f"{page}revoke/").status_code == 302
    try:
        assert refused(manila_in.visitor.get(held_in_manila.media))
        assert manila_in.next_task(held_in_manila.project).status == 404
    finally:
        renewed = submit(officer_in.client, f"{page}attest/", page, jurisdiction="PH", days="90")
    assert renewed.status_code == 302, renewed.text[:2000]
    assert manila_in.visitor.get(manila_in.take(held_in_manila.project).media).status == 200


@contextmanager
def held_shut(stack: Stack) -> Iterator[None]:
    """Keep the ledger's database from being written, as a full disk or a lost database would."""
    database = sqlite3.connect(stack.home / "data" / "labelhub.sqlite3", timeout=30, isolation_level=None)
    try:
        database.execute("BEGIN EXCLUSIVE")
        yield
    finally:
        database.rollback()
        database.close()


def test_without_the_ledger_nothing_is_shown_and_afterwards_all_is_well(
    stack: Stack, annotator_in: Somebody, held: Held
) -> None:
    # A session that has not looked yet: a view already recorded needs no second entry for a minute.
    fresh = come_in(stack, "annotator.us@demo.test", "us")
    elsewhere = annotator_in.visitor.at("ph")  # a refusal that cannot be recorded is answered alike
    with held_shut(stack), ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda visitor: visitor.get(held.media), (fresh.visitor, elsewhere)))
    for answer in answers:
        assert answer.status == 503
        assert b"\xff\xd8" not in answer.body
        assert reveals(answer, stack) == []
    recovered = eventually(lambda: _shown(fresh.visitor, held), "footage after the ledger came back")
    assert recovered.header("X-LH-Entry")


def _shown(visitor: Visitor, held: Held) -> Answer | None:
    answer = visitor.get(held.media)
    return answer if answer.status == 200 else None
