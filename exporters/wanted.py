"""What of an item is wanted: by label, size and attribute, under which names; and whether pictures of nothing are.

What is said of labels and attributes is said of their names as drawn; renaming comes last. Every shape left out is in
`left_out` with its reason, every attribute taken off a shape is a loss, and a whole item is left out by `dropped`.
Sizes are of boxes, and of tracks where they are largest; other shapes have no minimum.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from exporters.dataset import Attributes, AttributeValue, Box, LabeledFootage, LeftOut, Track
from exporters.drawn import Drawn, drawn_on, without
from exporters.losses import Loss, LossReason

Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Having:
    """Shapes whose attribute has one of these values; of several values, one is enough."""

    attribute: str
    values: frozenset[str]

    def met(self, attributes: Attributes) -> bool:
        """Whether they have."""
        return any(name == self.attribute and self.values & set(_texts(value)) for name, value in attributes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is wanted; without anything said, everything as it is."""

    labels: frozenset[str] | None = None
    not_labels: frozenset[str] = frozenset()
    label_names: Pairs = ()
    having: tuple[Having, ...] = ()
    not_having: tuple[Having, ...] = ()
    attributes: frozenset[str] | None = None
    not_attributes: frozenset[str] = frozenset()
    attribute_names: Pairs = ()
    least_width: float = 0.0
    least_height: float = 0.0
    negatives: bool = True

    def why_not(self, shape: Drawn) -> LossReason | None:
        """Why a shape is not wanted, if it is not. What has no label, as a relation, is not asked for one."""
        if shape.label and not self.lists(shape.label):
            return LossReason.LABEL_NOT_WANTED
        attributes: Attributes = getattr(shape, "attributes", ())
        met = all(one.met(attributes) for one in self.having)
        if shape.label and not (met and not any(one.met(attributes) for one in self.not_having)):
            return LossReason.BY_ATTRIBUTE
        width, height = _size(shape)
        return LossReason.TOO_SMALL if width < self.least_width or height < self.least_height else None

    def lists(self, label: str) -> bool:
        """Whether shapes of this label are wanted."""
        return (self.labels is None or label in self.labels) and label not in self.not_labels

    def keeps(self, attribute: str) -> bool:
        """Whether an attribute of this name stays."""
        return (self.attributes is None or attribute in self.attributes) and attribute not in self.not_attributes


@dataclass(frozen=True, slots=True, kw_only=True)
class Picked:
    """The item with what is wanted of it; `dropped` says why the whole item is to be left out, where it is."""

    item: LabeledFootage
    dropped: LossReason | None = None
    losses: tuple[Loss, ...] = ()


def pick(item: LabeledFootage, wanted: Wanted) -> Picked:
    """Take from an item what is wanted."""
    left = tuple(_left_again(one, wanted) for one in item.left_out)
    kept = without(replace(item, left_out=left), wanted.why_not)
    losses = tuple(_losses(kept, wanted))
    named = _named(kept, wanted, len(left))
    shows = any(shape.label for shapes in drawn_on(named).values() for shape in shapes)
    dropped = None if shows or wanted.negatives else LossReason.NEGATIVE
    return Picked(item=named, dropped=dropped, losses=losses)


def _left_again(one: LeftOut, wanted: Wanted) -> LeftOut:
    """What could not be carried is in nobody's way where its label is not wanted."""
    return one if not one.label or wanted.lists(one.label) else replace(one, reason=LossReason.LABEL_NOT_WANTED)


def _losses(item: LabeledFootage, wanted: Wanted) -> Iterator[Loss]:
    """A loss for every attribute that is taken off."""
    shapes = (shape for shapes in drawn_on(item).values() for shape in shapes)
    for own, label, attributes in [
        *((one.id, one.label, _attributes(one)) for one in shapes),
        ("", "", item.attributes),
    ]:
        for name, _ in attributes:
            if not wanted.keeps(name):
                reason = LossReason.ATTRIBUTE_NOT_WANTED
                yield Loss(footage_id=item.footage_id, shape_id=own, label=label, reason=reason)


def _named(item: LabeledFootage, wanted: Wanted, left_before: int) -> LabeledFootage:
    """The item under the names wanted. What was left out just now keeps the name it was drawn with."""
    label, attributes = _renaming(wanted.label_names), _renaming(wanted.attribute_names)

    def renamed(shape: Any) -> Any:  # noqa: ANN401 - any kind of shape
        own = {"attributes": _kept(_attributes(shape), wanted, attributes)} if hasattr(shape, "attributes") else {}
        return replace(shape, label=label(shape.label), **own) if shape.label else shape

    changed: dict[str, Any] = {
        name: tuple(renamed(shape) for shape in shapes) for name, shapes in drawn_on(item).items()
    }
    before, now = item.left_out[:left_before], item.left_out[left_before:]
    left = tuple(
        one if one.reason is LossReason.LABEL_NOT_WANTED else replace(one, label=label(one.label)) for one in before
    )
    own = _kept(item.attributes, wanted, attributes)
    return replace(item, attributes=own, left_out=(*left, *now), **changed)


def _kept(attributes: Attributes, wanted: Wanted, renaming: Callable[[str], str]) -> Attributes:
    return tuple((renaming(name), value) for name, value in attributes if wanted.keeps(name))


def _renaming(names: Pairs) -> Callable[[str], str]:
    known = dict(names)
    return lambda name: known.get(name, name)


def _attributes(shape: Any) -> Attributes:  # noqa: ANN401 - any kind of shape
    attributes: Attributes = getattr(shape, "attributes", ())
    return attributes


def _texts(value: AttributeValue) -> tuple[str, ...]:
    if isinstance(value, tuple):
        return value
    return (f"{value:g}",) if isinstance(value, float) else (value,)


def _size(shape: Drawn) -> tuple[float, float]:
    if isinstance(shape, Box):
        return shape.width, shape.height
    if isinstance(shape, Track):
        return max(one.width for one in shape.key_frames), max(one.height for one in shape.key_frames)
    return float("inf"), float("inf")
