"""Which location databases placed people: kept when one is first used, for whoever verifies what was known then."""

from __future__ import annotations

from django.db import Error, transaction
from django.utils import timezone

from labelhub.evidence.actions import LedgerUnavailableError
from labelhub.evidence.models import LocationDatabase


def keep_database(sha256: str, *, name: str, version: str) -> None:
    """Keep what a database was; once for each hash.

    Raises:
        LedgerUnavailableError: it cannot be written, so no entry could name it.
    """
    row = LocationDatabase(sha256=sha256, name=name, version=version, first_used=timezone.now())
    try:
        with transaction.atomic():
            LocationDatabase.objects.bulk_create([row], ignore_conflicts=True)  # another process may have kept it
    except Error as error:
        raise LedgerUnavailableError("the ledger cannot be written, so nothing is shown") from error
