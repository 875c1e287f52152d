"""A disk without room: nothing that would have to be recorded is shown, and nothing is missing afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest
from django.db import OperationalError, connection
from django.db.backends.utils import CursorWrapper

from labelhub.accounts.models import Role
from labelhub.evidence.actions import LedgerUnavailableError
from labelhub.evidence.models import LedgerEntry
from labelhub.evidence.sequencing import sequence
from labelhub.labeling.queue import reserve_next
from tests import factories
from tests.labelhub.evidence import entries, ledgers


@contextmanager
def full() -> Iterator[None]:
    """The file of the database may not grow by a page, and has none free: how SQLite meets a full disk."""
    with connection.cursor() as cursor:
        before = cursor.execute("PRAGMA max_page_count").fetchone()[0]
        cursor.execute("CREATE TABLE filling (data BLOB)")
        cursor.execute("PRAGMA max_page_count = 1")  # it is taken to be what there is already
        try:
            for size in (65536, 4096, 512, 64):
                fill(cursor, size)
            with suppress(LedgerUnavailableError):  # the last page of its table may have room for a few entries
                while True:
                    entries.view()
            yield
        finally:
            cursor.execute(f"PRAGMA max_page_count = {before}")
            cursor.execute("DROP TABLE filling")


def fill(cursor: CursorWrapper, size: int) -> None:
    with suppress(OperationalError):
        while True:
            cursor.execute("INSERT INTO filling VALUES (zeroblob(%s))", [size])


def test_a_disk_without_room_shows_no_byte_and_leaves_no_gap(shared_db: None) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL ends itself when its disk is full, and is then simply away")
    factories.activate_demo_policy()
    lead, annotator = factories.make_person("lead", Role.LEAD, attested="US"), factories.make_annotator("US")
    footage = factories.make_footage(factories.make_source())
    factories.let_see(lead, footage.source)
    assert reserve_next(factories.make_job(lead, annotator).zones.get(), factories.standing_in(annotator)) is not None
    browser, media = factories.signed_in(annotator), f"/media/{footage.pk}/original"
    with full():
        written = LedgerEntry.objects.count()
        answers = [browser.get(media) for _ in range(3)]
        assert [(one.status_code, "X-Accel-Redirect" in one) for one in answers] == [(503, False)] * 3
        assert all("The record of views cannot be written" in one.content.decode() for one in answers)
        assert LedgerEntry.objects.count() == written
    assert browser.get(media).status_code == 200
    sequence("us", at=factories.now())
    assert ledgers.verify_numbers() == LedgerEntry.objects.filter(ledger="us").count()
