"""An entry written before serving stands on its own, outside any transaction that could take it back."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.db import transaction

from labelhub.evidence.actions import EntryDraft, record_before_serving
from labelhub.evidence.models import LedgerAction, LedgerEntry


def test_an_entry_before_serving_is_refused_inside_a_transaction_that_could_go_back(shared_db: None) -> None:
    draft = EntryDraft(action=LedgerAction.MEDIA_VIEW_ALLOWED, at=datetime.now(UTC))
    with transaction.atomic(), pytest.raises(RuntimeError, match="durable"):
        record_before_serving(draft)
    assert not LedgerEntry.objects.exists()


def test_an_entry_before_serving_outlives_a_later_rollback(shared_db: None) -> None:
    entry = record_before_serving(EntryDraft(action=LedgerAction.MEDIA_VIEW_DENIED, at=datetime.now(UTC)))
    with transaction.atomic():
        transaction.set_rollback(True)
    assert LedgerEntry.objects.filter(pk=entry.pk).exists()
