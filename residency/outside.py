"""Values from outside: which of them may be kept at all, and how a message shows one that may not.

Documents and requests are written by other people and programs. What could not be hashed, stored or computed with later
is refused where it is read, and a message about it stays one short line, whatever was in it.
"""

from collections.abc import Mapping
from datetime import MAXYEAR, MINYEAR, datetime
from typing import Final, TypeGuard

LARGEST: Final = 999_999_999  # the most days a span of time can have, and enough of anything else
DEEPEST: Final = 20
_LONGEST_SHOWN: Final = 80
_LONGEST_LINE: Final = 4_000


def is_text(value: object) -> TypeGuard[str]:
    """Whether this is text that is not empty, that UTF-8 can write and a database can keep."""
    return isinstance(value, str) and bool(value.strip()) and "\0" not in value and is_unicode(value)


def is_unicode(text: str) -> bool:
    """Whether this text has no half of a surrogate pair in it."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def is_count(value: object, *, least: int = 0) -> TypeGuard[int]:
    """Whether this is a whole number that can be counted with."""
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= LARGEST


def is_time(value: object) -> TypeGuard[datetime]:
    """Whether this is a time that says its zone, and can be written in any other."""
    return isinstance(value, datetime) and value.utcoffset() is not None and MINYEAR < value.year < MAXYEAR


def nests_too_deep(value: object) -> bool:
    """Whether tables and lists lie in one another deeper than anything here means something."""
    level = [value]
    for _ in range(DEEPEST):
        level = [inner for one in level for inner in _inside(one)]
    return bool(level)


def one_line(text: str) -> str:
    """Text as one line that shows everything in it: no line ends, no control characters, cut where it is very long."""
    plain = " ".join(text.splitlines())
    shown_whole = "".join(one if one.isprintable() else "\N{REPLACEMENT CHARACTER}" for one in plain)
    return _cut(shown_whole, _LONGEST_LINE)


def shown(value: object) -> str:
    """A wrong value as a message names it; of tables, lists and very large numbers only what they are."""
    if isinstance(value, Mapping):
        return "a table"
    if isinstance(value, list | tuple):
        return "a list"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if isinstance(value, int) and abs(value) > LARGEST:
        return "a number that is too large"
    return "nothing" if value is None else f"`{_cut(str(value), _LONGEST_SHOWN)}`"


def _inside(value: object) -> list[object]:
    if isinstance(value, Mapping):
        return list(value.values())
    return list(value) if isinstance(value, list | tuple) else []


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[:longest]}…"
