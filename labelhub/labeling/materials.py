"""What jobs are made from: label schemas and guidelines. They are added, never edited: old jobs keep what they had."""

from __future__ import annotations

import hashlib
from datetime import datetime

from django.db import IntegrityError, transaction

from labelhub.accounts.models import Person, Role
from labelhub.accounts.queries import has_role
from labelhub.evidence.actions import EntryDraft, record
from labelhub.evidence.models import LedgerAction
from labelhub.labeling.actions import LabelingError
from labelhub.labeling.documents import LONGEST_TITLE, SLUG, SchemaSaid, read_guideline
from labelhub.labeling.models import Guideline, LabelSchema


def add_schema(said: SchemaSaid, *, by: Person, at: datetime) -> LabelSchema:
    """Add a label schema. The order of its labels gives the class ids of every training set, for good.

    Raises:
        LabelingError: somebody other than a lead asks, or the name is taken.
    """
    _only_leads(by)
    try:
        with transaction.atomic():
            made = LabelSchema.objects.create(
                name=said.name, title=said.title, labels=said.labels, attributes=said.attributes
            )
            details: dict[str, object] = {
                "schema": made.name,
                "labels": [one["name"] for one in made.labels],
                "attributes": [one["name"] for one in made.attributes],
            }
            record(_entry(LedgerAction.LABELING_SCHEMA_ADDED, by, at=at, details=details))
    except IntegrityError as error:
        raise LabelingError(f"a schema `{said.name}` exists already: choose another name") from error
    return made


def add_guideline(*, name: str, title: str, text: str, by: Person, at: datetime) -> Guideline:
    """Add a guideline, or its next version; people acknowledge each version anew. The same text adds none.

    Raises:
        LabelingError: somebody other than a lead asks, or the name or the text cannot be used.
    """
    _only_leads(by)
    if not SLUG.fullmatch(name):
        raise LabelingError("`name` must be lower-case letters, digits and hyphens, at most 50")
    title = title.strip()
    if not title.isprintable() or not 0 < len(title) <= LONGEST_TITLE:
        raise LabelingError(f"the title must be one line of at most {LONGEST_TITLE} characters")
    text = read_guideline(text)
    digest = hashlib.sha256(text.encode()).hexdigest()
    newest = Guideline.objects.filter(name=name).order_by("-version").first()
    if newest is not None and newest.sha256 == digest:
        return newest
    version = newest.version + 1 if newest else 1
    try:
        with transaction.atomic():
            made = Guideline.objects.create(name=name, title=title, text=text, sha256=digest, version=version)
            details: dict[str, object] = {"guideline": name, "version": version, "sha256": digest}
            record(_entry(LedgerAction.LABELING_GUIDELINE_ADDED, by, at=at, details=details))
    except IntegrityError as error:
        message = f"somebody added version {version} of `{name}` just now: read it, and add yours after it"
        raise LabelingError(message) from error
    return made


def _only_leads(by: Person) -> None:
    if not has_role(by, Role.LEAD):
        raise LabelingError("only an ML lead may add what jobs are made from: ask one, or ask for the role")


def _entry(action: LedgerAction, by: Person, *, at: datetime, details: dict[str, object]) -> EntryDraft:
    entity = by.organization.code if by.organization else ""
    return EntryDraft(action=action, at=at, person=by.pseudonym, entity=entity, details=details)
