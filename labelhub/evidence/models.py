"""Ledger entries as stored: written once, never changed.

The leaf text is what the tree holds: it commits to the body (facts of the view) and to the personal part (who, in which
session, from which address) by salted hashes. The columns beside them repeat single facts so that reports can filter.
Database triggers refuse DELETE, and any UPDATE but the one that erases a personal part by law and changes nothing else.
"""

from __future__ import annotations

import uuid

from django.db import models


class LedgerAction(models.TextChoices):
    """Everything the ledger can say, as source:subject:action. A closed list: retired members stay as comments."""

    MEDIA_VIEW_ALLOWED = "media:view:allowed"
    MEDIA_VIEW_DENIED = "media:view:denied"
    STUDIO_REQUEST_DENIED = "studio:request:denied"
    LABELING_TASK_RESERVED = "labeling:task:reserved"
    LABELING_TASK_SUBMITTED = "labeling:task:submitted"
    LABELING_TASK_SKIPPED = "labeling:task:skipped"
    LABELING_TASK_UNSKIPPED = "labeling:task:unskipped"
    LABELING_SCHEMA_ADDED = "labeling:schema:added"
    LABELING_GUIDELINE_ADDED = "labeling:guideline:added"
    LABELING_JOB_CREATED = "labeling:job:created"
    LABELING_JOB_CLOSED = "labeling:job:closed"
    LABELING_JOB_OPENED = "labeling:job:opened"
    GUIDELINE_READ_ACKNOWLEDGED = "guideline:read:acknowledged"
    FOOTAGE_BATCH_RECEIVED = "footage:batch:received"
    FOOTAGE_FILE_STORED = "footage:file:stored"
    FOOTAGE_FILE_REFUSED = "footage:file:refused"
    FOOTAGE_SOURCE_CHANGED = "footage:source:changed"
    FOOTAGE_PIECE_WITHDRAWN = "footage:piece:withdrawn"
    POLICY_VERSION_ACTIVATED = "policy:version:activated"
    POLICY_DRAFT_WRITTEN = "policy:draft:written"
    POLICY_DRAFT_WITHDRAWN = "policy:draft:withdrawn"
    POLICY_DRAFT_TRIED = "policy:draft:tried"
    POLICY_DRAFT_APPROVED = "policy:draft:approved"
    HELD_DOCUMENT_ADDED = "held:document:added"
    HELD_DOCUMENT_WITHDRAWN = "held:document:withdrawn"
    HELD_GRANT_ADDED = "held:grant:added"
    HELD_GRANT_WITHDRAWN = "held:grant:withdrawn"
    EMERGENCY_ACCESS_ASKED = "emergency:access:asked"
    EMERGENCY_ACCESS_OPENED = "emergency:access:opened"
    EMERGENCY_ACCESS_REFUSED = "emergency:access:refused"
    EMERGENCY_ACCESS_CLOSED = "emergency:access:closed"
    ORGANIZATION_FACTS_CHANGED = "organization:facts:changed"
    PERSON_FACTS_CHANGED = "person:facts:changed"
    PERSON_ACCESS_CHANGED = "person:access:changed"
    PERSON_SESSION_STARTED = "person:session:started"
    PERSON_SESSION_REFUSED = "person:session:refused"
    PERSON_SESSION_ENDED = "person:session:ended"
    EXPORT_RUN_STARTED = "export:run:started"
    EXPORT_RUN_FINISHED = "export:run:finished"
    EXPORT_RUN_FAILED = "export:run:failed"
    EXPORT_RUN_DENIED = "export:run:denied"
    EXPORT_DOWNLOAD_ALLOWED = "export:download:allowed"
    EXPORT_DOWNLOAD_DENIED = "export:download:denied"
    EXPORT_PIECE_TAKEN = "export:piece:taken"
    EXPORT_RUN_RECALLED = "export:run:recalled"
    EXPORT_COPY_DESTROYED = "export:copy:destroyed"
    LEDGER_REPORT_READ = "ledger:report:read"
    LEDGER_REPORT_EXPORTED = "ledger:report:exported"
    LEDGER_PACK_MADE = "ledger:pack:made"
    LEDGER_PACK_REMOVED = "ledger:pack:removed"
    LEDGER_PACK_DOWNLOADED = "ledger:pack:downloaded"
    LEDGER_CHECKPOINT_ANCHORED = "ledger:checkpoint:anchored"
    LEDGER_KEY_CHANGED = "ledger:key:changed"
    LEDGER_PERSON_ERASED = "ledger:person:erased"
    LEDGER_QUESTION_SAVED = "ledger:question:saved"
    LEDGER_QUESTION_REMOVED = "ledger:question:removed"
    LEDGER_FINDING_RAISED = "ledger:finding:raised"
    LEDGER_FINDING_CLOSED = "ledger:finding:closed"
    CLOCK_STEP_SEEN = "clock:step:seen"
    SEQUENCE_GAP_ENDED = "sequence:gap:ended"


