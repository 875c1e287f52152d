"""Requests as JSON Lines, read strictly: what two readers might take for different things is refused.

JSON leaves open what a name that is there twice means, and Python reads numbers that are none. Neither may decide
anything here.
"""

import json
from collections.abc import Iterable
from typing import Final, NoReturn

from residency.errors import RequestError
from residency.facts import Request
from residency.outside import is_unicode, nests_too_deep, shown
from residency.wire import read_request


def read_line(line: str) -> tuple[str | int | None, Request]:
    """The `id` and the request of one line of JSON.

    Raises:
        RequestError: it cannot be read; everything wrong in it is named.

    """
    if not is_unicode(line):
        raise RequestError(["this is not UTF-8 text"])
    try:
        value = _decode(line)
    except json.JSONDecodeError as error:
        raise RequestError([f"this is no JSON: {error.msg} at character {error.colno}"]) from error
    except (ValueError, RecursionError) as error:
        raise RequestError([f"this is no JSON to be read here: {_why(error)}"]) from error
    request = read_request(value)
    return value.get("id"), request


def _decode(line: str) -> dict[str, str | int | None]:
    value = _DECODER.decode(line.strip())
    if nests_too_deep(value):
        raise RecursionError
    return value  # type: ignore[no-any-return]  # `read_request` refuses what is no table


def _why(error: ValueError | RecursionError) -> str:
    return "it is nested too deep" if isinstance(error, RecursionError) else str(error)


def _once(pairs: Iterable[tuple[str, object]]) -> dict[str, object]:
    table: dict[str, object] = {}
    for name, value in pairs:
        if name in table:
            raise ValueError(f"{shown(name)} is there twice")
        table[name] = value
    return table


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"`{name}` is no number")


def _integer(digits: str) -> int:
    if len(digits) > _MOST_DIGITS:
        raise ValueError(f"a number has {len(digits)} digits")
    return int(digits)


_MOST_DIGITS: Final = 20
_DECODER: Final = json.JSONDecoder(object_pairs_hook=_once, parse_constant=_no_number, parse_int=_integer)
