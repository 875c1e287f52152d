"""How the reports speak: they claim what was recorded and how well it was known, never that somebody was there."""

from __future__ import annotations

from collections.abc import Iterable

from labelhub.evidence.models import LedgerAction, Outcome
from residency import describe

NOT_ESTABLISHED = "from a place that could not be established"
WHERE_NOT_KNOWN = "not known"

ACTION_WORDS = {
    LedgerAction.MEDIA_VIEW_ALLOWED: "footage shown",
    LedgerAction.MEDIA_VIEW_DENIED: "footage refused",
    LedgerAction.STUDIO_REQUEST_DENIED: "drawing board refused",
    LedgerAction.LABELING_TASK_RESERVED: "labeling task taken",
    LedgerAction.LABELING_TASK_SUBMITTED: "labeling task submitted",
    LedgerAction.LABELING_TASK_SKIPPED: "labeling task skipped",
    LedgerAction.LABELING_TASK_UNSKIPPED: "skipped labeling task taken back",
    LedgerAction.LABELING_SCHEMA_ADDED: "label schema added",
    LedgerAction.LABELING_GUIDELINE_ADDED: "guideline added",
    LedgerAction.LABELING_JOB_CREATED: "job created",
    LedgerAction.LABELING_JOB_CLOSED: "job closed",
    LedgerAction.LABELING_JOB_OPENED: "job opened again",
    LedgerAction.GUIDELINE_READ_ACKNOWLEDGED: "guideline acknowledged",
    LedgerAction.FOOTAGE_BATCH_RECEIVED: "files handed in",
    LedgerAction.FOOTAGE_FILE_STORED: "footage stored",
    LedgerAction.FOOTAGE_FILE_REFUSED: "file not taken",
    LedgerAction.FOOTAGE_SOURCE_CHANGED: "camera changed",
    LedgerAction.FOOTAGE_PIECE_WITHDRAWN: "footage withdrawn",
    LedgerAction.POLICY_VERSION_ACTIVATED: "policy activated",
    LedgerAction.POLICY_DRAFT_WRITTEN: "policy draft written",
    LedgerAction.POLICY_DRAFT_WITHDRAWN: "policy draft withdrawn",
    LedgerAction.POLICY_DRAFT_TRIED: "policy draft tried",
    LedgerAction.POLICY_DRAFT_APPROVED: "policy draft approved",
    LedgerAction.HELD_DOCUMENT_ADDED: "document recorded",
    LedgerAction.HELD_DOCUMENT_WITHDRAWN: "document withdrawn",
    LedgerAction.HELD_GRANT_ADDED: "grant given",
    LedgerAction.HELD_GRANT_WITHDRAWN: "grant withdrawn",
    LedgerAction.EMERGENCY_ACCESS_ASKED: "breaking glass asked for",
    LedgerAction.EMERGENCY_ACCESS_OPENED: "glass broken",
    LedgerAction.EMERGENCY_ACCESS_REFUSED: "breaking glass refused",
    LedgerAction.EMERGENCY_ACCESS_CLOSED: "broken glass closed early, or taken back",
    LedgerAction.ORGANIZATION_FACTS_CHANGED: "facts of an organization changed",
    LedgerAction.PERSON_FACTS_CHANGED: "facts of a person changed",
    LedgerAction.PERSON_ACCESS_CHANGED: "person’s access changed",
    LedgerAction.PERSON_SESSION_STARTED: "signed in",
    LedgerAction.PERSON_SESSION_REFUSED: "sign-in refused",
    LedgerAction.PERSON_SESSION_ENDED: "signed out",
    LedgerAction.EXPORT_RUN_STARTED: "export started",
    LedgerAction.EXPORT_RUN_FINISHED: "export finished",
    LedgerAction.EXPORT_RUN_FAILED: "export failed",
    LedgerAction.EXPORT_RUN_DENIED: "export refused",
    LedgerAction.EXPORT_DOWNLOAD_ALLOWED: "training set downloaded",
    LedgerAction.EXPORT_DOWNLOAD_DENIED: "download refused",
    LedgerAction.EXPORT_PIECE_TAKEN: "footage taken in a training set",
    LedgerAction.EXPORT_RUN_RECALLED: "training set recalled",
    LedgerAction.EXPORT_COPY_DESTROYED: "copy of a training set destroyed",
    LedgerAction.LEDGER_REPORT_READ: "ledger read",
    LedgerAction.LEDGER_REPORT_EXPORTED: "ledger exported",
    LedgerAction.LEDGER_PACK_MADE: "evidence pack made",
    LedgerAction.LEDGER_PACK_REMOVED: "evidence pack removed",
    LedgerAction.LEDGER_PACK_DOWNLOADED: "evidence pack downloaded",
    LedgerAction.LEDGER_CHECKPOINT_ANCHORED: "checkpoint anchored",
    LedgerAction.LEDGER_KEY_CHANGED: "signing key changed",
    LedgerAction.LEDGER_PERSON_ERASED: "personal data erased",
    LedgerAction.LEDGER_QUESTION_SAVED: "question saved or changed",
    LedgerAction.LEDGER_QUESTION_REMOVED: "saved question removed",
    LedgerAction.LEDGER_FINDING_RAISED: "finding raised",
    LedgerAction.LEDGER_FINDING_CLOSED: "finding closed",
    LedgerAction.CLOCK_STEP_SEEN: "clock went back",
    LedgerAction.SEQUENCE_GAP_ENDED: "interruption of the ledger ended",
}
OUTCOME_WORDS = {Outcome.ALLOW: "allowed", Outcome.DENY: "denied", Outcome.NONE: "nothing to decide"}


def action_words(action: str) -> str:
    """Say what happened in plain words; an action this release does not know is named as it is stored."""
    words: dict[str, str] = {known.value: said for known, said in ACTION_WORDS.items()}
    return words.get(action, action)


def outcome_words(outcome: str) -> str:
    """Say what was decided in one word or two."""
    return OUTCOME_WORDS[Outcome(outcome)] if outcome in Outcome.values else outcome


def place_words(place: str, level: int) -> str:
    """Say from where something was recorded and how well that was known.

    >>> place_words("US", 2)
    'recorded from the United States, assured at LA2'
    """
    if not place or level <= 0:
        return NOT_ESTABLISHED
    return f"recorded from {describe(place)}, assured at LA{level}"


def jurisdiction_words(code: str) -> str:
    """Name where footage was recorded."""
    return describe(code) if code else WHERE_NOT_KNOWN


def rule_words(rules: Iterable[str]) -> str:
    """Name the deciding rules."""
    return ", ".join(rules) or "no rule"


def claim_words(*, countries: int, level: int) -> str:
    """Say what a map or a table of places claims: where addresses lie and how well that is known, never more.

    >>> claim_words(countries=3, level=2)
    'recorded from addresses located in 3 countries, at assurance ≥ LA2'
    """
    if not countries:
        return "recorded from no place that could be established"
    named = "1 country" if countries == 1 else f"{countries} countries"
    return f"recorded from addresses located in {named}, at assurance ≥ LA{level}"
