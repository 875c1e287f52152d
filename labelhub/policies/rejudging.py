"""The rules as the reports in `evidence` ask about them: what they want today, and what they said then."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from itertools import islice
from typing import Any, Final

from labelhub.evidence.models import DecisionInputs, LedgerEntry
from labelhub.evidence.rejudging import Rejudged, RuleText
from labelhub.policies.queries import NoPolicyError, active_policies
from residency import AssuranceLevel, Place, PolicyError, PolicySet, Request, decide
from residency.errors import RequestError
from residency.wire import read_request

AT_ONCE: Final = 500


class KnownRules:
    """The policies of this installation, as the reports ask about them."""

    def below(self, inputs: Iterable[str], *, at: datetime) -> Rejudged:
        """Judge recorded facts again at a moment: below is what more assurance alone would have permitted."""
        asked = frozenset(inputs)
        try:
            policies = active_policies(at=at)
        except NoPolicyError:
            return Rejudged(not_judged=asked)
        known = dict(_kept(asked, at=at))
        below = frozenset(digest for digest, request in known.items() if wants_more(request, policies))
        return Rejudged(below=below, not_judged=asked - known.keys())

    def texts_of(self, entry: LedgerEntry, ids: Iterable[str]) -> tuple[RuleText, ...]:
        """Find rules by `policy/rule` in the policies of the entry's time, if they are the ones it names."""
        try:
            policies = active_policies(at=entry.at)
        except (NoPolicyError, PolicyError):
            return ()
        if policies.hash != entry.policy_hash:
            return ()
        texts = dict(_texts(policies))
        return tuple(texts[one] for one in ids if one in texts)


def wants_more(request: Request, policies: PolicySet) -> bool:
    """Whether policies refuse a request at its own assurance and would permit it at a higher one."""
    place = request.situation.place
    if place is None or decide(request, policies).permitted:
        return False
    higher = (replace(place, level=level) for level in AssuranceLevel if level > place.level)
    return any(decide(_from(place, request), policies).permitted for place in higher)


def _from(place: Place, request: Request) -> Request:
    return replace(request, situation=replace(request.situation, place=place))


def _kept(digests: frozenset[str], *, at: datetime) -> Iterator[tuple[str, Request]]:
    """Read the requests behind inputs hashes; those whose facts are not kept, or no longer readable, are left out."""
    waiting, parts = iter(digests), dict[tuple[str, str], Any]()
    while some := list(islice(waiting, AT_ONCE)):
        for digest, facts in DecisionInputs.objects.filter(pk__in=some).values_list("hash", "facts"):
            told = json.loads(facts)
            told["situation"]["at"] = at.isoformat()
            try:
                yield digest, read_request(told, parts=parts)
            except RequestError:
                continue


def _texts(policies: PolicySet) -> Iterator[tuple[str, RuleText]]:
    for policy in policies.policies:
        for rule in policy.rules:
            name = f"{policy.name}/{rule.id}"
            text = RuleText(id=name, effect=rule.effect.value, words=rule.words, citation=rule.citation or "")
            yield name, text
