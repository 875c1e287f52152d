"""Typed access to parsed JSON that somebody else wrote: the right type, or an error naming the task and the place."""

from dataclasses import dataclass
from math import isfinite

from exporters.errors import InvalidNumberError, MalformedResultError


@dataclass(frozen=True, slots=True)
class Fields:
    """One JSON object of a task, and where in the task it is."""

    task: str
    where: str
    data: dict[str, object]

    @classmethod
    def of(cls, value: object, *, task: str, where: str) -> "Fields":
        """Take `value` as an object."""
        if not isinstance(value, dict):
            raise MalformedResultError(task, f"{where} should be an object, not {_kind(value)}")
        return cls(task, where, value)

    def has(self, name: str) -> bool:
        """Whether the field is there and not null."""
        return self.data.get(name) is not None

    def fields(self, name: str) -> "Fields":
        """An object inside this one."""
        return Fields.of(self.data.get(name), task=self.task, where=f"{self.where}.{name}")

    def rows(self, name: str) -> "list[Fields]":
        """A list of objects."""
        listed = entries(self.data.get(name), task=self.task, where=f"{self.where}.{name}")
        return [
            Fields.of(row, task=self.task, where=f"{self.where}.{name}[{index}]") for index, row in enumerate(listed)
        ]

    def text(self, name: str) -> str:
        """A text that is not empty."""
        value = self.data.get(name)
        if not isinstance(value, str) or not value:
            raise self._wrong(name, "a text", value)
        return value

    def texts(self, name: str) -> tuple[str, ...]:
        """A list of texts, or one text on its own."""
        value = self.data.get(name)
        listed = [value] if isinstance(value, str) else value
        if not isinstance(listed, list) or not all(isinstance(one, str) for one in listed):
            raise self._wrong(name, "a list of texts", value)
        return tuple(listed)

    def number(self, name: str, *, most: float) -> float:
        """A finite number, no further from zero than `most`."""
        value = self.data.get(name)
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self._wrong(name, "a number", value)
        if isinstance(value, float) and not isfinite(value):
            raise InvalidNumberError(self.task, f"{self.where}.{name} is not finite: `{value}`")
        if abs(value) > most:
            raise InvalidNumberError(self.task, f"{self.where}.{name} is more than `{most:g}`, too large to be meant")
        return float(value)

    def size(self, name: str, *, most: float) -> float:
        """A number that is not negative."""
        value = self.number(name, most=most)
        if value < 0:
            raise InvalidNumberError(self.task, f"{self.where}.{name} is a size and negative: `{value:.6g}`")
        return value

    def whole(self, name: str, *, most: float) -> int:
        """A number without a fraction."""
        value = self.number(name, most=most)
        if not value.is_integer():
            raise InvalidNumberError(self.task, f"{self.where}.{name} should be a whole number: `{value:.6g}`")
        return int(value)

    def flag(self, name: str, *, default: bool) -> bool:
        """True or false, or `default` where the field is absent."""
        value = self.data.get(name, default)
        if not isinstance(value, bool):
            raise self._wrong(name, "true or false", value)
        return value

    def _wrong(self, name: str, wanted: str, value: object) -> MalformedResultError:
        return MalformedResultError(self.task, f"{self.where}.{name} should be {wanted}, not {_kind(value)}")


def entries(value: object, *, task: str, where: str) -> list[object]:
    """Take `value` as a list."""
    if not isinstance(value, list):
        raise MalformedResultError(task, f"{where} should be a list, not {_kind(value)}")
    return value


def _kind(value: object) -> str:
    """How to call a JSON value in a message: its type, never its content."""
    names = {
        dict: "an object",
        list: "a list",
        str: "a text",
        bool: "true or false",
        int: "a number",
        float: "a number",
    }
    return "empty" if value in (None, "") else names.get(type(value), type(value).__name__)
