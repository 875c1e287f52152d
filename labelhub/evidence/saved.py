"""Questions kept under a name: whose they are, who sees them, and that each change of one is an entry."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet

from labelhub.evidence.actions import record
from labelhub.evidence.models import LedgerAction
from labelhub.evidence.questions import Question
from labelhub.evidence.reader import Reader, draft_by
from labelhub.evidence.where_viewed_models import LONGEST_NAME, SavedQuestion

UNDO_FOR: Final = timedelta(days=1)
MOST_SAVED: Final = 100
TAKEN: Final = "you keep a question named `{}` already: choose another name"


class SavedQuestionError(Exception):
    """A question cannot be kept like this; the message says the mend."""


def questions_of(reader: Reader) -> QuerySet[SavedQuestion]:
    """Find the questions somebody kept, and for compliance officers those that another one shares."""
    own = Q(person=reader.pseudonym)
    return SavedQuestion.objects.filter(own | Q(is_shared=True) if reader.sees_all else own, removed_at=None)


def own_question(reader: Reader, number: int) -> SavedQuestion | None:
    """Find a question of somebody's own, a removed one too."""
    return SavedQuestion.objects.filter(person=reader.pseudonym, pk=number).first()


def removed_of(reader: Reader, *, at: datetime) -> QuerySet[SavedQuestion]:
    """Find what somebody removed and can still take back."""
    return SavedQuestion.objects.filter(person=reader.pseudonym, removed_at__gt=at - UNDO_FOR)


def save_question(reader: Reader, name: str, query: str, question: Question, *, at: datetime) -> SavedQuestion:
    """Keep a question under a name.

    Raises:
        SavedQuestionError: the name is taken or missing, or too many are kept already.
        LedgerUnavailableError: it cannot be recorded, so it is not kept.
    """
    with transaction.atomic():
        if questions_of(reader).filter(person=reader.pseudonym).count() >= MOST_SAVED:
            raise SavedQuestionError(f"you keep {MOST_SAVED} questions already: remove one you no longer ask")
        saved = SavedQuestion(name=_free_name(reader, name), person=reader.pseudonym, query=query, made_at=at)
        _save_named(saved)
        _record(reader, LedgerAction.LEDGER_QUESTION_SAVED, saved, at=at, asked=question.as_details())
    return saved


def rename_question(reader: Reader, saved: SavedQuestion, name: str, *, at: datetime) -> None:
    """Give a question another name.

    Raises:
        SavedQuestionError: the name is taken or missing.
    """
    with transaction.atomic():
        if name.strip() != saved.name:
            saved.name = _free_name(reader, name)
            _save_named(saved)
            _record(reader, LedgerAction.LEDGER_QUESTION_SAVED, saved, at=at, change="renamed")


def _save_named(saved: SavedQuestion) -> None:
    """Save under a name that was free a moment ago; two who took it at once find out here."""
    try:
        with transaction.atomic():
            saved.save()
    except IntegrityError as error:
        raise SavedQuestionError(TAKEN.format(saved.name)) from error


def share_question(reader: Reader, saved: SavedQuestion, *, is_shared: bool, at: datetime) -> None:
    """Show a question to every compliance officer, or no longer.

    Raises:
        SavedQuestionError: the person is no compliance officer.
    """
    if is_shared and not reader.sees_all:
        raise SavedQuestionError("only compliance officers share questions, with one another")
    with transaction.atomic():
        saved.is_shared = is_shared
        saved.save()
        _record(reader, LedgerAction.LEDGER_QUESTION_SAVED, saved, at=at, change="shared" if is_shared else "unshared")


def remove_question(reader: Reader, saved: SavedQuestion, *, at: datetime) -> None:
    """Take a question away; for a day it can be taken back, and what was removed longer ago goes for good."""
    with transaction.atomic():
        SavedQuestion.objects.filter(person=reader.pseudonym, removed_at__lte=at - UNDO_FOR).delete()
        saved.removed_at = at
        saved.save()
        _record(reader, LedgerAction.LEDGER_QUESTION_REMOVED, saved, at=at)


def restore_question(reader: Reader, saved: SavedQuestion, *, at: datetime) -> None:
    """Take a removal back.

    Raises:
        SavedQuestionError: meanwhile another question has its name.
    """
    with transaction.atomic():
        saved.name = _free_name(reader, saved.name)
        saved.removed_at = None
        saved.save()
        _record(reader, LedgerAction.LEDGER_QUESTION_SAVED, saved, at=at, change="restored")


def _free_name(reader: Reader, name: str) -> str:
    wanted = " ".join(name.split())
    if not wanted:
        raise SavedQuestionError("a question is kept under a name: write one")
    if len(wanted) > LONGEST_NAME:
        raise SavedQuestionError(f"this name has {len(wanted)} characters: write at most {LONGEST_NAME}")
    if SavedQuestion.objects.filter(person=reader.pseudonym, name=wanted, removed_at=None).exists():
        raise SavedQuestionError(TAKEN.format(wanted))
    return wanted


def _record(reader: Reader, action: LedgerAction, saved: SavedQuestion, *, at: datetime, **told: object) -> None:
    record(draft_by(reader, action, {"question": str(saved.pk), **told}, at=at))
