"""One table of a policy document while it is read: its values, where it is written, and what is wrong with it.

The standard TOML reader forgets lines, so headers and keys are looked for here. That serves messages only: a document
laid out in a way not recognised here gets the line of the block, or none.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Final, Self, TypeVar

from residency.errors import Problem
from residency.outside import DEEPEST, is_text, one_line, shown

Choice = TypeVar("Choice", bound=StrEnum)
Table = Mapping[str, object]

# Possessive, so that a line that almost matches is given up at once, however long it is.
_HEADER: Final = re.compile(r"\s*+(\[\[?)([\w.\"' \t-]++)\]")
_KEY: Final = re.compile(r"\s*+([\w.\"' \t-]++)=")
_SLUG: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class Positions:
    """The first line of every key, by block (`""` for the header, `rule[0]`, `case[3]`) and dotted path."""

    lines: dict[tuple[str, str], int]

    @classmethod
    def of(cls, text: str) -> Self:
        """Find every header and key of a document."""
        lines: dict[tuple[str, str], int] = {}
        counts: dict[str, int] = {}
        block, prefix = "", ""
        for number, line in enumerate(text.split("\n"), start=1):
            if header := _HEADER.match(line):
                path = _plain(header[2])
                if header[1] == "[[":
                    counts[path] = counts.get(path, -1) + 1
                block, prefix = _block_of(path, counts)
                lines.setdefault((block, prefix), number)
            elif key := _KEY.match(line):
                for path in _and_around(f"{prefix}.{_plain(key[1])}".removeprefix(".")):
                    lines.setdefault((block, path), number)
        return cls(lines)

    def line(self, block: str, path: str = "") -> int | None:
        """The line of a key, else of the nearest thing around it, else of its block."""
        while path:
            if (block, path) in self.lines:
                return self.lines[block, path]
            path = path.rpartition(".")[0]
        return self.lines.get((block, ""))


@dataclass(slots=True)
class Page:
    """One table of the document while it is read: its values, where it is, and the problems found so far.

    `prefix` is where the table lies in its block, and `parameters` are the values that `$name` stands for.
    """

    table: Table
    positions: Positions
    problems: list[Problem]
    block: str = ""
    parameters: Mapping[str, object] = field(default_factory=dict)
    prefix: str = ""

    def inner(self, table: Table, block: str, prefix: str = "") -> "Page":
        """The same document at one of its blocks, or at a table in it."""
        return Page(table, self.positions, self.problems, block, self.parameters, prefix)

    def complain(self, path: str, message: str) -> None:
        """Note a problem at a key of this table."""
        self.problems.append(Problem(one_line(message), self.positions.line(self.block, f"{self.prefix}{path}")))

    def refuse_unknown(self, known: Iterable[str]) -> None:
        """Complain about every key that has no meaning here."""
        for key in self.table:
            if key not in known:
                self.complain(key, f"unknown key `{key}`; known are {listed(known)}")

    def text(self, key: str) -> str:
        """A required text that is not empty."""
        value = self.table.get(key)
        if is_text(value):
            return value
        self.complain(key, f"`{key}` is missing" if value is None else f"`{key}` must be text that is not empty")
        return ""

    def optional_text(self, key: str) -> str | None:
        """A text that may be left out, but not be empty."""
        return self.text(key) if key in self.table else None

    def slug(self, key: str) -> str:
        """A required text fit to be named in a ledger entry."""
        value = self.text(key)
        if value and not _SLUG.fullmatch(value):
            self.complain(key, f"`{key}` must be lower-case words joined by hyphens; got {shown(value)}")
        return value

    def choice(self, key: str, choices: Iterable[Choice]) -> Choice | None:
        """A required text out of a closed set."""
        value = self.text(key)
        found = next((choice for choice in choices if choice.value == value), None)
        if value and found is None:
            self.complain(key, f"`{key}` must be one of {listed(choices)}; got {shown(value)}")
        return found

    def flag(self, key: str) -> bool:
        """A truth value that is false when left out."""
        value = self.table.get(key, False)
        if not isinstance(value, bool):
            self.complain(key, f"`{key}` must be `true` or `false`")
        return value is True

    def day(self, key: str) -> date | None:
        """A day that may be left out."""
        value = self.table.get(key)
        if value is None or (isinstance(value, date) and not isinstance(value, datetime)):
            return value
        self.complain(key, f"`{key}` must be a date, as in `2026-01-31`")
        return None

    def tables(self, key: str) -> list[Table]:
        """A list of tables that may be left out."""
        value = self.table.get(key, [])
        if isinstance(value, list) and all(isinstance(table, dict) for table in value):
            return value
        self.complain(key, f"`{key}` must be written as `[[{self.prefix}{key}]]`")
        return []

    def inner_table(self, key: str) -> Table:
        """A table that may be left out."""
        value = self.table.get(key, {})
        if isinstance(value, dict):
            return value
        self.complain(key, f"`{key}` must be a table")
        return {}

    def texts(self, path: str, value: object) -> tuple[str, ...]:
        """A list of texts with at least one in it and none twice, in one order whatever order it was written in."""
        if not isinstance(value, list) or not value or not all(is_text(item) for item in value):
            self.complain(path, f"`{path}` must be a list of texts with at least one in it")
            return ()
        if len(set(value)) != len(value):
            self.complain(path, f"`{path}` names something twice")
        return tuple(sorted(value))

    def filled_in(self, path: str, value: object) -> object:
        """A value with every `$name` in it replaced by that parameter; a list takes in a list's members."""
        if isinstance(value, dict):
            return {key: self.filled_in(path, one) for key, one in value.items()}
        if isinstance(value, list):
            return [item for one in value for item in self._members(path, one)]
        if not isinstance(value, str) or not value.startswith("$"):
            return value
        if value[1:] not in self.parameters:
            self.complain(path, f"there is no parameter `{value[1:]}`; there are {listed(self.parameters) or 'none'}")
        return self.parameters.get(value[1:], value)

    def _members(self, path: str, value: object) -> list[object]:
        """What one member of a list stands for; a list that was written inside of a list stays one, and is refused."""
        filled = self.filled_in(path, value)
        return filled if isinstance(value, str) and isinstance(filled, list) else [filled]


def listed(words: Iterable[str]) -> str:
    """Words as a message lists them."""
    return ", ".join(f"`{word}`" for word in words)


def _block_of(path: str, counts: Mapping[str, int]) -> tuple[str, str]:
    """The block a header belongs to, and the path within it."""
    owner = max((name for name in counts if path == name or path.startswith(f"{name}.")), key=len, default=None)
    if owner is None:
        return "", path
    return f"{owner}[{counts[owner]}]", path.removeprefix(owner).removeprefix(".")


def _and_around(path: str) -> list[str]:
    """A dotted path, and those of the tables that it makes on its way."""
    parts = path.split(".")[:DEEPEST]
    return [".".join(parts[:end]) for end in range(len(parts), 0, -1)]


def _plain(key: str) -> str:
    """A dotted key without the quotes and spaces TOML allows in it."""
    return ".".join(part.strip().strip("\"'") for part in key.split("."))
