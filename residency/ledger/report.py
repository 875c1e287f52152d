"""Answering a question from entries, and counting the answers: the same for who writes a report and who verifies it.

An entry that would answer if only its place were established, or if only the person in it were shown, is no answer; it
is counted beside the answers, and a negative statement says so. A place at assurance level 0 is not established.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, TypeAlias

from residency.ledger.entry import Json, canonical_json
from residency.ledger.leaf import about_tag
from residency.ledger.question import UNKNOWN_PLACE, Question, question_words
from residency.places import contains, country_of

Facts: TypeAlias = Mapping[str, object]
Judge: TypeAlias = "Callable[[Facts, Facts, Facts | None], Answer]"
MayAnswer: TypeAlias = Callable[[str, str, "str | None"], bool]

ANCHORED: Final = "ledger:checkpoint:anchored"
OTHER_LEDGERS: Final = "Entries of ledgers that are not named here are not covered."
# What a body says in one text each, asked for exactly.
_EXACT: Final = ("source", "owner", "contract", "entity", "purpose", "rendition", "policy_hash")


class Answer(StrEnum):
    """Whether an entry answers a question, or what is missing to tell."""

    YES = "yes"
    NO = "no"
    PERSON_NOT_SHOWN = "person not shown"
    PLACE_NOT_ESTABLISHED = "place not established"


@dataclass(frozen=True, slots=True, kw_only=True)
class Covered:
    """What was looked at of one ledger: entries `start` up to and without `end`.

    `last` is the time at which the last of them was given its number, as a leaf writes it; empty where there is none.
    """

    start: int
    end: int
    last: str

    @property
    def end_words(self) -> str:
        """What is not covered, since it came later."""
        when = f"after {self.last}" if self.last else "later"
        return f"entries that were numbered {when} are not covered"


@dataclass(frozen=True, slots=True)
class Listed:
    """The footage that a pack of one owner lists as theirs: how many pieces, and the hash of the list, hex.

    The hash is SHA-256 of the list as canonical JSON, in the order of the pack. A list that was cut short has another
    one, which only somebody who knows the true list can see; so both are said wherever the list mattered.
    """

    count: int
    hash: str

    @property
    def words(self) -> str:
        """What of this owner was looked at."""
        pieces = "piece" if self.count == 1 else "pieces"
        return (
            "Of this owner's entries these were looked at: those about no piece of footage, and those of the "
            f"{self.count} {pieces} of footage listed in about.json, whose hash is {self.hash}."
        )


def list_for(question: Question, owner: str | None, footage: Sequence[str]) -> Listed | None:
    """What the list of a pack's owner comes to; nothing where the question is not about this owner.

    Their list then excuses no entry from being opened, so nothing rests on it.
    """
    if owner is None or question.owner != owner:
        return None
    return Listed(len(footage), hashlib.sha256(canonical_json(list(footage))).hexdigest())


def judge(question: Question) -> Judge:
    """Make the function that says whether an entry answers, from its leaf's facts, its body, and its personal facts.

    The leaf's facts are what stands under `entry` in a leaf. Personal facts are `None` where they are not shown or were
    erased. Make it once for a question; it is called for millions of entries.
    """
    actions = None if question.actions is None else frozenset(question.actions)
    footage = None if question.footage is None else frozenset(question.footage)
    levels = None if question.levels is None else frozenset(question.levels)
    people = None if question.person is None else frozenset(question.person)
    network = question.network
    exact = tuple((name, wanted) for name in _EXACT if (wanted := getattr(question, name)) is not None)
    placed = _place_test(question)

    def certain(leaf: Facts, body: Facts) -> bool:
        return (
            (actions is None or leaf["action"] in actions)
            and question.in_time(str(leaf["at"]))
            and (footage is None or _among(footage, body.get("footage")))
            and all(body.get(name) == wanted for name, wanted in exact)
            and (question.outcome is None or body.get("outcome", "none") == question.outcome)
            and (levels is None or _among(levels, body.get("level", 0)))
            and (question.jurisdiction is None or _inside(question.jurisdiction, body.get("jurisdiction")))
        )

    def answer(leaf: Facts, body: Facts, personal: Facts | None) -> Answer:
        if not certain(leaf, body):
            return Answer.NO
        where = placed(body)
        if where is Answer.NO or (people is None and network is None):
            return where
        if personal is None:
            return Answer.PERSON_NOT_SHOWN
        is_them = people is None or _among(people, personal.get("person"))
        return where if is_them and network in (None, personal.get("network")) else Answer.NO

    return answer


def answers(question: Question, leaf: Facts, body: Facts, personal: Facts | None) -> bool:
    """Whether one entry answers; for many, take `judge`."""
    return judge(question)(leaf, body, personal) is Answer.YES


def established_place(body: Facts) -> str | None:
    """The jurisdiction an entry was made from, if its assurance level is at least 1."""
    place, level = body.get("place"), body.get("level", 0)
    return place if isinstance(place, str) and place and isinstance(level, int) and level > 0 else None


def may_answer(question: Question, owner: str | None, key: bytes, footage: Iterable[str]) -> MayAnswer:
    """Make the function that says, from a leaf alone, whether its entry might answer and so has to be opened.

    It takes the leaf's action, time and `about`. An owner, their key and their footage count where the question is
    about that owner: an entry that is about none of these, and not about the owner without a piece of footage, cannot
    answer it. For any other question every leaf might, whatever key and footage are given with it.
    """
    actions = None if question.actions is None else frozenset(question.actions)
    asked = footage if question.footage is None else question.footage
    about_theirs = owner is not None and question.owner == owner
    tags = frozenset(about_tag(key, one) for one in (*asked, "")) if about_theirs else None

    def might(action: str, at: str, about: str | None) -> bool:
        if (actions is not None and action not in actions) or not question.in_time(at):
            return False
        return tags is None or about in tags

    return might


class Totals:
    """Counts of the answers to one question; its size grows with different footage, people and places, not entries."""

    def __init__(self) -> None:
        self._entries = 0
        self._allowed = self._denied = 0
        self._not_told: Counter[Answer] = Counter()
        self._people: set[str] = set()
        self._people_not_shown = 0
        self._first = self._last = ""
        self._by: dict[str, dict[str, list[int]]] = {name: {} for name in _BY}

    @property
    def entries(self) -> int:
        """How many entries answer."""
        return self._entries

    def add(self, answer: Answer, leaf: Facts, body: Facts, personal: Facts | None) -> None:
        """Count one entry, whatever its answer."""
        if answer is not Answer.YES:
            self._not_told[answer] += 1
            return
        self._entries += 1
        outcome, at = body.get("outcome"), str(leaf["at"])
        allowed, denied = outcome == "allow", outcome == "deny"
        self._allowed += allowed
        self._denied += denied
        self._first = min(self._first or at, at)
        self._last = max(self._last, at)
        self._count_person(personal)
        for name, value in _BY.items():
            if (found := value(leaf, body)) is not None:
                row = self._by[name].setdefault(found, [0, 0])
                row[0] += allowed
                row[1] += denied

    def as_json(self) -> dict[str, Json]:
        """The totals as a report writes them; `people` counts those who are shown."""
        return {
            "entries": self._entries,
            "allowed": self._allowed,
            "denied": self._denied,
            "footage": len(self._by["by_footage"]),
            "people": len(self._people),
            "people_not_shown": self._people_not_shown,
            "first": self._first or None,
            "last": self._last or None,
            "person_not_told": self._not_told[Answer.PERSON_NOT_SHOWN],
            "place_not_told": self._not_told[Answer.PLACE_NOT_ESTABLISHED],
            **{
                name: {value: {"allowed": allowed, "denied": denied} for value, (allowed, denied) in rows.items()}
                for name, rows in self._by.items()
            },
        }

    def _count_person(self, personal: Facts | None) -> None:
        if personal is None:
            self._people_not_shown += 1
        elif person := personal.get("person"):
            self._people.add(str(person))


def negative_statement(
    question: Question, totals: Totals, covered: Mapping[str, Covered], listed: Listed | None
) -> tuple[str, ...]:
    """What may be stated when no entry answers, sentence by sentence, and what may not; made from these facts alone.

    `covered` says of each ledger, by its name, what was looked at; `listed` is what `list_for` gives.
    """
    numbers = totals.as_json()
    said = ["No entry is recorded to which all of this applies:", *question_words(question)]
    said += [
        f"The ledger `{name}` was looked at whole from entry {one.start} up to and without entry {one.end}; "
        f"{one.end_words}."
        for name, one in sorted(covered.items())
    ]
    said.append(OTHER_LEDGERS)
    if listed is not None:
        said.append(listed.words)
    if count := numbers["place_not_told"]:
        said.append(f"Of {count} more it cannot be told, since a place in them was not established.")
    if count := numbers["person_not_told"]:
        said.append(f"Of {count} more it cannot be told, since the person in them is not shown or was erased.")
    said.append("A place is what was recorded at its assurance level; what nothing recorded, this cannot show.")
    return tuple(said)


def _place_test(question: Question) -> Callable[[Facts], Answer]:
    """Test the place of an entry against all that is asked of it."""
    asked = question.place, question.outside, question.outside_of
    if asked == (None, False, None):
        return lambda _: Answer.YES
    of_the_unknown = Answer.YES if asked == (UNKNOWN_PLACE, False, None) else Answer.PLACE_NOT_ESTABLISHED

    def test(body: Facts) -> Answer:
        place = established_place(body)
        if place is None:
            return of_the_unknown
        if question.place is not None and not contains(question.place, place):
            return Answer.NO
        if question.outside_of is not None and contains(question.outside_of, place):
            return Answer.NO
        return _seen_from_outside(place, body) if question.outside else Answer.YES

    return test


def _seen_from_outside(place: str, body: Facts) -> Answer:
    """Compare countries: whether a part of a country is outside another part of it is not asked."""
    home = body.get("jurisdiction")
    if not isinstance(home, str):
        return Answer.PLACE_NOT_ESTABLISHED if "footage" in body else Answer.NO
    return Answer.NO if country_of(home) == country_of(place) else Answer.YES


def _among(wanted: frozenset[str] | frozenset[int], value: object) -> bool:
    """Whether a value is one of these; what somebody wrote into a body can be anything, even what no set can hold."""
    return isinstance(value, str | int) and value in wanted


def _inside(outer: str, inner: object) -> bool:
    return isinstance(inner, str) and contains(outer, inner)


def _text_of(name: str) -> Callable[[Facts, Facts], str | None]:
    def value(_: Facts, body: Facts) -> str | None:
        found = body.get(name)
        return found if isinstance(found, str) and found else None

    return value


_BY: Final[Mapping[str, Callable[[Facts, Facts], str | None]]] = {
    "by_action": lambda leaf, _: str(leaf["action"]),
    "by_place": lambda _, body: established_place(body) or UNKNOWN_PLACE,
    "by_level": lambda _, body: f"LA{body.get('level', 0)}",
    "by_jurisdiction": _text_of("jurisdiction"),
    "by_footage": _text_of("footage"),
}
