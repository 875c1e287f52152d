"""A policy on its way into force: written, checked, tried on the past, approved by somebody else, recorded throughout.

- The document's own cases must come out as written.
- A dry run of just this text, against just the policies in force now, must have been looked at.
- Whoever is newly allowed anything must be acknowledged by name.
- Author and approver are two people. Only a version that can allow nothing new may be put into force by its author.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from labelhub.accounts.models import Person, Role
from labelhub.accounts.queries import has_role
from labelhub.evidence.actions import EntryDraft, record
from labelhub.evidence.models import LedgerAction
from labelhub.policies.actions import activate_policy
from labelhub.policies.models import PolicyDraft, PolicyTrial, PolicyVersion
from labelhub.policies.queries import owners, sets_of
from labelhub.policies.trial_results import TrialResult
from labelhub.policies.versions import followed_by, in_force
from residency import Policy, parse_policy
from residency.changes import loosens
from residency.checks import Finding, Kind, check, tenants_without_permit


class DraftError(Exception):
    """A draft cannot go on as asked; the message says what is missing and who can mend it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How a draft stands: what it reads as, what it would replace, what was found, and its latest fitting dry run."""

    draft: PolicyDraft
    policy: Policy
    replaces: PolicyVersion | None
    findings: tuple[Finding, ...]
    trial: PolicyTrial | None
    is_current: bool
    loosens: bool

    @property
    def failing(self) -> tuple[Finding, ...]:
        """The cases that do not come out as written."""
        return tuple(one for one in self.findings if one.kind is Kind.CASE_FAILS)

    @property
    def result(self) -> TrialResult | None:
        """What the dry run found, once it is done."""
        return TrialResult.read(self.trial.result) if self.trial is not None and self.trial.result else None


def write_draft(text: str, *, by: Person, at: datetime, draft: PolicyDraft | None = None) -> PolicyDraft:
    """Keep a document as a draft, new or in place of the draft's text before.

    Raises:
        residency.PolicyError: the text is no policy; nothing is kept.
        DraftError: the writer is no officer, or the draft is no longer being written.
    """
    _only_officer(by)
    if draft is not None:
        _only_open(draft)
    policy = parse_policy(text, name="this document")
    with transaction.atomic():
        kept = draft or PolicyDraft(made_at=at)
        kept.name, kept.title, kept.text, kept.hash = policy.name, policy.title, text, policy.hash
        kept.author, kept.changed_at = by.pseudonym, at
        kept.save()
        _record(LedgerAction.POLICY_DRAFT_WRITTEN, kept, by, at=at)
    return kept


def withdraw(draft: PolicyDraft, *, by: Person, at: datetime) -> None:
    """Take a draft back; it stays readable and can be written again from its text.

    Raises:
        DraftError: the person is no officer, or the draft is no longer being written.
    """
    _only_officer(by)
    with transaction.atomic():
        locked = _locked(draft)
        locked.state = PolicyDraft.State.WITHDRAWN
        locked.save(update_fields=["state"])
        _record(LedgerAction.POLICY_DRAFT_WITHDRAWN, locked, by, at=at)


def ask_for_trial(draft: PolicyDraft, *, days: int, by: Person, at: datetime) -> PolicyTrial:
    """Keep that a dry run was asked for; a worker does it.

    Raises:
        DraftError: the person is no officer, or the draft is no longer being written.
    """
    _only_officer(by)
    _only_open(draft)
    with transaction.atomic():
        trial = PolicyTrial.objects.create(
            draft=draft,
            hash=draft.hash,
            against=in_force(at=at).hash,
            days=days,
            asked_by=by.pseudonym,
            asked_at=at,
        )
        _record(LedgerAction.POLICY_DRAFT_TRIED, draft, by, at=at, days=days, against=trial.against)
    return trial


def standing_of_draft(draft: PolicyDraft, *, at: datetime) -> Standing:
    """Say how a draft stands."""
    policy = parse_policy(draft.text, name=draft.name)
    replaces = followed_by(policy, at=at)
    trial = draft.trials.first()
    fits = trial is not None and (trial.hash, trial.against) == (draft.hash, in_force(at=at).hash)
    old = parse_policy(replaces.text, name=replaces.name) if replaces else None
    _, with_draft = sets_of(policy, at=at)
    return Standing(
        draft=draft,
        policy=policy,
        replaces=replaces,
        findings=(*check(policy, on=at.date()), *tenants_without_permit(with_draft, owners())),
        trial=trial,
        is_current=fits and trial is not None and trial.state == PolicyTrial.State.DONE,
        loosens=loosens(old, policy),
    )


def approve(
    draft: PolicyDraft,
    *,
    by: Person,
    at: datetime,
    acknowledged: Iterable[str] = (),
    takes_effect: datetime | None = None,
) -> PolicyVersion:
    """Put a draft into force, at once or at a time to come.

    Raises:
        DraftError: something that must come first has not, or somebody else must do it; nothing changes.
    """
    _only_officer(by)
    with transaction.atomic():
        locked = _locked(draft)
        stands = standing_of_draft(locked, at=at)
        _must_be_ready(stands, by, takes_effect, at)
        names = _acknowledged(stands, acknowledged)
        version = activate_policy(
            locked.text,
            by=by.pseudonym,
            at=at,
            takes_effect=takes_effect,
            written_by=locked.author,
            acknowledged=sorted(names),
            loosens=stands.loosens,
        )
        locked.state, locked.version = PolicyDraft.State.IN_FORCE, version
        locked.save(update_fields=["state", "version"])
        _record(LedgerAction.POLICY_DRAFT_APPROVED, locked, by, at=at, acknowledged=sorted(names))
    return version


def _must_be_ready(stands: Standing, by: Person, takes_effect: datetime | None, at: datetime) -> None:
    if stands.failing:
        raise DraftError(f"{len(stands.failing)} of its own cases do not come out as written: mend the text first")
    if not stands.is_current or stands.result is None:
        raise DraftError("no dry run of this text against the policies in force now is finished: run one first")
    if takes_effect is not None and takes_effect < at:
        raise DraftError("it cannot take effect in the past: leave the time empty for at once")
    opens = stands.loosens or bool(stands.result.to_acknowledge)
    if by.pseudonym == stands.draft.author and opens:
        raise DraftError("it could allow something new, and you wrote it: another compliance officer must approve it")
    if by.pseudonym == stands.draft.author and takes_effect is not None:
        raise DraftError("an author may only tighten, and only at once: another compliance officer can schedule it")


def _acknowledged(stands: Standing, given: Iterable[str]) -> set[str]:
    wanted = {one.key for one in stands.result.to_acknowledge} if stands.result else set()
    missing = wanted - set(given)
    if missing:
        raise DraftError(f"{len(missing)} of {len(wanted)} newly allowed are not acknowledged: tick each by name")
    return wanted


def _only_officer(person: Person) -> None:
    if not has_role(person, Role.OFFICER):
        raise DraftError("only a compliance officer may do this")


def _only_open(draft: PolicyDraft) -> None:
    if draft.state != PolicyDraft.State.OPEN:
        raise DraftError(f"this draft is {draft.get_state_display()}: begin another from its text")


def _locked(draft: PolicyDraft) -> PolicyDraft:
    """The draft, held until the transaction ends, so that two people do not decide on it at once."""
    locked = PolicyDraft.objects.select_for_update().get(pk=draft.pk)
    _only_open(locked)
    return locked


def _record(action: LedgerAction, draft: PolicyDraft, by: Person, *, at: datetime, **details: object) -> None:
    record(
        EntryDraft(
            action=action,
            at=at,
            person=by.pseudonym,
            entity=by.organization.code if by.organization else "",
            policy_hash=draft.hash,
            details={"draft": draft.pk, "name": draft.name, **details},
        )
    )
