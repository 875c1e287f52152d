"""One table of a policy document while it is read: its values, where they are written, and what is wrong with them.

The standard TOML reader forgets lines, so headers and keys are looked for here. That serves messages only: a document
laid out in a way not recognised here gets the line of the rule, or none.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Self, TypeVar

from residency.errors import Problem
from residency.rules import Effect

Choice = TypeVar("Choice", bound=StrEnum)
Table = Mapping[str, object]

_HEADER: Final = re.compile(r"\s*(\[\[?)\s*([\w.\"' -]+?)\s*\]")
_KEY: Final = re.compile(r"\s*([\w.\"' -]+?)\s*=")
_SLUG: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class Positions:
    """The first line of every key, by rule number (`None` for the header) and dotted path."""

    lines: dict[tuple[int | None, str], int]

    @classmethod
    def of(cls, text: str) -> Self:
        """Find every header and key of a document."""
        lines: dict[tuple[int | None, str], int] = {}
        rule = -1
        table: tuple[int | None, str] = (None, "")
        for number, line in enumerate(text.splitlines(), start=1):
            if header := _HEADER.match(line):
                path = _plain(header[2])
                rule += header[1] == "[[" and path == "rule"
                table = (rule, path.removeprefix("rule").removeprefix(".")) if _of_rule(path) else (None, path)
                lines.setdefault(table, number)
            elif key := _KEY.match(line):
                lines.setdefault((table[0], f"{table[1]}.{_plain(key[1])}".removeprefix(".")), number)
        return cls(lines)

    def line(self, rule: int | None, path: str = "") -> int | None:
        """The line of a key, else of the nearest thing around it, else of its rule."""
        while path:
            if (rule, path) in self.lines:
                return self.lines[rule, path]
            path = path.rpartition(".")[0]
        return self.lines.get((rule, ""))


@dataclass(slots=True)
class Page:
    """One table of the document while it is read: its values, where it is, and the problems found so far."""

    table: Table
    positions: Positions
    problems: list[Problem]
    rule: int | None = None
    effect: Effect | None = None

    def complain(self, path: str, message: str) -> None:
        """Note a problem at a key of this table."""
        self.problems.append(Problem(message, self.positions.line(self.rule, path)))

    def refuse_unknown(self, known: Iterable[str]) -> None:
        """Complain about every key that has no meaning here."""
        for key in self.table:
            if key not in known:
                self.complain(key, f"unknown key `{key}`; known are {listed(known)}")

    def text(self, key: str) -> str:
        """A required text that is not empty."""
        value = self.table.get(key)
        if isinstance(value, str) and value.strip():
            return value
        self.complain(key, f"`{key}` is missing" if value is None else f"`{key}` must be text that is not empty")
        return ""

    def slug(self, key: str) -> str:
        """A required text fit to be named in a ledger entry."""
        value = self.text(key)
        if value and not _SLUG.fullmatch(value):
            self.complain(key, f"`{key}` must be lower-case words joined by hyphens; got `{value}`")
        return value

    def choice(self, key: str, choices: Iterable[Choice]) -> Choice | None:
        """A required text out of a closed set."""
        value = self.text(key)
        found = next((choice for choice in choices if choice.value == value), None)
        if value and found is None:
            self.complain(key, f"`{key}` must be one of {listed(choices)}; got `{value}`")
        return found

    def texts(self, path: str, value: object) -> tuple[str, ...]:
        """A list of texts with at least one in it and none twice, in one order whatever order it was written in."""
        if not isinstance(value, list) or not value or not all(isinstance(item, str) and item for item in value):
            self.complain(path, f"`{path}` must be a list of texts with at least one in it")
            return ()
        if len(set(value)) != len(value):
            self.complain(path, f"`{path}` names something twice")
        return tuple(sorted(value))


def listed(words: Iterable[str]) -> str:
    """Words as a message lists them."""
    return ", ".join(f"`{word}`" for word in words)


def _of_rule(path: str) -> bool:
    return path == "rule" or path.startswith("rule.")


def _plain(key: str) -> str:
    """A dotted key without the quotes and spaces TOML allows in it."""
    return ".".join(part.strip().strip("\"'") for part in key.split("."))
