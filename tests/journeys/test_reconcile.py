"""What the door streamed against the ledger, on the running stack: two plants are found, and nothing else."""

from __future__ import annotations

import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest

from labelhub.stack.home import Home
from tests.journeys.door import eventually, submit
from tests.journeys.people import Held, Somebody
from tests.journeys.running import Stack
from tests.labelhub.evidence import door_log

pytestmark = [pytest.mark.journey, pytest.mark.timeout(900)]
# Entries are looked for five minutes after they were made, from when the log was first read on: both lie back here.
PLANT = """
from datetime import timedelta
from labelhub.commands.acting import start_django
start_django()
from django.db import transaction
from django.utils import timezone
from labelhub.evidence.actions import EntryDraft, record
from labelhub.evidence.models import LedgerAction, LogMark, Outcome
from labelhub.evidence.rollups import add_to_rollups
from labelhub.evidence.sequencing import sequence
at = timezone.now() - timedelta(minutes=6)
LogMark.objects.update(started=at - timedelta(minutes=1), checked=at - timedelta(minutes=1))
# Numbered at once: an entry of six minutes ago that waits for its number would rightly be a finding of its own.
with transaction.atomic():
    entry = record(EntryDraft(action=LedgerAction.MEDIA_VIEW_ALLOWED, at=at, ledger="us", footage="nobodys",
        rendition="original", outcome=Outcome.ALLOW))
    while sequence("us", at=timezone.now(), numbered=add_to_rollups):
        pass
print(entry.pk)
"""


def open_findings(officer: Somebody) -> list[str]:
    """The kinds of the open findings, as their page lists them."""
    page = officer.client.get("/findings/").text
    return re.findall(r'<a href="/findings/\d+/">([^<]+?) \d+</a>', page)


def planted_entry(stack: Stack) -> str:
    done = subprocess.run(
        [sys.executable, "-c", PLANT], env=stack.environment, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_what_was_planted_is_found_and_views_are_not(
    stack: Stack, annotator_in: Somebody, manila_in: Somebody, officer_in: Somebody, held: Held
) -> None:
    shown = annotator_in.visitor.get(held.media)
    assert annotator_in.visitor.get(held.media, range="bytes=0-9").status == 206
    assert annotator_in.visitor.send("HEAD", held.media).status == 200
    assert annotator_in.visitor.get(held.media, range="bytes=999999999-").status == 416
    assert manila_in.visitor.get(held.media).status == 403
    stack.run("ledger", "reconcile", check=False)
    assert open_findings(officer_in) == []
    entry = officer_in.client.get(f"/where-viewed/{shown.header('X-LH-Entry')}/").text
    assert re.search(r"Left the door</dt><dd>[\d,]+ bytes in \d+ requests", entry), entry

    planted = planted_entry(stack)
    path = "/media/stolen/original"
    door_log.write(
        Home(stack.home, stack.port).gateway_log, door_log.line(datetime.now(UTC) - timedelta(seconds=1), path=path)
    )
    assert stack.run("ledger", "reconcile", check=False).returncode == 1
    found = eventually(lambda: open_findings(officer_in) or None, "the findings")  # or the workers were first
    assert sorted(found) == ["Bytes without an entry", "Entry without bytes"]
    page = officer_in.client.get("/findings/").text
    assert path in page
    numbers = sorted(set(re.findall(r'href="/findings/(\d+)/"', page)))
    assert any(f"/where-viewed/{planted}/" in officer_in.client.get(f"/findings/{one}/").text for one in numbers)
    for one in numbers:
        closed = submit(officer_in.client, f"/findings/{one}/close/", f"/findings/{one}/", reason="planted by a test")
        assert closed.status_code == 302
    assert open_findings(officer_in) == []
    assert stack.run("ledger", "reconcile", check=False).returncode == 0
