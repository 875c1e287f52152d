"""Anchors in the real store: written once, read by version, changed or deleted by nobody, whatever key they have."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import TYPE_CHECKING

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from pytest_django import Settings

from labelhub.evidence import anchors
from labelhub.evidence.anchors import anchor, is_due
from labelhub.evidence.models import Anchor, Checkpoint, LedgerAction, LedgerEntry
from labelhub.evidence.sequencer import REST, Sequencer
from labelhub.evidence.sequencing import sequence
from labelhub.signer.client import Signer
from labelhub.stack import parts
from labelhub.stack.home import Home, make_home
from labelhub.stack.leftovers import end_leftovers
from labelhub.stack.local import ANCHORS, ZONE_CODES, ZONES, find_tools, service_environment
from labelhub.stack.ports import is_free
from labelhub.stack.secret_values import load_secrets
from labelhub.stack.supervisor import Supervisor
from labelhub.storage.anchors import AnchorStore, Kept
from labelhub.storage.port import StoreError
from labelhub.zones import AnchorSettings
from tests.labelhub.evidence import entries

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

pytestmark = pytest.mark.stack
FOOTAGE = ZONES[0].bucket
DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimpleNamespace]:
    """The store of the first zone as `make up` starts it, with a bucket of footage in it."""
    first = next(port for port in range(28000, 30900, 50) if all(is_free(port + more) for more in range(41)))
    home = Home(tmp_path_factory.mktemp("anchors"), first)
    make_home(home)
    kit = parts.Kit(
        home=home,
        tools=find_tools(),
        secrets=load_secrets(home, ZONE_CODES),
        service=service_environment(home),
    )
    supervisor = Supervisor(home, [parts.store(kit, ZONES[0], 0)], say=str)
    try:
        supervisor.start()
        made = SimpleNamespace(kit=kit, url=f"http://127.0.0.1:{kit.ports.store(0).s3}", secrets=kit.secrets)
        admin(made).create_bucket(Bucket=FOOTAGE)
        admin(made).put_object(Bucket=FOOTAGE, Key="footage/one", Body=b"pixels")
        yield made
    finally:
        supervisor.stop()
        end_leftovers(home)


def client(running: SimpleNamespace, who: str) -> S3Client:
    return boto3.client(
        "s3",
        endpoint_url=running.url,
        aws_access_key_id=running.secrets[f"{who}.access_key"],
        aws_secret_access_key=running.secrets[f"{who}.secret_key"],
        region_name=ZONES[0].storage_region,
        config=Config(retries={"max_attempts": 1}, s3={"addressing_style": "path"}),
    )


def admin(running: SimpleNamespace) -> S3Client:
    """The store's own key, with which labelhub keeps footage."""
    return client(running, "us")


def described(running: SimpleNamespace, bucket: str = ANCHORS, *, who: str = "anchor") -> AnchorSettings:
    return AnchorSettings(
        store_url=running.url,
        store_region=ZONES[0].storage_region,
        bucket=bucket,
        access_key=running.secrets[f"{who}.access_key"],
        secret_key=running.secrets[f"{who}.secret_key"],
        days=1,
    )


@pytest.fixture(scope="module")
def store(running: SimpleNamespace) -> AnchorStore:
    made = AnchorStore(described(running))
    made.ensure_bucket()
    made.ensure_bucket()  # a second start finds it
    return made


def put(store: AnchorStore, key: str, text: str = "checkpoint\n") -> Kept:
    return store.put(key, text, retain_until=(datetime.now(UTC) + DAY).replace(microsecond=0))


def test_the_bucket_is_made_under_lock(running: SimpleNamespace, store: AnchorStore) -> None:
    found = admin(running).get_object_lock_configuration(Bucket=ANCHORS)
    assert found["ObjectLockConfiguration"]["ObjectLockEnabled"] == "Enabled"


def test_a_bucket_that_is_there_without_lock_is_refused_with_the_mend(running: SimpleNamespace) -> None:
    for bucket in (FOOTAGE, "plain"):
        if bucket != FOOTAGE:
            admin(running).create_bucket(Bucket=bucket)
        with pytest.raises(StoreError, match=f"the bucket `{bucket}` has no object lock.*LABELHUB_ANCHOR_BUCKET"):
            AnchorStore(described(running, bucket, who="us")).ensure_bucket()
        with pytest.raises(StoreError, match="could not lock"):
            put(AnchorStore(described(running, bucket, who="us")), "k")


