"""Erasing what the ledger knows of one person, where the law asks for it; every proof still holds afterwards.

Emptied are who it was, in which session, from which address, and the facts kept beside decisions about them. Evidence
packs kept here that say who it was are removed, and can be asked for again; copies that were handed out are out of
reach. What stays is that something happened, where from in general, and a commitment that nobody can open any more.
Their pseudonym may still stand in facts about what others did (who gave a grant to whom); it means nobody once their
account is gone.
"""

from __future__ import annotations

import json
from datetime import datetime

from django.db import transaction

from labelhub.evidence.actions import EntryDraft, record
from labelhub.evidence.models import PERSONAL_COLUMNS, DecisionInputs, LedgerAction, LedgerEntry
from labelhub.evidence.pack_actions import remove_packs_with_people

BATCH = 500


class NothingToEraseError(Exception):
    """No entry names that pseudonym."""


def erase_person(pseudonym: str, *, by: str, reason: str, case: str, at: datetime) -> int:
    """Empty the personal part of every entry of a person, and say how many there were.

    Raises:
        NothingToEraseError: there is none.
    """
    with transaction.atomic():
        theirs = LedgerEntry.objects.filter(person=pseudonym)
        kept = set(theirs.exclude(inputs_hash="").values_list("inputs_hash", flat=True).distinct())
        erased = theirs.update(**dict.fromkeys(PERSONAL_COLUMNS, ""))
        if not erased:
            raise NothingToEraseError(f"no entry names `{pseudonym}`: give the pseudonym as the ledger shows it")
        _erase_inputs(pseudonym, sorted(kept))
        packs = remove_packs_with_people()
        details = {"entries": str(erased), "packs": str(packs), "reason": reason, "case": case}
        record(EntryDraft(action=LedgerAction.LEDGER_PERSON_ERASED, at=at, person=by, details=details))
    return erased


def _erase_inputs(pseudonym: str, hashes: list[str]) -> None:
    """Take away the facts that decisions about this person were made from."""
    for first in range(0, len(hashes), BATCH):
        rows = DecisionInputs.objects.filter(pk__in=hashes[first : first + BATCH])
        about = [row.pk for row in rows if json.loads(row.facts).get("viewer", {}).get("id") == pseudonym]
        DecisionInputs.objects.filter(pk__in=about).delete()
