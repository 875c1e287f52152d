"""Attributes as the JSON object that every format with a place for them writes."""

import orjson

from exporters.dataset import Attributes, AttributeValue


def as_object(attributes: Attributes) -> dict[str, object]:
    """Attributes by name; a name given twice, by two annotators, holds both values as a list."""
    plain = dict(attributes)
    if len(plain) == len(attributes):
        return {**plain}
    given: dict[str, list[AttributeValue]] = {}
    for name, value in attributes:
        given.setdefault(name, []).append(value)
    return {name: values[0] if len(values) == 1 else values for name, values in given.items()}


def as_text(attributes: Attributes) -> str:
    """The same object as JSON text, for tables, whose columns have one type only."""
    return orjson.dumps(as_object(attributes)).decode() if attributes else "{}"
