"""The decision itself: whether a request may go ahead under some policies.

- Deny is the default: every policy in force that speaks of the footage must permit, the platform's among them.
- A forbid wins over any permit, in any policy.
- An unknown fact keeps a permit from matching and makes a forbid match.
- From a place that is not known nothing may be done, whatever the policies say.
- Breaking glass turns a denial into a permission, never over a rule marked hard nor from an unknown place.
- No clock, no I/O: the time is in the request, so any past decision can be made again.
"""

from typing import Final

from residency.decision import Decision, Outcome
from residency.facts import Action, Request
from residency.index import Found, index_of
from residency.judging import PLACE_MUST_BE_KNOWN, place_is_known
from residency.policy import PolicySet

BREAK_GLASS_RULE: Final = "residency/break-glass"
# Looking in an emergency is all that breaking glass opens: it labels nothing and takes nothing away.
OPENED_BY_BREAK_GLASS: Final = frozenset({Action.LIST, Action.VIEW})


def decide(request: Request, policies: PolicySet) -> Decision:
    """Say whether `request` may go ahead under `policies`, and why."""
    found = index_of(policies, request.situation.at).find(request)
    known = place_is_known(request)
    broke_glass = not found.permitted and known and not found.hard and breaks_glass(request)
    allowed = broke_glass or (found.permitted and known)
    obligations = found.obligations if allowed else ()
    return Decision(
        request=request,
        outcome=_outcome(allowed=allowed, owing=bool(obligations)),
        rule_ids=(BREAK_GLASS_RULE,) if broke_glass else _rule_ids(found, known=known),
        obligations=obligations,
        broke_glass=broke_glass,
        policies=policies,
    )


def breaks_glass(request: Request) -> bool:
    """Whether glass is broken for this request: it is open at its time, and for what is asked."""
    opened = request.situation.break_glass
    return opened is not None and opened.holds(request.situation.at) and request.action in OPENED_BY_BREAK_GLASS


def _outcome(*, allowed: bool, owing: bool) -> Outcome:
    if not allowed:
        return Outcome.DENY
    return Outcome.ALLOW_WITH_OBLIGATIONS if owing else Outcome.ALLOW


def _rule_ids(found: Found, *, known: bool) -> tuple[str, ...]:
    """The deciding rules: an unknown place is one of the forbids, and beside a forbid no unmet permit decides."""
    if known:
        return found.rule_ids
    forbids = found.rule_ids if found.forbidden else ()
    return tuple(sorted({*forbids, PLACE_MUST_BE_KNOWN.rule_id}))