class Outcome(models.TextChoices):
    """What was decided, where something was."""

    ALLOW = "allow"
    DENY = "deny"
    NONE = "none"


class LedgerEntry(models.Model):
    """One line of the append-only record."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    ledger = models.CharField(max_length=20, help_text="zone code, or `control` for what belongs to no zone")
    action = models.CharField(max_length=60, choices=LedgerAction)
    at = models.DateTimeField(db_index=True)
    entity = models.CharField(max_length=80, blank=True)
    place = models.CharField(max_length=10, blank=True, help_text="jurisdiction looked from; empty when unknown")
    level = models.SmallIntegerField(default=0, help_text="assurance level of the place, 0 to 4")
    footage = models.CharField(max_length=40, blank=True, db_index=True)
    source = models.CharField(max_length=80, blank=True)
    jurisdiction = models.CharField(max_length=10, blank=True, help_text="where the footage was recorded")
    owner = models.CharField(max_length=80, blank=True)
    contract = models.CharField(max_length=80, blank=True)
    rendition = models.CharField(max_length=20, blank=True)
    purpose = models.CharField(max_length=40, blank=True)
    outcome = models.CharField(max_length=10, choices=Outcome, default=Outcome.NONE)
    policy_hash = models.CharField(max_length=64, blank=True)
    inputs_hash = models.CharField(max_length=64, blank=True)
    body = models.TextField(help_text="the facts as canonical JSON (RFC 8785), but who it was")
    salt = models.CharField(max_length=32, help_text="of the leaf's commitment to the body, hex")
    leaf_text = models.TextField(help_text="what the tree holds of the entry, as canonical JSON")

    # The personal part. Emptied, all of it at once, when the law says so; the leaf text goes on committing to it.
    person = models.CharField(max_length=80, blank=True, help_text="pseudonym of who acted")
    session = models.CharField(max_length=64, blank=True, help_text="hash of the sign-in session")
    network = models.CharField(max_length=50, blank=True, help_text="network looked from, /24 or /48")
    personal_text = models.TextField(blank=True, help_text="the personal facts as canonical JSON")
    personal_salt = models.CharField(max_length=32, blank=True)

    class Meta:
        ordering = ["-at"]
        indexes = [
            models.Index(fields=["person", "footage", "rendition", "-at"], name="entry_lease"),
            models.Index(fields=["action", "-at"], name="entry_action_at"),
            models.Index(fields=["source", "-at"], name="entry_source_at"),
        ]
        default_permissions = ()
        permissions = [("read_ledger", "May read where footage was viewed")]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M:%S} {self.action}"


PERSONAL_COLUMNS = ("person", "session", "network", "inputs_hash", "personal_text", "personal_salt")


class DecisionInputs(models.Model):
    """The facts a recorded decision was made from, kept beside the entries that name their hash.

    With the time of the entry and the policies of that time, the decision can be made again. They are personal data,
    and no part of an entry: taking a row away for good breaks no proof, and leaves a decision that cannot be replayed.
    """

    hash = models.CharField(primary_key=True, max_length=64, help_text="the decision's inputs hash")
    facts = models.TextField(help_text="the request but its time, as canonical JSON")
    kept_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "decision inputs"
        default_permissions = ()

    def __str__(self) -> str:
        return self.hash


from labelhub.evidence.mark_models import FactMark  # noqa: E402
from labelhub.evidence.pack_models import EvidencePack, LocationDatabase  # noqa: E402
from labelhub.evidence.reconcile_models import (  # noqa: E402  Django finds models here; they refer to the entry above
    Finding,
    FindingKind,
    LogMark,
    Served,
)
from labelhub.evidence.sequence_models import (  # noqa: E402  Django finds models here; they refer to the entry above
    Anchor,
    Checkpoint,
    LedgerHead,
    Position,
    Unsequenced,
)
from labelhub.evidence.where_viewed_models import SavedQuestion, ViewRollup  # noqa: E402

__all__ = [
    "PERSONAL_COLUMNS",
    "Anchor",
    "Checkpoint",
    "DecisionInputs",
    "EvidencePack",
    "FactMark",
    "Finding",
    "FindingKind",
    "LedgerAction",
    "LedgerEntry",
    "LedgerHead",
    "LocationDatabase",
    "LogMark",
    "Outcome",
    "Position",
    "SavedQuestion",
    "Served",
    "Unsequenced",
    "ViewRollup",
]
