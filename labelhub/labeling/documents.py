"""Reading label schemas and guidelines as people write them: taken whole or not at all, each problem with its line.

The standard TOML reader forgets lines, so headers and keys are looked for here. That serves messages only: a document
laid out in an unusual way gets the line of its table, or none.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from labelhub.labeling.actions import LabelingError
from labelhub.labeling.models import LabelSchema
from labelhub.labeling.studio_config import LABEL_CONTROL, MEDIA_CONTROL, TRACK_CONTROL

LONGEST = 200_000
LONGEST_TITLE = 120
MOST = 200
SLUG = re.compile(r"[a-z0-9][a-z0-9_-]{0,49}")
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,49}")
_COLOUR = re.compile(r"#[0-9A-Fa-f]{6}")
_HEADER = re.compile(r"\s*\[\[\s*(label|attribute)\s*\]\]")
_KEY = re.compile(r"\s*([A-Za-z_]+)\s*=")
_AT_LINE = re.compile(r" \(at line (\d+), column \d+\)")
_OURS = {LABEL_CONTROL, MEDIA_CONTROL, TRACK_CONTROL}
_LONGEST_WORD = 80

Where = tuple[str, int, str]
WHOLE: Where = ("", 0, "")


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a document, and on which line; line 0 is the document as a whole."""

    line: int
    message: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.message}" if self.line else self.message


class DocumentError(LabelingError):
    """A document that cannot be used, with every problem found."""

    def __init__(self, *problems: Problem) -> None:
        self.problems = tuple(sorted(problems, key=lambda problem: problem.line))
        super().__init__("; ".join(map(str, self.problems)))


@dataclass(frozen=True, slots=True, kw_only=True)
class SchemaSaid:
    """A label schema as it was written, checked."""

    name: str
    title: str
    labels: list[dict[str, str]]
    attributes: list[dict[str, Any]]


def decoded(raw: bytes) -> str:
    """Read what was sent or stored as UTF-8 text.

    Raises:
        DocumentError: it is none; carries the line.
    """
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DocumentError(Problem(raw.count(b"\n", 0, error.start) + 1, "it is not UTF-8 text")) from error


def read_guideline(text: str) -> str:
    """Check a guideline's text and give it with plain line ends.

    Raises:
        DocumentError: it is empty, too long, or holds control characters; carries every problem.
    """
    text = text.replace("\r\n", "\n").strip()
    problems = []
    if not text:
        problems.append(Problem(0, "it is empty: write what people should do"))
    if len(text) > LONGEST:
        problems.append(Problem(0, f"it is longer than {LONGEST} characters"))
    for number, line in enumerate(text.split("\n"), start=1):
        if any(not one.isprintable() and one not in "\t\u200b\u200d\xad\xa0" for one in line):
            problems.append(Problem(number, "it contains a control character"))
    if problems:
        raise DocumentError(*problems[:100])
    return text


def read_schema(text: str) -> SchemaSaid:
    """Read a label schema from TOML: name, title, `[[label]]` name colour, `[[attribute]]` name title choices.

    Raises:
        DocumentError: it cannot be used; carries every problem.
    """
    text = text.replace("\r\n", "\n")
    if len(text) > LONGEST:
        raise DocumentError(Problem(0, f"it is longer than {LONGEST} characters"))
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = _AT_LINE.search(str(error))
        line = int(found[1]) if found else text.count("\n") + 1
        raise DocumentError(Problem(line, f"not TOML: {_AT_LINE.sub('', str(error))}")) from error
    return check_schema(table, lines=_lines(text))


def check_schema(table: Mapping[str, Any], *, lines: Mapping[Where, int] | None = None) -> SchemaSaid:
    """Check what a label schema says.

    Raises:
        DocumentError: it cannot be used; carries every problem.
    """
    page = _Page(lines or {})
    page.refuse_unknown(table, {"name", "title", "label", "attribute"}, WHOLE)
    name = page.text(table, "name", WHOLE, longest=50)
    if name and not SLUG.fullmatch(name):
        page.complain(("", 0, "name"), f"`name` must be lower-case letters, digits and hyphens; got `{name}`")
    title = page.text(table, "title", WHOLE, longest=LONGEST_TITLE)
    labels = [page.label(one, number) for number, one in enumerate(page.tables(table, "label"), start=1)]
    attributes = [page.attribute(one, number) for number, one in enumerate(page.tables(table, "attribute"), start=1)]
    if not labels:
        page.complain(WHOLE, "it has no label: name at least one under `[[label]]`")
    page.refuse_twice("label", [one["name"] for one in labels])
    page.refuse_twice("attribute", [one["name"] for one in attributes])
    if page.problems:
        raise DocumentError(*page.problems[:100])
    return SchemaSaid(name=name, title=title, labels=labels, attributes=attributes)


