"""The fixed cast of the decision tests, and how a row of facts becomes a request."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from residency import Action, AssuranceLevel, Footage, Place, PolicySet, Request, Situation, Viewer, parse_policy

AT = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
DEMO_FILE = Path(__file__).parents[2] / "labelhub" / "demo" / "policy.toml"
DEMO_TEXT = DEMO_FILE.read_text(encoding="utf-8")
DEMO = PolicySet.of(parse_policy(DEMO_TEXT, name="policy.toml"))

CALIFORNIA_STILL = Footage(id="still-ca", jurisdiction="US-CA", marks=frozenset(), owner="acme", zone="us")
BERLIN_STILL = Footage(id="still-de", jurisdiction="DE-BE", marks=frozenset(), owner="acme", zone="eu")


def someone(where: str, level: AssuranceLevel = AssuranceLevel.LA2) -> tuple[Viewer, Place]:
    """Someone attested and connecting in the same place."""
    return Viewer(id=f"annotator.{where.lower()}", attested_in=where), Place(jurisdiction=where, level=level)


def asks(
    footage: Footage = CALIFORNIA_STILL,
    *,
    where: str = "US",
    action: Action = Action.VIEW,
    purpose: str | None = "ml-training",
    at: datetime = AT,
) -> Request:
    """Someone in a place asks for footage."""
    viewer, place = someone(where)
    return Request(
        action=action, viewer=viewer, footage=footage, situation=Situation(at=at, place=place, purpose=purpose)
    )


def request_of(row: Mapping[str, Any]) -> Request:
    """A request as a row of a case file writes it; what a row leaves out is not known."""
    footage, situation = dict(row["footage"]), row["situation"]
    if "marks" in footage:
        footage["marks"] = frozenset(footage["marks"])
    place = situation.get("place")
    return Request(
        action=Action(row["action"]),
        viewer=Viewer(**row["viewer"]),
        footage=Footage(**footage),
        situation=Situation(
            at=datetime.fromisoformat(situation.get("at", AT.isoformat())),
            place=None if place is None else Place(jurisdiction=place[0], level=AssuranceLevel[place[1]]),
            purpose=situation.get("purpose"),
        ),
    )


def policy_text(rules: str, *, name: str = "test", layer: str = "platform", effective_from: str = "2026-01-01") -> str:
    """A policy document with these rules."""
    return f'name = "{name}"\nlayer = "{layer}"\ntitle = "Test"\neffective_from = {effective_from}\n{rules}'


def rule_text(rule_id: str, effect: str = "permit", when: str = "", actions: str = '["view"]') -> str:
    """One rule of a policy document."""
    head = f'[[rule]]\nid = "{rule_id}"\neffect = "{effect}"\nactions = {actions}\nwords = "Rule {rule_id}."\n'
    return f"{head}[rule.when]\n{when}\n"


def policies(*rules: str) -> PolicySet:
    """One platform policy with these rules."""
    return PolicySet.of(parse_policy(policy_text("".join(rules)), name="test.toml"))


def without_place(request: Request) -> Request:
    """The same request from a place nobody knows."""
    return replace(request, situation=replace(request.situation, place=None))


def knowing(facts: Mapping[str, Any], *, action: Action = Action.VIEW, at: datetime = AT) -> Request:
    """Somebody of whom, and of whose question, only these facts are known, named as rules name them."""
    parts: dict[str, Any] = {"viewer": Viewer(id="v"), "footage": Footage(id="f"), "situation": Situation(at=at)}
    for path, value in facts.items():
        about, _, fact = path.partition(".")
        parts[about] = replace(parts[about], **{fact: value})
    return Request(action=action, **parts)


def placed(jurisdiction: str | None, level: AssuranceLevel = AssuranceLevel.LA2) -> Mapping[str, Any]:
    """The fact of being in a place."""
    return {"situation.place": Place(jurisdiction=jurisdiction, level=level)}
