"""Where in a policy document something is written, for messages that name a line.

The standard TOML reader forgets lines, so this looks for headers and keys by itself. It serves error messages only: a
document laid out in a way it does not recognise gets the line of the rule, or none.
"""

import re
from dataclasses import dataclass
from typing import Self

_HEADER = re.compile(r"\s*(\[\[?)\s*([\w.\"' -]+?)\s*\]")
_KEY = re.compile(r"\s*([\w.\"' -]+?)\s*=")


@dataclass(frozen=True, slots=True)
class Positions:
    """The first line of every key, by rule number (`None` for the header) and dotted path."""

    lines: dict[tuple[int | None, str], int]

    @classmethod
    def of(cls, text: str) -> Self:
        """Find every header and key of a document."""
        lines: dict[tuple[int | None, str], int] = {}
        rule, table = -1, (None, "")
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


def _of_rule(path: str) -> bool:
    return path == "rule" or path.startswith("rule.")


def _plain(key: str) -> str:
    """A dotted key without the quotes and spaces TOML allows in it."""
    return ".".join(part.strip().strip("\"'") for part in key.split("."))
