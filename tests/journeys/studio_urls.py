"""Print every address of Label Studio as JSON; runs in Label Studio's own environment, with its settings."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from typing import Any


def main() -> None:
    """Walk the resolver; each line of the answer is a path with its parameters and whether it may begin anywhere."""
    import django  # noqa: PLC0415  another environment's, and not before its settings
    from django.urls import get_resolver  # noqa: PLC0415  the same

    django.setup()
    found = [
        {"path": path, "parameters": sorted(parameters), "anywhere": anywhere}
        for whole, anywhere in _walk(get_resolver().url_patterns, "", anywhere=False)
        for path, parameters in _spellings(whole)
    ]
    json.dump(found, sys.stdout)


def _walk(patterns: list[Any], before: str, *, anywhere: bool) -> Iterator[tuple[str, bool]]:
    for entry in patterns:
        own, loose = _regex(entry.pattern)
        free = anywhere or (loose and not before)
        if hasattr(entry, "url_patterns"):
            yield from _walk(entry.url_patterns, before + own, anywhere=free)
        else:
            yield before + own, free


def _regex(pattern: Any) -> tuple[str, bool]:  # noqa: ANN401  Django's, which ships no types there
    """One step of a pattern without its anchors, and whether it had none at its start."""
    text = pattern.regex.pattern
    is_loose = not text.startswith(("^", r"\A"))
    return re.sub(r"^(\^|\\A)|(\$|\\Z|\\z)$", "", text), is_loose


def _spellings(whole: str) -> list[tuple[str, list[str]]]:
    from django.utils.regex_helper import normalize  # noqa: PLC0415  another environment's

    return normalize(whole)


if __name__ == "__main__":
    main()
