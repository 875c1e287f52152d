"""Everything drawn on footage, whatever its kind: found by field, so that a kind added later is not passed over."""

from collections.abc import Callable
from dataclasses import fields, replace
from typing import Any, Protocol

from exporters.dataset import LabeledFootage, LeftOut
from exporters.losses import LossReason

NOT_DRAWN = frozenset({"attributes", "left_out", "annotations"})
FIELDS = tuple(one.name for one in fields(LabeledFootage) if one.name not in NOT_DRAWN)


class Drawn(Protocol):
    """What all kinds have in common."""

    @property
    def id(self) -> str:
        """Its id within the annotation."""

    @property
    def label(self) -> str:
        """Its class."""

    @property
    def annotation_id(self) -> str:
        """In whose annotation it was drawn."""


def drawn_on(item: LabeledFootage) -> dict[str, tuple[Any, ...]]:
    """The shapes of the item by the field they stand in."""
    named = ((name, getattr(item, name)) for name in FIELDS)
    return {name: value for name, value in named if isinstance(value, tuple)}


def without(item: LabeledFootage, why_not: Callable[[Drawn], LossReason | None]) -> LabeledFootage:
    """The item with every shape left out for which there is a reason; each is in `left_out`, with that reason."""
    kept: dict[str, Any] = {}
    left: list[LeftOut] = []
    for name, shapes in drawn_on(item).items():
        reasons = [why_not(shape) for shape in shapes]
        kept[name] = tuple(shape for shape, reason in zip(shapes, reasons, strict=True) if reason is None)
        left.extend(
            LeftOut(id=shape.id, label=shape.label, reason=reason, annotation_id=shape.annotation_id)
            for shape, reason in zip(shapes, reasons, strict=True)
            if reason is not None
        )
    return replace(item, left_out=(*item.left_out, *left), **kept)
