"""What of Label Studio passes the door. Default deny: a request that no line here names is refused.

Paths are matched whole, on the form without the studio's prefix, and are refused rather than repaired: a path that is
percent-encoded, or holds `//`, `..`, `;` or a backslash never reaches a line. Query names must be known and not
repeated, because Label Studio reads the last of two equal names and a check might read the first.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import parse_qsl, unquote

READ = ("GET", "HEAD")
ASK = ("GET",)  # the answer of an API call is read and cleaned on its way back; a HEAD has none to clean
LIMIT = 2000


class Treatment(StrEnum):
    """What happens to an admitted request."""

    PASS = "pass"  # noqa: S105  Caddy hands it to Label Studio
    EMPTY_TASKS = "empty tasks"
    OWN_USER = "own user"
    OWN_USERS = "own users"
    EMPTY_LIST = "empty list"
    EMPTY_PAGE = "empty page"
    NEXT_TASK = "next task"
    PROJECT = "project"
    FORWARD = "forward"
    TASK = "task"
    SUBMIT = "submit"
    DRAFT = "draft"
    DRAFT_CHANGE = "draft change"
    ANNOTATION_CHANGE = "annotation change"


@dataclass(frozen=True, slots=True)
class Line:
    """One admitted kind of request: methods, whole path, known query names, what to do with it."""

    methods: tuple[str, ...]
    path: re.Pattern[str]
    names: frozenset[str]
    treatment: Treatment


@dataclass(frozen=True, slots=True)
class Admitted:
    """A request that a line names, with the numbers in its path and its query."""

    treatment: Treatment
    numbers: dict[str, int]
    query: dict[str, str]

    @property
    def project(self) -> int | None:
        """The Label Studio project it speaks of, in path or query; None when it names none or no number."""
        if "project" in self.numbers:
            return self.numbers["project"]
        text = self.query.get("project", "")
        return int(text) if re.fullmatch(r"[0-9]{1,9}", text) else None


def _line(methods: tuple[str, ...], path: str, treatment: Treatment, names: str = "") -> Line:
    return Line(methods, re.compile(path), frozenset(names.split()), treatment)


_P, _M, _D, _A = (rf"(?P<{name}>[0-9]{{1,9}})" for name in ("project", "task", "draft", "annotation"))
_STATIC = r"/(react-app|static|label-studio-frontend|dm)/[A-Za-z0-9_@.,+~-]+(/[A-Za-z0-9_@.,+~-]+)*"

LINES = (
    _line(READ, _STATIC, Treatment.PASS, "v t"),
    _line(READ, r"/(favicon\.ico|sw\.js|sw-fallback\.js)", Treatment.PASS, "v"),
    _line(READ, rf"/projects/{_P}/data/?", Treatment.PASS, "labeling tab"),
    _line(ASK, r"/api/version/?", Treatment.FORWARD),
    _line(ASK, r"/api/current-user/whoami/?", Treatment.OWN_USER),
    _line(ASK, rf"/api/projects/{_P}/?", Treatment.PROJECT, "include"),
    _line(ASK, r"/api/dm/(columns|project|views)/?", Treatment.PROJECT, "project interaction include tabID"),
    _line(ASK, rf"/api/projects/{_P}/label-stream-history/?", Treatment.EMPTY_LIST, "project"),
    _line(ASK, r"/api/tasks/?", Treatment.EMPTY_TASKS, "project view page page_size include fields query resolve_uri"),
    _line(ASK, rf"/api/tasks/{_M}/?", Treatment.TASK, "project interaction include"),
    _line(ASK, r"/api/users/?", Treatment.OWN_USERS, "project page page_size"),
    _line(ASK, r"/api/ml/?", Treatment.EMPTY_LIST, "project include_static"),
    _line(ASK, r"/api/label_links/?", Treatment.EMPTY_PAGE, "project page page_size expand"),
    _line(("POST",), r"/api/dm/actions/?", Treatment.NEXT_TASK, "id tabID project"),
    _line(("POST",), rf"/api/tasks/{_M}/annotations/?", Treatment.SUBMIT, "project"),
    _line(("POST",), rf"/api/tasks/{_M}/drafts/?", Treatment.DRAFT, "project"),
    _line(("PATCH", "DELETE"), rf"/api/drafts/{_D}/?", Treatment.DRAFT_CHANGE, "project"),
    _line(("PATCH",), rf"/api/annotations/{_A}/?", Treatment.ANNOTATION_CHANGE, "taskID project"),
)


def admit(method: str, path: str, raw_query: str) -> Admitted | None:
    """Find the line that names a request; None refuses it.

    Args:
        method: as sent.
        path: raw, as sent, without the studio's prefix.
        raw_query: raw, without the question mark.
    """
    if not _is_plain(path) or len(raw_query) > LIMIT:
        return None
    query = _query(raw_query)
    if query is None:
        return None
    for line in LINES:
        match = line.path.fullmatch(path)
        if match and method in line.methods and query.keys() <= line.names:
            numbers = {name: int(text) for name, text in match.groupdict().items() if text is not None}
            return Admitted(line.treatment, numbers, query)
    return None


def _is_plain(path: str) -> bool:
    if not path.isascii() or not path.isprintable() or len(path) > LIMIT:
        return False
    return unquote(path) == path and not any(part in path for part in ("//", "..", "/./", "\\", ";", "%"))


def _query(raw: str) -> dict[str, str] | None:
    """Read a query whose names are all different; None when one is repeated or it can be read two ways."""
    if ";" in raw:
        return None
    try:
        pairs = parse_qsl(raw, keep_blank_values=True, strict_parsing=bool(raw), max_num_fields=20)
    except ValueError:
        return None
    query = dict(pairs)
    return query if len(query) == len(pairs) else None
