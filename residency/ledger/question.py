"""A question to the ledger: which entries, in which time, about what, by whom, from where.

The same question is asked of the database, written into an evidence pack, and asked again by whoever verifies the pack.
What is not asked is left out. Places are asked by containment: `US` asks for `US-CA` too, and a group such as `EEA` for
its members as last checked. Times are exact, from `since` on, up to but not at `until`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, Final

from residency.ledger.entry import Json
from residency.ledger.errors import QuestionError
from residency.ledger.leaf import time_text
from residency.outside import shown
from residency.places import GROUPS, describe, is_jurisdiction

ANY: Final = "any"
UNKNOWN_PLACE: Final = "unknown"
OUTCOMES: Final = ("allow", "deny", "none")
_LEVELS: Final = range(5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked; `None` (and `False`) means not asked, and an empty list means that nothing can match.

    `place` may be `unknown`: the place could not be established. `outside` asks for footage seen from another country
    than its own, `outside_of` for footage seen from outside one place or group. `since` and `until` are texts as
    entries write times.
    """

    actions: tuple[str, ...] | None = None
    since: str | None = None
    until: str | None = None
    footage: tuple[str, ...] | None = None
    source: str | None = None
    jurisdiction: str | None = None
    owner: str | None = None
    contract: str | None = None
    person: tuple[str, ...] | None = None
    entity: str | None = None
    place: str | None = None
    network: str | None = None
    levels: tuple[int, ...] | None = None
    purpose: str | None = None
    rendition: str | None = None
    outcome: str | None = None
    policy_hash: str | None = None
    outside: bool = False
    outside_of: str | None = None

    def as_json(self) -> dict[str, Json]:
        """The question as a pack writes it: what is asked, and `actions` always, with `any` said out loud."""
        asked: dict[str, Json] = {"actions": ANY}
        for item in fields(self):
            value = getattr(self, item.name)
            if value is not None and value is not False:
                asked[item.name] = list(value) if isinstance(value, tuple) else value
        return asked

    def in_time(self, at: str) -> bool:
        """Whether a time, as entries write it, lies in what is asked."""
        return (self.since is None or at >= self.since) and (self.until is None or at < self.until)


def parse_question(value: object) -> Question:
    """Read a question as `Question.as_json` writes it.

    Raises:
        QuestionError: a member is unknown, of the wrong kind, or names a place or time that does not exist.
    """
    if not isinstance(value, Mapping):
        raise QuestionError("a question is a table of what is asked")
    if unknown := sorted(set(map(str, value)) - _READERS.keys()):
        raise QuestionError(f"nothing can be asked about {shown(unknown[0])}; a question has {', '.join(_READERS)}")
    return Question(**{str(name): _READERS[name](name, said) for name, said in value.items()})


def question_words(question: Question) -> tuple[str, ...]:
    """The question in words, one sentence for each thing asked, made from nothing but the question."""
    said: list[str] = []
    for item in fields(question):
        value = getattr(question, item.name)
        if value is not None and value is not False:
            said.append(_SENTENCES[item.name](value))
    return tuple(said) or ("Every entry.",)


def _listed(noun: str) -> Callable[[Any], str]:
    def sentence(values: tuple[object, ...]) -> str:
        if len(values) > 3:  # noqa: PLR2004  a list of three is still a sentence
            return f"{noun} is one of {len(values)}, which the question lists."
        return f"{noun} is {' or '.join(f'`{one}`' for one in values) or 'none at all'}."

    return sentence


def _exactly(noun: str) -> Callable[[Any], str]:
    return lambda value: f"{noun} is `{value}`."


def _placed(noun: str) -> Callable[[Any], str]:
    return lambda value: f"{noun} {_place_words(value)}."


def _place_words(code: str) -> str:
    return "could not be established" if code == UNKNOWN_PLACE else f"is in {describe(code)}"


_SENTENCES: Final[Mapping[str, Callable[[Any], str]]] = {
    "actions": _listed("What happened"),
    "since": lambda at: f"It happened at {at} or later.",
    "until": lambda at: f"It happened before {at}.",
    "footage": _listed("The footage"),
    "source": _exactly("The camera"),
    "jurisdiction": _placed("The footage"),
    "owner": _exactly("The owner of the footage"),
    "contract": _exactly("The contract"),
    "person": _listed("The person"),
    "entity": _exactly("The organization of the person"),
    "place": _placed("The place it was seen from"),
    "network": _exactly("The network"),
    "levels": _listed("The assurance level of the place"),
    "purpose": _exactly("The purpose"),
    "rendition": _exactly("The rendition"),
    "outcome": _exactly("The decision"),
    "policy_hash": _exactly("The policy version"),
    "outside": lambda _: "The place it was seen from is in another country than the footage.",
    "outside_of": lambda code: f"The place it was seen from is outside {describe(code)}.",
}


def _text(name: str, value: object) -> str:
    if not isinstance(value, str) or not value:
        raise QuestionError(f"`{name}` is text, not {shown(value)}")
    return value


def _texts(name: str, value: object) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise QuestionError(f"`{name}` is a list of texts, not {shown(value)}")
    return tuple(_text(name, one) for one in value)


def _actions(name: str, value: object) -> tuple[str, ...] | None:
    return None if value == ANY else _texts(name, value)


def _time(name: str, value: object) -> str:
    text = _text(name, value)
    try:
        plain = time_text(datetime.fromisoformat(text))
    except ValueError:
        plain = ""
    if plain != text:
        raise QuestionError(f"`{name}` is a time such as `2026-11-25T10:00:00.000000+00:00`, not {shown(value)}")
    return text


def _code(name: str, value: object) -> str:
    code = _text(name, value)
    if not (code in GROUPS or is_jurisdiction(code)):
        raise QuestionError(f"`{name}` names {shown(code)}, which is no jurisdiction and no group of them")
    return code


def _place(name: str, value: object) -> str:
    return UNKNOWN_PLACE if value == UNKNOWN_PLACE else _code(name, value)


def _levels(name: str, value: object) -> tuple[int, ...]:
    if not isinstance(value, list) or any(type(one) is not int or one not in _LEVELS for one in value):
        raise QuestionError(f"`{name}` is a list of assurance levels from 0 to 4, not {shown(value)}")
    return tuple(value)


def _outcome(name: str, value: object) -> str:
    if value not in OUTCOMES:
        raise QuestionError(f"`{name}` is one of {', '.join(OUTCOMES)}, not {shown(value)}")
    return str(value)


def _flag(name: str, value: object) -> bool:
    if not isinstance(value, bool):
        raise QuestionError(f"`{name}` is true or false, not {shown(value)}")
    return value


_READERS: Final[Mapping[str, Callable[[str, object], Any]]] = {
    item.name: {
        "actions": _actions,
        "since": _time,
        "until": _time,
        "footage": _texts,
        "person": _texts,
        "jurisdiction": _code,
        "outside_of": _code,
        "place": _place,
        "levels": _levels,
        "outcome": _outcome,
        "outside": _flag,
    }.get(item.name, _text)
    for item in fields(Question)
}
