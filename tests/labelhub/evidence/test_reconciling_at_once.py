"""Two readings of the door's log at once: a worker's, and one asked for by hand."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.db import connection

from labelhub.evidence.models import Finding, Served
from labelhub.evidence.reconciling import reconcile
from tests import factories
from tests.labelhub.evidence import door_log, entries


@pytest.mark.usefixtures("shared_db")
def test_two_readings_at_once_count_every_line_once(tmp_path: Path) -> None:
    start, log = factories.now(), door_log.write(tmp_path / "gateway" / "streamed.log")
    reconcile(log, at=start)
    shown = entries.view(start)
    door_log.write(log, *(door_log.line(start, entry=str(shown.pk), size=number) for number in range(1, 1201)))
    door_log.write(log, door_log.line(start))

    def read(_: int) -> int:
        try:
            return reconcile(log, at=start).lines
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        lines = list(pool.map(read, range(2)))
    assert sum(lines) <= 1201
    reconcile(log, at=start)
    assert (Served.objects.get().requests, Served.objects.get().bytes) == (1200, 1200 * 1201 // 2)
    assert Finding.objects.count() == 1
