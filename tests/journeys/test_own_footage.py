"""A team's own footage: real videos and photographs added, labeled, exported."""

from __future__ import annotations

import io
import shlex
import time
from pathlib import Path
from typing import TYPE_CHECKING

import boto3
import pytest
from PIL import Image

from tests.journeys.by_http import (
    PATIENCE,
    acknowledge,
    box,
    call,
    next_task,
    picture_of,
    project_of,
    submit,
    take_set,
    track,
)
from tests.journeys.running import Stack

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

pytestmark = [pytest.mark.journey, pytest.mark.timeout(900)]

REAL = Path(__file__).resolve().parents[3] / "shared" / "footage"


@pytest.fixture(scope="module")
def real_footage() -> Path:
    if not REAL.is_dir():
        pytest.skip(f"no real footage beside this checkout (looked for {REAL.name} in a folder named shared)")
    return REAL


def test_real_footage_is_added_labeled_and_exported(stack: Stack, real_footage: Path) -> None:
    stack.run("camera", "add", "cam-real", "--zone", "us", "--jurisdiction", "US-CA")
    videos = f"{real_footage}/videos/car-*.mp4"
    added = stack.run("footage", "add", f"{real_footage}/photos", videos, "--zone", "us", "--source", "cam-real")
    assert added.stdout.strip().endswith("13 inputs: 13 stored, 0 already stored, 0 refused, 0 ignored")
    again = stack.run("footage", "add", f"{real_footage}/photos", "--zone", "us", "--source", "cam-real")
    assert again.stdout.strip().endswith("12 inputs: 0 stored, 12 already stored, 0 refused, 0 ignored")

    stack.run(
        *("job", "create", "real-photos", "--schema", "vehicles-and-persons", "--guideline", "road-scenes"),
        *("--footage", "source=cam-real kind=image", "--purpose", "ml-training"),
        *("--annotator", "annotator.us@demo.test"),
    )
    annotator = stack.sign_in("annotator.us@demo.test", "us")
    acknowledge(annotator, stack, "us", "real-photos")
    project = project_of(annotator, "real-photos", "us")
    names = set()
    for _ in range(3):
        task = next_task(annotator, stack, "us", project).json()
        assert annotator.get(picture_of(task)).status_code == 200
        assert submit(annotator, stack, "us", task["id"], project, box(25, 50, 10, 10)).status_code == 201
        names.add(task["data"]["footage"])
    assert len(names) == 3

    # A set stays with its footage: the lead takes it from where the policy lets them.
    lead = stack.sign_in("lead@demo.test", "us")
    document = take_set(lead, stack, "us", job="real-photos", zone="us")
    assert len(document["images"]) == 3
    for drawn in document["annotations"]:
        picture = next(one for one in document["images"] if one["id"] == drawn["image_id"])
        expected = [picture["width"] * 0.25, picture["height"] * 0.5, picture["width"] * 0.1, picture["height"] * 0.1]
        assert drawn["bbox"] == pytest.approx(expected, abs=0.01)


def test_a_real_clip_is_labeled_as_a_track_and_exported_frame_by_frame(stack: Stack, real_footage: Path) -> None:
    stack.run("camera", "add", "cam-clip", "--zone", "us", "--jurisdiction", "US-CA")
    stack.run("footage", "add", f"{real_footage}/videos/solidWhiteRight.mp4", "--zone", "us", "--source", "cam-clip")
    made = stack.run(
        *("job", "create", "real-clip", "--schema", "vehicles-and-persons", "--guideline", "road-scenes"),
        *("--footage", "source=cam-clip kind=video", "--purpose", "ml-training"),
        *("--annotator", "annotator.us@demo.test"),
    )
    assert made.stderr.splitlines() == ["making the tasks of real-clip in zone us: 1"]  # no log of inner calls
    annotator = stack.sign_in("annotator.us@demo.test", "us")
    acknowledge(annotator, stack, "us", "real-clip")
    project = project_of(annotator, "real-clip", "us")
    task = next_task(annotator, stack, "us", project).json()
    part = annotator.get(picture_of(task), headers={"Range": "bytes=0-99"})
    assert (part.status_code, len(part.content)) == (206, 100)
    assert submit(annotator, stack, "us", task["id"], project, track(221, 221 / 25)).status_code == 201

    lead = stack.sign_in("lead@demo.test", "us")
    document = take_set(lead, stack, "us", job="real-clip", zone="us")
    assert (len(document["images"]), len(document["annotations"])) == (221, 221)
    middle = next(one for one in document["annotations"] if one["image_id"] == 111)
    assert middle["bbox"] == pytest.approx([960 * 0.3, 540 * 0.4, 960 * 0.2, 540 * 0.3], abs=0.01)


