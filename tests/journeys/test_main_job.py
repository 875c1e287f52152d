"""The main job, as four people do it in a browser: label, be refused, look it up, take the set away."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.journeys.browser import PATIENCE, Person, chromium, find_chromium, signed_in
from tests.journeys.running import Stack

pytestmark = [pytest.mark.journey, pytest.mark.timeout(900)]

STILL = (1280, 720)
BOX = (0.10, 0.60, 0.30, 0.80)
ONE_SCREEN_PIXEL = 1280 / 880  # the screen shows the still a little smaller than it is


@dataclass(slots=True)
class Story:
    """What one person leaves for the next."""

    footage: str = ""
    submitted: list[dict[str, Any]] = field(default_factory=list)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    path = find_chromium()
    if path is None:
        pytest.skip("no Chromium found: install one, or name it in LABELHUB_TEST_CHROMIUM")
    with chromium(path) as started:
        yield started


def test_the_main_job_end_to_end(stack: Stack, browser: Browser, tmp_path: Path) -> None:
    story = Story()
    with signed_in(browser, stack, "annotator.us@demo.test", "us") as person:
        us_annotator_labels(person, story)
    with signed_in(browser, stack, "annotator.ph@demo.test", "ph") as person:
        manila_annotator_is_refused(person, story)
    with signed_in(browser, stack, "annotator.de@demo.test", "de") as person:
        berlin_annotator_is_offered_berlin(person)
    with signed_in(browser, stack, "officer@demo.test", "us") as person:
        officer_sees_all_of_it(person, story)
    with signed_in(browser, stack, "lead@demo.test", "us") as person:
        lead_takes_the_set(person, story, tmp_path)


def us_annotator_labels(person: Person, story: Story) -> None:
    read_the_guideline(person, "road-stills")
    with person.page.expect_response(lambda answer: "/media/" in answer.url, timeout=PATIENCE) as shown:
        person.start("road-stills")
    story.footage = shown.value.url.split("/media/")[1].split("/")[0]
    assert shown.value.headers["cache-control"] == "private, no-store"
    person.draw("Car", *BOX)
    person.choose("SUV", "Grey")
    wait_for_draft(person)
    story.submitted.append(person.submit())
    person.say("1 of ")
    skip_one(person)
    person.start("road-clips")
    person.draw("Car", 0.40, 0.50, 0.60, 0.62)
    person.choose("Sedan", "Red")
    story.submitted.append(person.submit())
    assert person.refused == []


def read_the_guideline(person: Person, job: str) -> None:
    person.open(f"/work/{job}/guideline")
    person.page.get_by_role("button", name="I have read").click()
    person.page.wait_for_load_state()


def wait_for_draft(person: Person) -> None:
    """Label Studio saves a draft by itself within seconds of the last change."""
    with person.page.expect_response(lambda answer: "/drafts" in answer.url, timeout=PATIENCE) as saved:
        pass
    assert saved.value.status in {200, 201}


def skip_one(person: Person) -> None:
    person.wait_for_picture()
    person.page.locator("summary", has_text="Skip this one").click()
    person.page.locator("select[name=reason]").select_option("quality")
    with person.page.expect_response(lambda answer: "id=next_task" in answer.url, timeout=PATIENCE):
        person.page.get_by_role("button", name="Skip it").click()
    person.say("passed on")


def manila_annotator_is_refused(person: Person, story: Story) -> None:
    person.open("/work/")
    expect(person.page.locator("body")).to_contain_text("California")
    answer = person.page.goto(f"{person.base}/media/{story.footage}/original")
    assert answer is not None
    assert answer.status == 403
    for words in ("You may not see this footage", "California", "the United States", "the Philippines"):
        expect(person.page.locator("main")).to_contain_text(words)
    person.open("/work/road-stills/guideline")
    person.page.get_by_role("button", name="I have read").click()
    person.start("road-stills")
    offered = [url for url in media_seen(person) if story.footage in url]
    assert offered == []


def media_seen(person: Person) -> list[str]:
    """The addresses of footage that the labeling screen has loaded."""
    frame = person.page.frames[-1]
    return list(
        frame.evaluate("performance.getEntriesByType('resource').map(e => e.name).filter(n => n.includes('/media/'))")
    )


def berlin_annotator_is_offered_berlin(person: Person) -> None:
    read_the_guideline(person, "road-stills")
    with person.page.expect_response(lambda answer: "/media/" in answer.url, timeout=PATIENCE) as shown:
        person.open("/work/road-stills/label?zone=eu")
    assert shown.value.status == 200
    assert person.refused == []


def officer_sees_all_of_it(person: Person, story: Story) -> None:
    person.open(f"/where-viewed/?footage={story.footage}")
    table = person.page.locator("table.cards").first
    for words in ("allowed", "denied", "the Philippines", "the United States", "LA2", "ml-training", "Paolo Reyes"):
        expect(table).to_contain_text(words)
    person.open("/where-viewed/")
    person.page.locator("#layer-refused").uncheck()
    expect(person.page.locator("svg .refused rect").first).to_be_hidden()
    person.page.locator("svg a.place[aria-label^='Germany:']").focus()
    person.page.keyboard.press("Enter")
    person.page.wait_for_url("**place=DE**", timeout=PATIENCE)
    expect(person.page.locator("table.cards").first).to_contain_text("Dana Vogel")


def lead_takes_the_set(person: Person, story: Story, folder: Path) -> None:
    person.open("/jobs/road-stills/")
    expect(person.page.locator("main")).to_contain_text("Uma Santos")
    person.open("/datasets/new?job=road-stills")
    person.page.locator("select[name=file_format], input[name=file_format]").first.wait_for()
    person.page.get_by_role("button", name="Make it").click()
    with person.page.expect_download(timeout=PATIENCE) as taken:
        person.page.locator("a", has_text="Download").click(timeout=PATIENCE)
    archive = folder / "set.zip"
    taken.value.save_as(archive)
    the_drawn_box_is_in(archive, story)


def the_drawn_box_is_in(archive: Path, story: Story) -> None:
    with zipfile.ZipFile(archive) as opened:
        document = json.loads(opened.read("annotations/instances_default.json"))
        manifest = json.loads(opened.read("manifest.json"))
        pictures = [name for name in opened.namelist() if name.startswith("images/")]
    (box,) = document["annotations"]
    drawn = [fraction * size for fraction, size in zip(BOX, STILL * 2, strict=True)]
    x, y, width, height = box["bbox"]
    for found, meant in zip((x, y, x + width, y + height), drawn, strict=True):
        assert abs(found - meant) <= ONE_SCREEN_PIXEL
    value = story.submitted[0]["result"][0]["value"]
    assert abs(x - value["x"] * STILL[0] / 100) < 0.01
    assert box["attributes"]["type"] == "SUV"
    assert box["attributes"]["colour"] == "Grey"
    assert {one["id"]: one["name"] for one in document["categories"]} == {1: "Car", 2: "Van", 3: "Person"}
    assert len(pictures) == 1
    assert manifest["policy_hash"]
