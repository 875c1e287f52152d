"""A question of the pages as a question of a pack: the same entries, in the words a verifier reads again."""

from __future__ import annotations

from labelhub.evidence.questions import VIEWS, Kind, Question
from residency.ledger import question as packed
from residency.ledger.leaf import time_text

HASH_SIZE = 64


class NotPackableError(ValueError):
    """A question that no pack can answer; the message says why and what to ask instead."""


def question_for_pack(asked: Question, *, owner: str = "") -> packed.Question:
    """Put a question of the pages as a pack puts it; `owner` narrows it to whose pack it is.

    Raises:
        NotPackableError: it rests on something that changes after the pack is made.
    """
    if asked.judged_at is not None:
        raise NotPackableError("what today’s rules want is no fact of the ledger: leave that out, and ask by level")
    if owner and asked.action != Kind.VIEWS and asked.action not in VIEWS:
        raise NotPackableError("an owner’s pack is about views: what else is recorded says things about people")
    policy = asked.policy
    if policy and len(policy) != HASH_SIZE:
        raise NotPackableError("give the whole hash of the policy version: a part of it could mean another one later")
    return packed.Question(
        actions=_actions(asked.action),
        since=None if asked.since is None else time_text(asked.since),
        until=None if asked.until is None else time_text(asked.until),
        footage=tuple(asked.footage.split()) or None,
        source=asked.camera or None,
        jurisdiction=asked.jurisdiction or None,
        owner=owner or asked.owner or None,
        contract=asked.contract or None,
        person=asked.people,
        entity=asked.entity or None,
        place=asked.place or None,
        network=asked.network or None,
        levels=asked.levels or None,
        purpose=asked.purpose or None,
        rendition=asked.rendition or None,
        outcome=asked.outcome or None,
        policy_hash=policy or None,
        outside=asked.outside,
    )


def _actions(action: str) -> tuple[str, ...] | None:
    if action == Kind.ANYTHING:
        return None
    return tuple(view.value for view in VIEWS) if action == Kind.VIEWS else (action,)