def store_of(stack: Stack) -> S3Client:
    """The store of zone `us`, opened with the zone's own key."""
    told = dict(line.split("=", 1) for line in (stack.home / "labelhub.env").read_text().splitlines())
    return boto3.client(
        "s3",
        endpoint_url=shlex.split(told["LABELHUB_ZONE_US_STORE_URL"])[0],
        aws_access_key_id=shlex.split(told["LABELHUB_ZONE_US_ACCESS_KEY"])[0],
        aws_secret_access_key=shlex.split(told["LABELHUB_ZONE_US_SECRET_KEY"])[0],
        region_name="us-east-1",
    )


def still(colour: str) -> bytes:
    picture = io.BytesIO()
    Image.new("RGB", (320, 200), colour).save(picture, "PNG")
    return picture.getvalue()


def test_footage_is_taken_from_the_zones_own_store(stack: Stack) -> None:
    store = store_of(stack)
    for number, colour in enumerate(("teal", "olive")):
        store.put_object(Bucket="labelhub-us", Key=f"incoming/{number}.png", Body=still(colour))
    address = "s3://labelhub-us/incoming/"
    for words in ("2 stored, 0 already stored", "0 stored, 2 already stored"):
        added = stack.run("footage", "add", address, "--zone", "us", "--source", "cam-incoming")
        assert added.stdout.strip().endswith(f"2 inputs: {words}, 0 refused, 0 ignored")
    missing = stack.run("footage", "add", "s3://labelhub-us/none/", "--zone", "us", "--source", "cam-x", check=False)
    assert missing.returncode == 1
    assert "names no object" in missing.stderr


def test_what_is_sent_is_looked_at_by_a_worker_of_its_zone(stack: Stack) -> None:
    lead = stack.sign_in("lead@demo.test", "us")
    lead.get("/jobs/")  # a page sets the token that the interface asks for
    sent = [
        ("files", (name, body, "image/png"))
        for name, body in (("a.png", still("navy")), ("again.png", still("navy")), ("empty.png", b""))
    ]
    camera = {"source": "cam-sent", "zone": "us"}
    started = call(lead, stack, "us", "POST", "/api/v1/footage", files=sent, data=camera)
    assert started.status_code == 202, started.text
    deadline = time.monotonic() + PATIENCE
    while (batch := lead.get(started.json()["address"]).json())["state"] != "finished":
        assert time.monotonic() < deadline, batch
        time.sleep(0.3)
    assert [file["arrival"] for file in batch["files"]] == ["stored", "already stored", "refused"]
    assert "Finished" in lead.get(batch["page"]).text
    assert store_of(stack).list_objects_v2(Bucket="labelhub-us", Prefix="inbox/")["KeyCount"] == 0


def test_a_corrupt_file_is_named_and_the_rest_goes_on(stack: Stack, real_footage: Path, tmp_path: Path) -> None:
    video = (real_footage / "videos" / "solidWhiteRight.mp4").read_bytes()
    (tmp_path / "cut.mp4").write_bytes(video[: len(video) // 3])
    (tmp_path / "empty.jpg").write_bytes(b"")
    (tmp_path / "photo.png").write_bytes((real_footage / "photos" / "test1.jpg").read_bytes())
    added = stack.run("footage", "add", str(tmp_path), "--zone", "us", "--source", "cam-broken", check=False)
    assert added.returncode == 2
    assert added.stdout.strip().endswith("3 inputs: 0 stored, 0 already stored, 3 refused, 0 ignored")
    for name in ("cut.mp4", "empty.jpg", "photo.png"):
        assert f"refused: {name}: " in added.stdout
