"""How values are spelled in text formats: numbers, XML, CSV, attributes, and answers of yes or no.

Numbers are spelled so that reading them gives the same number, whole ones without a fraction. Text is data and stays
as it is, in CSV also where a spreadsheet would take it for a formula; only what XML cannot hold at all becomes `�`.
"""

import re

import orjson

from exporters.dataset import Attributes, AttributeValue

_XML = re.compile('[&<>"\x00-\x1f\ud800-\udfff\ufffe\uffff]')
_XML_SPELLED = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\t": "&#9;", "\n": "&#10;", "\r": "&#13;"}
_CSV = re.compile('[",\r\n]')
_YES = frozenset({"yes", "true", "1"})
_NO = frozenset({"no", "false", "0"})


def number(value: float) -> str:
    """The number in as few digits as give it back."""
    return repr(value).removesuffix(".0")


def xml(text: str) -> str:
    """The text as it may stand in an element, or in an attribute between double quotes."""
    return _XML.sub(lambda found: _XML_SPELLED.get(found[0], "\ufffd"), text)


def csv(text: str) -> str:
    """The text as one field of a row, by RFC 4180."""
    return '"' + text.replace('"', '""') + '"' if _CSV.search(text) else text


def yes(value: AttributeValue) -> bool | None:
    """What an answer says, or none where it is neither yes nor no."""
    word = number(value) if isinstance(value, int | float) else value
    if not isinstance(word, str):
        return None
    folded = word.casefold()
    return True if folded in _YES else False if folded in _NO else None


def spelled(attributes: Attributes) -> dict[str, str]:
    """One text per name. Several values, of a list or of a name given twice, become a JSON list."""
    given: dict[str, list[str | float]] = {}
    for name, value in attributes:
        given.setdefault(name, []).extend(value if isinstance(value, tuple) else (value,))
    return {name: _one(values) for name, values in given.items()}


def _one(values: list[str | float]) -> str:
    if len(values) != 1:
        return orjson.dumps(values).decode()
    return values[0] if isinstance(values[0], str) else number(values[0])
