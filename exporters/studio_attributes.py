"""What the controls beside a shape of Label Studio were set to: its class, and its attributes by control name."""

from exporters.errors import DuplicateShapeError
from exporters.fields import Fields, entries
from exporters.shapes import Attributes, AttributeValue

MOST_VALUE = 1e300
TEXTS = {"choices": "choices", "textarea": "text", "labels": "labels", "datetime": "datetime"}
NUMBERS = frozenset({"number", "rating"})
ATTRIBUTES = TEXTS.keys() | NUMBERS | {"taxonomy"}


def labels_and_attributes(drawn: Fields, others: list[Fields]) -> tuple[tuple[str, ...], Attributes]:
    """The class labels of a shape: its own, else those of its first `labels` entry. The rest are attributes."""
    value = drawn.fields("value")
    for name in (drawn.text("type"), "labels"):
        if value.has(name):
            return value.texts(name), attributes_of(others, drawn)
    for entry in others:
        if entry.text("type") == "labels":
            rest = [other for other in others if other is not entry]
            return entry.fields("value").texts("labels"), attributes_of(rest, drawn)
    return (), attributes_of(others, drawn)


def attributes_of(others: list[Fields], drawn: Fields | None = None) -> Attributes:
    """The attributes by control name, in the order of the entries, and the shape's own note as `meta`."""
    found: dict[str, AttributeValue] = {}
    for entry in others:
        name = entry.text("from_name")
        if name in found:
            raise DuplicateShapeError(entry.task, f"{entry.where} sets attribute `{name}` a second time")
        found[name] = _attribute(entry)
    if drawn is not None and drawn.has("meta") and drawn.fields("meta").has("text"):
        found.setdefault("meta", _one_or_many(drawn.fields("meta").texts("text")))
    return tuple(found.items())


def _attribute(entry: Fields) -> AttributeValue:
    kind, given = entry.text("type"), entry.data.get("value")
    if kind in TEXTS and isinstance(given, dict):
        # one text in a list, as nearly all are; anything else is looked at more closely below
        listed = given.get(TEXTS[kind])
        if type(listed) is list and len(listed) == 1 and isinstance(listed[0], str):
            return listed[0]
    value = entry.fields("value")
    if kind in NUMBERS:
        return value.number(kind, most=MOST_VALUE)
    if kind == "taxonomy":
        paths = entries(value.data.get("taxonomy"), task=entry.task, where=f"{value.where}.taxonomy")
        return _one_or_many(
            tuple(" / ".join(Fields(entry.task, value.where, {"taxonomy": path}).texts("taxonomy")) for path in paths)
        )
    return _one_or_many(value.texts(TEXTS[kind]))


def _one_or_many(texts: tuple[str, ...]) -> AttributeValue:
    return texts[0] if len(texts) == 1 else texts
