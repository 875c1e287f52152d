"""Attributes that a format has a field of its own for, told from those that it has not."""

from collections import Counter
from collections.abc import Callable, Mapping

from exporters.dataset import Attributes, AttributeValue
from exporters.wording import number, yes

Reader = Callable[[AttributeValue], str | None]
"""What a field says for a value, or none where the field cannot say it."""


def flag(value: AttributeValue) -> str | None:
    """Yes as `1`, no as `0`."""
    answer = yes(value)
    return None if answer is None else str(int(answer))


def share(value: AttributeValue) -> str | None:
    """A number from 0 to 1; yes as `1`, no as `0`."""
    if isinstance(value, int | float):
        return number(value) if 0 <= value <= 1 else None
    if not isinstance(value, str):
        return None
    try:
        return share(float(value))
    except ValueError:
        return flag(value)


def told_apart(attributes: Attributes, fields: Mapping[str, Reader]) -> tuple[dict[str, str], Attributes]:
    """What the fields say, and the attributes that none of them says.

    Names are compared by their letters and digits alone. A name given twice is left to the attributes, since one field
    cannot say what two annotators did.
    """
    times = Counter(_plain(name) for name, _ in attributes)
    said: dict[str, str] = {}
    left = []
    for name, value in attributes:
        plain = _plain(name)
        word = fields[plain](value) if plain in fields and times[plain] == 1 else None
        if word is None:
            left.append((name, value))
        else:
            said[plain] = word
    return said, tuple(left)


def _plain(name: str) -> str:
    return "".join(character for character in name.casefold() if character.isalnum())