def test_what_was_written_is_read_by_its_version(store: AnchorStore) -> None:
    kept = put(store, "us/read", "an — checkpoint\n")
    assert store.get(kept) == "an — checkpoint\n"
    assert kept in set(store.versions("us/read"))


def delete(client: S3Client, kept: Kept) -> None:
    client.delete_object(Bucket=ANCHORS, Key=kept.key, VersionId=kept.version)


def delete_around(client: S3Client, kept: Kept) -> None:
    client.delete_object(Bucket=ANCHORS, Key=kept.key, VersionId=kept.version, BypassGovernanceRetention=True)


def delete_many(client: S3Client, kept: Kept) -> None:
    answer = client.delete_objects(Bucket=ANCHORS, Delete={"Objects": [{"Key": kept.key, "VersionId": kept.version}]})
    if answer.get("Errors"):
        raise ClientError({"Error": {"Code": answer["Errors"][0]["Code"]}}, "DeleteObjects")


def shorten(client: S3Client, kept: Kept) -> None:
    until = datetime.now(UTC) + timedelta(seconds=1)
    retention = {"Mode": "COMPLIANCE", "RetainUntilDate": until}
    client.put_object_retention(Bucket=ANCHORS, Key=kept.key, VersionId=kept.version, Retention=retention)  # type: ignore[arg-type]


def weaken(client: S3Client, kept: Kept) -> None:
    retention = {"Mode": "GOVERNANCE", "RetainUntilDate": datetime.now(UTC) + 2 * DAY}
    client.put_object_retention(
        Bucket=ANCHORS,
        Key=kept.key,
        VersionId=kept.version,
        Retention=retention,
        BypassGovernanceRetention=True,  # type: ignore[arg-type]
    )


def suspend_versions(client: S3Client, _kept: Kept) -> None:
    client.put_bucket_versioning(Bucket=ANCHORS, VersioningConfiguration={"Status": "Suspended"})


def drop_bucket(client: S3Client, _kept: Kept) -> None:
    client.delete_bucket(Bucket=ANCHORS)


ATTACKS = [delete, delete_around, delete_many, shorten, weaken, suspend_versions, drop_bucket]


@pytest.mark.parametrize("who", ["anchor", "us"])
@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.__name__)
def test_nobody_takes_an_anchor_away_or_shortens_its_lock(
    running: SimpleNamespace, store: AnchorStore, attack: Callable[[S3Client, Kept], None], who: str
) -> None:
    kept = put(store, f"us/attacked-{attack.__name__}-{who}")
    before = locked_until(running, kept)
    with pytest.raises(ClientError):
        attack(client(running, who), kept)
    assert store.get(kept) == "checkpoint\n"
    assert locked_until(running, kept) == before


def locked_until(running: SimpleNamespace, kept: Kept) -> object:
    head = admin(running).head_object(Bucket=ANCHORS, Key=kept.key, VersionId=kept.version)
    assert head["ObjectLockMode"] == "COMPLIANCE"
    return head["ObjectLockRetainUntilDate"]


@pytest.mark.parametrize("who", ["anchor", "us"])
def test_what_is_written_over_or_hidden_by_a_mark_is_still_read_by_version(
    running: SimpleNamespace, store: AnchorStore, who: str
) -> None:
    kept = put(store, f"us/hidden-{who}")
    client(running, who).put_object(Bucket=ANCHORS, Key=kept.key, Body=b"another checkpoint")
    assert store.get(kept) == "checkpoint\n"
    client(running, who).delete_object(Bucket=ANCHORS, Key=kept.key)
    assert store.get(kept) == "checkpoint\n"
    assert kept in set(store.versions(kept.key))


def test_the_anchors_key_reaches_nothing_of_the_footage(running: SimpleNamespace, store: AnchorStore) -> None:
    anchoring = client(running, "anchor")
    for reach in (
        lambda: anchoring.get_object(Bucket=FOOTAGE, Key="footage/one"),
        lambda: anchoring.head_object(Bucket=FOOTAGE, Key="footage/one"),
        lambda: anchoring.list_objects_v2(Bucket=FOOTAGE),
        lambda: anchoring.put_object(Bucket=FOOTAGE, Key="footage/one", Body=b""),
        lambda: anchoring.delete_object(Bucket=FOOTAGE, Key="footage/one"),
        lambda: anchoring.copy_object(Bucket=ANCHORS, Key="copy", CopySource={"Bucket": FOOTAGE, "Key": "footage/one"}),
        lambda: anchoring.delete_bucket(Bucket=FOOTAGE),
    ):
        with pytest.raises(ClientError, match=r"AccessDenied|403"):
            reach()
    assert admin(running).get_object(Bucket=FOOTAGE, Key="footage/one")["Body"].read() == b"pixels"
    assert [one["Name"] for one in anchoring.list_buckets()["Buckets"]] in ([], [ANCHORS])


