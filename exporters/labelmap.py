"""Labels with ids that never change: counted from 1, a new label gets the next free id, and no id is given twice.

A label that is no longer used keeps its id, retired; when it comes back it has the same. So a model trained on an older
set can be read by a newer map, and a class never turns into another because one was added or taken away.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

import orjson

from exporters.errors import ExportError


class LabelMapError(ExportError):
    """Labels and ids that do not make a map."""


@dataclass(frozen=True, slots=True)
class LabelId:
    """One label and its id."""

    id: int
    label: str
    retired: bool = False


@dataclass(frozen=True, slots=True)
class LabelMap:
    """Labels by id, in the order of the ids."""

    entries: tuple[LabelId, ...] = ()

    def __post_init__(self) -> None:
        ids, labels = [one.id for one in self.entries], [one.label for one in self.entries]
        if not all(labels) or len(set(labels)) < len(labels):
            raise LabelMapError("each label of a map should be there once, and none be empty")
        if sorted(set(ids)) != ids or (ids and ids[0] < 1):
            raise LabelMapError("the ids of a map should be from 1 on, in order, and each be there once")

    @classmethod
    def of(cls, *labels: str) -> "LabelMap":
        """A new map of these labels in this order."""
        return cls().adding(labels)

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels in use."""
        return tuple(one.label for one in self.entries if not one.retired)

    def ids(self) -> dict[str, int]:
        """The id of each label in use."""
        return {one.label: one.id for one in self.entries if not one.retired}

    def adding(self, labels: Iterable[str]) -> "LabelMap":
        """The map with these labels too: one that was retired has its id again, a new one the next free id."""
        wanted = dict.fromkeys(labels)
        known = {one.label for one in self.entries}
        new = (label for label in wanted if label not in known)
        first = self.entries[-1].id + 1 if self.entries else 1
        back = tuple(replace(one, retired=False) if one.label in wanted else one for one in self.entries)
        return LabelMap((*back, *(LabelId(own, label) for own, label in enumerate(new, start=first))))

    def retiring(self, labels: Iterable[str]) -> "LabelMap":
        """The map without these labels; their ids stay taken.

        Raises:
            LabelMapError: one of them is not in the map.
        """
        gone = set(labels)
        unknown = gone - {one.label for one in self.entries}
        if unknown:
            raise LabelMapError(
                f"the map has no label {', '.join(f'`{label}`' for label in sorted(unknown))} to retire"
            )
        return LabelMap(tuple(replace(one, retired=one.retired or one.label in gone) for one in self.entries))

    def encode(self) -> bytes:
        """The map as JSON, the same bytes for the same map."""
        rows = [{"id": one.id, "label": one.label, "retired": one.retired} for one in self.entries]
        return orjson.dumps({"labels": rows}, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def read_label_map(data: bytes) -> LabelMap:
    """Read what `LabelMap.encode` wrote.

    Raises:
        LabelMapError: it is something else.
    """
    try:
        rows = orjson.loads(data)["labels"]
        entries = tuple(_entry(row["id"], row["label"], row.get("retired", False)) for row in rows)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise LabelMapError(f"this is no label map: {error}") from error
    return LabelMap(entries)


def _entry(own: object, label: object, retired: object) -> LabelId:
    if isinstance(own, bool) or not isinstance(own, int) or not isinstance(label, str) or not isinstance(retired, bool):
        raise TypeError("a label should be a text, with a whole number as its id")
    return LabelId(own, label, retired)
