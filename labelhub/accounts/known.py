"""How facts that rules may ask about are written: nothing means unknown, `none` means known to be none, else words.

The difference matters: an unknown fact keeps a permit from matching and makes a forbid match, a known none does not.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable
from typing import Final

from labelhub.accounts.actions import AccountError
from residency.places import is_jurisdiction

NONE: Final = "none"
UNKNOWN: Final = "unknown"
WHAT_UNKNOWN_MEANS: Final = (
    "Empty means unknown, and unknown is no: a rule that permits does not match, and a rule that forbids does. "
    f"Write “{NONE}” only where it is known that there is none."
)
_WORD: Final = re.compile(r"[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?")
Reader = Callable[[str], object]


def word_in(text: str) -> str:
    """Read one word as rules write it, or nothing.

    Raises:
        AccountError: it is no such word; the message says how one is written.
    """
    word = text.strip().lower()
    if word and not _WORD.fullmatch(word):
        raise AccountError(f"`{text.strip()}` is no word of rules: write lower-case letters, digits and hyphens")
    return word


def code_in(text: str) -> str:
    """Read one ISO 3166 code in whatever case, or nothing.

    Raises:
        AccountError: it is no such code.
    """
    code = text.strip().upper()
    if code and not is_jurisdiction(code):
        raise AccountError(f"`{text.strip()}` is no ISO 3166 code: write one such as `US` or `DE-BE`")
    return code


def words_in(text: str) -> tuple[str, ...] | None:
    """Read words between commas or spaces; nothing is unknown, `none` is none at all.

    Raises:
        AccountError: one of them is no word, or `none` stands beside others.
    """
    return _all_in(text, word_in)


def codes_in(text: str) -> tuple[str, ...] | None:
    """Read ISO 3166 codes between commas or spaces; nothing is unknown, `none` is none at all.

    Raises:
        AccountError: one of them is no code, or `none` stands beside others.
    """
    return _all_in(text, code_in)


def words_among(known: Collection[str]) -> Callable[[str], tuple[str, ...] | None]:
    """Read words of a closed list, so that a misspelt one cannot slip past a rule that forbids."""

    def read(text: str) -> tuple[str, ...] | None:
        words = words_in(text)
        for word in words or ():
            if word not in known:
                raise AccountError(f"`{word}` is not among {', '.join(known)}: write those, `{NONE}`, or nothing")
        return words

    return read


def written(stored: Iterable[str] | None) -> str:
    """Write stored words as they are typed."""
    return "" if stored is None else ", ".join(stored) or NONE


def shown(value: object) -> str:
    """Say a stored fact to people, an unknown one as such."""
    if value is None or value == "":
        return UNKNOWN
    if isinstance(value, bool):
        return "yes" if value else "no"
    return written(value) if isinstance(value, list | tuple) else str(value)


def _all_in(text: str, read: Callable[[str], str]) -> tuple[str, ...] | None:
    parts = text.replace(",", " ").split()
    if not parts:
        return None
    if [part.lower() for part in parts] == [NONE]:
        return ()
    if any(part.lower() == NONE for part in parts):
        raise AccountError(f"`{NONE}` stands alone: leave it out, or leave the others out")
    return tuple(sorted({read(part) for part in parts}))