def checkpoint(size: int = 1) -> Checkpoint:
    return Checkpoint.objects.create(ledger="us", size=size, root="00" * 32, text=f"size {size}\n", at=entries.START)


@pytest.fixture
def anchored_here(running: SimpleNamespace, settings: Settings) -> None:
    settings.ANCHOR = described(running)


@pytest.mark.django_db
def test_an_anchor_is_a_row_and_an_entry_of_the_same_ledger_that_lead_to_the_object(
    store: AnchorStore, anchored_here: None
) -> None:
    made = anchor(checkpoint(), store, at=datetime.now(UTC))
    entry = LedgerEntry.objects.get(action=LedgerAction.LEDGER_CHECKPOINT_ANCHORED)
    assert entry.ledger == "us"
    assert f'"details":{{"root":"{"00" * 32}","size":"1","version":"{made.version}"}}' in entry.body
    assert store.get(Kept(made.key, made.version)) == made.text == "size 1\n"


@pytest.mark.django_db
def test_a_store_that_is_away_leaves_neither_row_nor_entry(running: SimpleNamespace) -> None:
    away = AnchorStore(AnchorSettings("http://127.0.0.1:1", "us-east-1", ANCHORS, "key", "secret", 1))
    with pytest.raises(StoreError, match="could not lock `us/0000000000000001`: check it with `labelhub doctor`"):
        anchor(checkpoint(), away, at=datetime.now(UTC))
    assert (Anchor.objects.count(), LedgerEntry.objects.count()) == (0, 0)


@pytest.mark.django_db
@pytest.mark.parametrize("fails", ["record", "Anchor"])
def test_the_row_and_the_entry_are_written_together_or_not_at_all(
    store: AnchorStore, anchored_here: None, monkeypatch: pytest.MonkeyPatch, fails: str
) -> None:
    class CutError(Exception):
        pass

    def cut(*_: object, **__: object) -> None:
        raise CutError

    monkeypatch.setattr(
        anchors, fails, cut if fails == "record" else SimpleNamespace(objects=SimpleNamespace(create=cut))
    )
    with pytest.raises(CutError):
        anchor(checkpoint(), store, at=datetime.now(UTC))
    assert (Anchor.objects.count(), LedgerEntry.objects.count()) == (0, 0)


@pytest.mark.django_db
def test_an_anchor_is_due_again_after_ten_minutes_and_never_for_its_own_entry(
    store: AnchorStore, anchored_here: None
) -> None:
    at = datetime.now(UTC)
    entries.view()
    sequence("us", at=at)
    first = checkpoint(1)
    assert is_due("us", first, at=at)
    anchor(first, store, at=at)
    sequence("us", at=at)
    own = checkpoint(2)
    assert not is_due("us", own, at=at + 30 * DAY)
    entries.view()
    sequence("us", at=at)
    more = checkpoint(3)
    assert [is_due("us", more, at=at + timedelta(minutes=minutes)) for minutes in (9.9, 10, -1)] == [False, True, True]


@pytest.mark.django_db
def test_a_sequencer_anchors_by_itself_once_the_store_is_back_and_says_so(
    running: SimpleNamespace,
    store: AnchorStore,
    anchored_here: None,
    signer: Signer,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    away = AnchorStore(AnchorSettings("http://127.0.0.1:1", "us-east-1", ANCHORS, "key", "secret", 1))
    sequencer = Sequencer(("us",), signer, away)
    entries.view()
    for _ in range(3):
        sequencer.turn("us")
    assert (Anchor.objects.count(), said(caplog, "is not anchored")) == (0, 1)
    sequencer.store = store
    sequencer.turn("us")
    assert Anchor.objects.count() == 0  # it rests
    sequencer._failed_at = datetime.now(UTC) - REST
    sequencer.turn("us")
    assert (Anchor.objects.count(), said(caplog, "anchors: well again")) == (1, 1)


def said(caplog: pytest.LogCaptureFixture, words: str) -> int:
    return sum(words in record.getMessage() for record in caplog.records)
