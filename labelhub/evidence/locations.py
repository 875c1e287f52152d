"""Which location databases placed people: kept when one is first used, for whoever verifies what was known then."""

from __future__ import annotations

from django.utils import timezone

from labelhub.evidence.models import LocationDatabase


def keep_database(sha256: str, *, name: str, version: str) -> None:
    """Keep what a database was; once for each hash."""
    row = LocationDatabase(sha256=sha256, name=name, version=version, first_used=timezone.now())
    LocationDatabase.objects.bulk_create([row], ignore_conflicts=True)  # another process may have kept it meanwhile
