"""Every way of touching the ledger's rows is found and named, by whoever holds the database and the triggers too."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from labelhub.evidence import checkpoints
from labelhub.evidence.checking import check_ledger
from labelhub.evidence.erasing import erase_person
from labelhub.evidence.models import Anchor, Checkpoint, LedgerEntry, LedgerHead, Position
from labelhub.evidence.sequencing import sequence
from labelhub.storage.anchors import AnchorStore, Kept
from residency.ledger import leaf_hash
from residency.ledger.checkpoint import Checkpoint as Head
from residency.ledger.checkpoint import sign_checkpoint
from residency.ledger.findings import Kind
from residency.ledger.leaf import leaf_bytes, time_text
from residency.ledger.tree import Frontier
from tests import signing
from tests.labelhub.evidence import entries

pytestmark = pytest.mark.django_db
held = importlib.import_module("labelhub.evidence.migrations.0008_sealed_and_queued")


class InsideTheTest:
    """Runs a migration's statements in the test's own transaction, which takes them back."""

    connection = connection

    def execute(self, statement: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute(statement)


class Bucket:
    """A bucket under lock: what lies there cannot be taken away."""

    def __init__(self) -> None:
        self.kept: dict[Kept, str] = {}

    def versions(self, prefix: str) -> Iterator[Kept]:
        yield from (one for one in self.kept if one.key.startswith(prefix))

    def get(self, kept: Kept) -> str:
        return self.kept[kept]


@pytest.fixture
def signer() -> Iterator[signing.OwnSigner]:
    with signing.own_signer() as signer:
        yield signer


@pytest.fixture
def bucket() -> Bucket:
    return Bucket()


@pytest.fixture
def _filled(signer: signing.OwnSigner, bucket: Bucket) -> None:
    """Thirty entries in three checkpoints, the second of them anchored; and nobody holds the rows any more."""
    for part in range(3):
        for number in range(10):
            at = timezone.now() + timedelta(microseconds=number)
            entries.view(at=at, allowed=bool(number % 2), person=f"p-{part}{number}", address="192.0.2.7")
        signed = signing.sign("us", signer)
        if part == 1:
            assert signed is not None
            bucket.kept[Kept("us/20", "v1")] = signed.text
    held.let_go(None, InsideTheTest())


def kinds(signer: signing.OwnSigner, bucket: Bucket) -> set[Kind]:
    origin = checkpoints.origin_of("us")
    store: AnchorStore = bucket  # type: ignore[assignment]  # it answers the same
    checked = check_ledger("us", key_log=signer.key_log(origin), last_signed=signer.last(origin), store=store)
    return {one.kind for one in checked.all()}


def row(number: int) -> Position:
    return Position.objects.select_related("entry").get(ledger="us", number=number)


def change(number: int, **columns: object) -> None:
    LedgerEntry.objects.filter(position__number=number).update(**columns)


def forget(number: int) -> None:
    entry = row(number).entry
    Position.objects.filter(pk=entry.pk).delete()
    entry.delete()


def one_byte_of_a_body() -> None:
    change(7, body=row(7).entry.body.replace("cam-ca-1", "cam-ca-2"))


def one_byte_of_a_leaf() -> None:
    change(7, leaf_text=row(7).entry.leaf_text.replace("media:view", "media:vie_"))


def a_column() -> None:
    change(7, outcome="deny" if row(7).entry.outcome == "allow" else "allow")


def the_person() -> None:
    change(7, person="p-somebody-else")


def the_time() -> None:
    change(7, at=row(7).entry.at - timedelta(days=1))


def delete_one() -> None:
    forget(7)


def cut_the_tail() -> None:
    forget(29)
    forget(28)


def insert_one() -> None:
    entry = entries.view(at=timezone.now())
    last = row(29)
    digest = leaf_hash(leaf_bytes(entry.leaf_text, 30, time_text(last.sequenced))).hex()
    Position.objects.create(entry=entry, ledger="us", number=30, sequenced=last.sequenced, leaf_hash=digest)


def swap_two() -> None:
    one, other = row(7), row(8)
    Position.objects.filter(pk=one.pk).update(number=99)
    Position.objects.filter(pk=other.pk).update(number=7)
    Position.objects.filter(pk=one.pk).update(number=8)


def swap_payloads() -> None:
    one, other = row(7).entry, row(8).entry
    change(7, body=other.body, salt=other.salt)
    change(8, body=one.body, salt=one.salt)


def the_checkpoint() -> None:
    last = Checkpoint.objects.get(size=20)
    Checkpoint.objects.filter(pk=last.pk).update(text=last.text.replace("\n20\n", "\n19\n"))


TOUCHED: dict[Callable[[], None], Kind] = {
    one_byte_of_a_body: Kind.ENTRY_CHANGED,
    one_byte_of_a_leaf: Kind.ENTRY_CHANGED,
    a_column: Kind.ENTRY_CHANGED,
    the_person: Kind.PERSON_CHANGED,
    the_time: Kind.ENTRY_CHANGED,
    delete_one: Kind.NUMBER_WRONG,
    cut_the_tail: Kind.ROLLED_BACK,
    insert_one: Kind.ENTRIES_ADDED,
    swap_two: Kind.ENTRY_CHANGED,
    swap_payloads: Kind.ENTRY_CHANGED,
    the_checkpoint: Kind.SIGNATURE_WRONG,
}


@pytest.mark.usefixtures("_filled")
def test_a_ledger_that_nobody_touched_is_intact(signer: signing.OwnSigner, bucket: Bucket) -> None:
    assert kinds(signer, bucket) == set()


@pytest.mark.usefixtures("_filled")
@pytest.mark.parametrize("touch", TOUCHED, ids=lambda touch: touch.__name__)
def test_what_was_touched_is_named(touch: Callable[[], None], signer: signing.OwnSigner, bucket: Bucket) -> None:
    touch()
    assert TOUCHED[touch] in kinds(signer, bucket)


@pytest.mark.usefixtures("_filled")
def test_a_history_written_anew_is_told_by_what_was_signed(signer: signing.OwnSigner, bucket: Bucket) -> None:
    _forge()
    assert Kind.ROOT_WRONG in kinds(signer, bucket)


@pytest.mark.usefixtures("_filled")
def test_a_history_signed_anew_with_the_stolen_key_is_told_by_the_anchor(
    signer: signing.OwnSigner, bucket: Bucket
) -> None:
    _forge()
    Checkpoint.objects.all().delete()
    LedgerHead.objects.update(tiled=0)
    for size in (20, 30):
        _sign_as_thief(size, signer)
    # The thief has the signer's folder too, so it remembers what they signed.
    assert kinds(signer, bucket) == {Kind.ROOT_WRONG}
    assert kinds(signer, Bucket()) == set(), "without an anchor nobody could tell"


@pytest.mark.usefixtures("_filled")
def test_an_older_backup_continued_is_told_by_the_signer_and_the_anchor(
    signer: signing.OwnSigner, bucket: Bucket
) -> None:
    for number in range(29, 9, -1):
        forget(number)
    Checkpoint.objects.filter(size__gt=10).delete()
    tree = _tree()
    LedgerHead.objects.update(size=10, hashes=[one.hex() for one in tree.hashes])
    assert kinds(signer, bucket) == {Kind.ROLLED_BACK}
    for _ in range(25):
        entries.view(at=timezone.now())
    sequence_all()
    assert Kind.ROOT_WRONG in kinds(signer, bucket)


@pytest.mark.usefixtures("_filled")
def test_an_anchor_that_the_ledger_tells_of_and_is_not_there_is_missed(
    signer: signing.OwnSigner, bucket: Bucket
) -> None:
    entries.view(
        at=timezone.now(),
        action="ledger:checkpoint:anchored",
        details={"size": "30", "root": "0" * 64, "version": "v2"},
    )
    sequence_all()
    assert Kind.ANCHOR_MISSING in kinds(signer, bucket)
    assert not Anchor.objects.exists()


@pytest.mark.usefixtures("_filled")
def test_lawful_erasure_leaves_the_ledger_intact(signer: signing.OwnSigner, bucket: Bucket) -> None:
    erase_person("p-15", by="p-officer", reason="a request", case="GDPR-17", at=timezone.now())
    assert kinds(signer, bucket) == set()


def sequence_all() -> None:
    with connection.cursor() as cursor:  # the triggers are gone, and with them the queue
        cursor.execute(
            "INSERT INTO evidence_unsequenced (entry_id, ledger) SELECT id, ledger FROM evidence_ledgerentry"
            " WHERE id NOT IN (SELECT entry_id FROM evidence_position)"
            " AND id NOT IN (SELECT entry_id FROM evidence_unsequenced)"
        )
    while sequence("us", at=timezone.now()):
        pass


def _forge() -> None:
    """Change an entry, and everything in the database that could tell."""
    forged = row(7)
    text = forged.entry.leaf_text.replace("media:view:allowed", "media:view:denied")
    text = text if text != forged.entry.leaf_text else text.replace("media:view:denied", "media:view:allowed")
    action = "media:view:denied" if "denied" in text else "media:view:allowed"
    change(7, leaf_text=text, action=action)
    digest = leaf_hash(leaf_bytes(text, 7, time_text(forged.sequenced))).hex()
    Position.objects.filter(pk=forged.pk).update(leaf_hash=digest)
    tree = _tree()
    LedgerHead.objects.update(hashes=[one.hex() for one in tree.hashes])


def _tree() -> Frontier:
    tree = Frontier()
    hashes = Position.objects.filter(ledger="us").order_by("number").values_list("leaf_hash", flat=True)
    tree.extend(bytes.fromhex(one) for one in hashes)
    return tree


def _sign_as_thief(size: int, signer: signing.OwnSigner) -> None:
    origin = checkpoints.origin_of("us")
    hashes = Position.objects.filter(ledger="us", number__lt=size).order_by("number")
    tree = Frontier()
    tree.extend(bytes.fromhex(one) for one in hashes.values_list("leaf_hash", flat=True))
    folder = signer.keys._of(origin)
    signed = sign_checkpoint(Head(origin, size, tree.root()), signer.keys._read(origin).key)
    (folder / "signed").write_text(str(signed))
    Checkpoint.objects.create(ledger="us", size=size, root=tree.root().hex(), text=str(signed), at=timezone.now())