def schema_document(schema: LabelSchema) -> str:
    """Write a label schema as the document it could have been read from."""
    parts = [f"name = {_quoted(schema.name)}\ntitle = {_quoted(schema.title)}\n"]
    parts += [f"[[label]]\nname = {_quoted(one['name'])}\ncolour = {_quoted(one['colour'])}\n" for one in schema.labels]
    for one in schema.attributes:
        choices = ", ".join(_quoted(str(choice)) for choice in one["choices"])
        parts.append(
            f"[[attribute]]\nname = {_quoted(one['name'])}\ntitle = {_quoted(one['title'])}\nchoices = [{choices}]\n"
        )
    return "\n".join(parts)


def _quoted(text: str) -> str:
    # A JSON string is a TOML basic string; what TOML refuses in one, control characters, no schema holds.
    return json.dumps(text, ensure_ascii=False)


@dataclass(slots=True)
class _Page:
    """A document while it is read: where its keys are, and the problems found so far."""

    lines: Mapping[Where, int]
    problems: list[Problem] = field(default_factory=list)

    def complain(self, where: Where, message: str) -> None:
        kind, number, _ = where
        line = self.lines.get(where) or self.lines.get((kind, number, ""), 0)
        plain = "".join(one if one.isprintable() else "\N{REPLACEMENT CHARACTER}" for one in message)
        self.problems.append(Problem(line, f"{kind} {number}: {plain}" if kind else plain))

    def refuse_unknown(self, table: Mapping[str, Any], known: set[str], where: Where) -> None:
        for key in table:
            if key not in known:
                message = f"unknown key `{key[:40]}`: the keys are {', '.join(sorted(known))}"
                self.complain((*where[:2], key), message)

    def text(self, table: Mapping[str, Any], key: str, where: Where, *, longest: int = _LONGEST_WORD) -> str:
        value, here = table.get(key), (*where[:2], key)
        if not isinstance(value, str) or not value.strip():
            self.complain(here, f'`{key}` is missing: write `{key} = "…"`')
            return ""
        if len(value) > longest:
            self.complain(here, f"`{key}` is longer than {longest} characters")
        elif not value.isprintable() or value != value.strip():
            self.complain(here, f"`{key}` must be one line without spaces around it")
        return value

    def tables(self, table: Mapping[str, Any], kind: str) -> list[Mapping[str, Any]]:
        found = table.get(kind, [])
        if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
            self.complain(("", 0, kind), f"write each {kind} under `[[{kind}]]`")
            return []
        if len(found) > MOST:
            self.complain((kind, MOST + 1, ""), f"more than {MOST} are not taken")
        return found[:MOST]

    def label(self, one: Mapping[str, Any], number: int) -> dict[str, str]:
        where = ("label", number, "")
        self.refuse_unknown(one, {"name", "colour"}, where)
        name, colour = self.text(one, "name", where), self.text(one, "colour", where)
        if colour and not _COLOUR.fullmatch(colour):
            self.complain(("label", number, "colour"), f"`colour` must be like `#2563eb`; got `{colour[:20]}`")
        return {"name": name, "colour": colour}

    def attribute(self, one: Mapping[str, Any], number: int) -> dict[str, Any]:
        where = ("attribute", number, "")
        self.refuse_unknown(one, {"name", "title", "choices"}, where)
        name, title = self.text(one, "name", where), self.text(one, "title", where)
        if name and (not _NAME.fullmatch(name) or name in _OURS):
            taken = ", ".join(sorted(_OURS))
            message = f"`name` must be letters, digits and hyphens, and none of {taken}; got `{name}`"
            self.complain(("attribute", number, "name"), message)
        return {"name": name, "title": title, "choices": self._choices(one, number)}

    def _choices(self, one: Mapping[str, Any], number: int) -> list[str]:
        choices, here = one.get("choices"), ("attribute", number, "choices")
        if not isinstance(choices, list) or not choices or not all(map(_is_word, choices)):
            self.complain(here, f"attribute `{one.get('name', '?')}` needs `choices`, a list of words")
            return []
        if len(choices) > MOST:
            self.complain(here, f"more than {MOST} choices are not taken")
        if len(set(choices)) != len(choices):
            self.complain(here, "`choices` names something twice")
        return choices

    def refuse_twice(self, kind: str, names: list[str]) -> None:
        for number, name in enumerate(names, start=1):
            if name and name in names[: number - 1]:
                self.complain((kind, number, "name"), f"`{name}` is named twice")


def _is_word(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip()) and value.isprintable() and len(value) <= _LONGEST_WORD


def _lines(text: str) -> dict[Where, int]:
    """Find the line of every header and key."""
    lines: dict[Where, int] = {}
    counts = {"label": 0, "attribute": 0}
    kind, number = "", 0
    for at, line in enumerate(text.split("\n"), start=1):
        if header := _HEADER.match(line):
            kind = header[1]
            counts[kind] += 1
            number = counts[kind]
            lines.setdefault((kind, number, ""), at)
        elif key := _KEY.match(line):
            lines.setdefault((kind, number, key[1]), at)
    return lines
