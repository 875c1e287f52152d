"""Several annotations of one item, and which of what they say goes into the set.

- `reviewed`: the annotation that was reviewed and accepted; the last of them, where there are several.
- `majority`: what more than half of the annotators drew. Boxes of one label by different annotators are brought
  together, the two that cover each other most first, as long as any two in a cluster cover each other by the threshold
  and no annotator is in it twice. Of a cluster with a majority the box stays that covers the others best (the medoid:
  a mean was never drawn by anybody). Tracks likewise, over all their frames. An annotator who drew nothing has a vote.
- `all`: everything, as separate shapes.

What does not stay is left out with its reason, so that in = out + reported; nothing here changes its input.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import combinations

from exporters.dataset import Box, LabeledFootage, Track
from exporters.drawn import Drawn, drawn_on, without
from exporters.errors import ExportError
from exporters.losses import LossReason
from exporters.overlap import Shown, overlap, shown

THRESHOLD = 0.5


class ChoiceError(ExportError):
    """No choice can be made among the annotations of an item as asked."""


class Consensus(StrEnum):
    """The ways to choose."""

    REVIEWED = "reviewed"
    MAJORITY = "majority"
    ALL = "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreed:
    """A shape that stayed: how many annotators of how many drew it, and how much theirs cover it on average."""

    shape_id: str
    annotation_id: str
    label: str
    votes: int
    voters: int
    overlap: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """The item with what stays; `dropped` says why the whole item is to be left out, where it is.

    `subjects` counts what was drawn by anybody, shapes of the same thing once.
    """

    item: LabeledFootage
    dropped: LossReason | None = None
    agreed: tuple[Agreed, ...] = ()
    subjects: int = 0


@dataclass(frozen=True, slots=True)
class _Vote:
    place: int
    shape: Box | Track
    voter: str
    shown: Shown


class _Overlaps:
    """The votes of one item and how much any two of them cover each other, each worked out once."""

    def __init__(self, votes: list[_Vote], threshold: float) -> None:
        self.votes = votes
        self.threshold = threshold
        found = ((a, b, overlap(a.shown, b.shown)) for a, b in combinations(votes, 2) if _comparable(a, b))
        self._known = {(a.place, b.place): covered for a, b, covered in found if covered >= threshold}

    def of(self, one: _Vote, other: _Vote) -> float:
        """How much they cover each other, or 0 where that is under the threshold."""
        return self._known.get((min(one.place, other.place), max(one.place, other.place)), 0.0)

    def closest_first(self) -> Iterator[tuple[int, int]]:
        """The places of every two that are over the threshold."""
        yield from sorted(self._known, key=lambda pair: (-self._known[pair], pair))


def choose(item: LabeledFootage, consensus: Consensus, *, threshold: float = THRESHOLD, strict: bool = False) -> Choice:
    """Choose among the annotations of an item.

    With `strict`, an item without a reviewed annotation is an error where `reviewed` was asked for, and else left out.

    Raises:
        ChoiceError: the threshold is no part of one, or nothing was reviewed and `strict` is true.
    """
    if not 0 < threshold <= 1:
        raise ChoiceError(f"the threshold `{threshold}` should be over 0 and at most 1")
    if consensus is Consensus.REVIEWED:
        return _reviewed(item, strict=strict)
    if consensus is Consensus.MAJORITY:
        return _majority(item, threshold)
    return Choice(item=item, subjects=sum(map(len, drawn_on(item).values())))


def _reviewed(item: LabeledFootage, *, strict: bool) -> Choice:
    accepted = [one for one in item.annotations if one.reviewer is not None]
    if not accepted and strict:
        listed = ", ".join(f"`{one.id}`" for one in item.annotations) or "none"
        raise ChoiceError(
            f"footage `{item.footage_id}` has no reviewed annotation, only {listed}; have one reviewed, or leave out "
            "what is not"
        )
    chosen = accepted[-1].id if accepted else None
    reason = LossReason.NOT_CHOSEN if accepted else LossReason.NOT_REVIEWED

    def why_not(shape: Drawn) -> LossReason | None:
        return None if shape.annotation_id == chosen else reason

    # What could not be read in an annotation that is not chosen is in nobody's way.
    left = tuple(one if one.annotation_id in {"", chosen} else replace(one, reason=reason) for one in item.left_out)
    kept = without(replace(item, left_out=left), why_not)
    if not accepted:
        return Choice(item=kept, dropped=LossReason.NOT_REVIEWED)
    kept = replace(kept, annotations=(accepted[-1],))
    return Choice(item=kept, subjects=sum(map(len, drawn_on(kept).values())))


def _majority(item: LabeledFootage, threshold: float) -> Choice:
    voters = {one.id: one.annotator or one.id for one in item.annotations}
    shapes: tuple[Box | Track, ...] = (*item.boxes, *item.tracks)
    voters |= {shape.annotation_id: shape.annotation_id for shape in shapes if shape.annotation_id not in voters}
    count = len(set(voters.values()))
    overlaps = _Overlaps(
        [
            _Vote(place, shape, voters[shape.annotation_id], shown(shape, item.frames or 0))
            for place, shape in enumerate(shapes)
        ],
        threshold,
    )
    clusters = _clusters(overlaps)
    reasons: dict[int, LossReason | None] = {}
    agreed: list[Agreed] = []
    for cluster in clusters:
        many = 2 * len(cluster) > count
        reasons |= dict.fromkeys(
            (id(vote.shape) for vote in cluster), LossReason.MERGED if many else LossReason.NO_MAJORITY
        )
        if many:
            best = min(cluster, key=lambda vote: (-_mean(overlaps, vote, cluster), vote.place))
            reasons[id(best.shape)] = None
            agreed.append(_agreed(best, cluster, count, _mean(overlaps, best, cluster)))
    kept = without(item, lambda shape: reasons.get(id(shape), LossReason.NO_OVERLAP))
    return Choice(item=kept, agreed=tuple(agreed), subjects=len(clusters))


def _clusters(overlaps: _Overlaps) -> list[list[_Vote]]:
    """The votes brought together, in the order of their first."""
    of_place = [[vote] for vote in overlaps.votes]
    for one, other in overlaps.closest_first():
        left, right = of_place[one], of_place[other]
        if left is not right and all(overlaps.of(a, b) for a in left for b in right):
            joined = sorted((*left, *right), key=lambda vote: vote.place)
            for vote in joined:
                of_place[vote.place] = joined
    return [cluster for place, cluster in enumerate(of_place) if cluster[0].place == place]


def _comparable(one: _Vote, other: _Vote) -> bool:
    """Whether two votes can be for the same thing; two by one annotator never are."""
    same = one.shape.label == other.shape.label and type(one.shape) is type(other.shape)
    return same and one.voter != other.voter


def _mean(overlaps: _Overlaps, vote: _Vote, cluster: list[_Vote]) -> float:
    """How much the others of the cluster cover it on average; wholly, where there are none."""
    others = [overlaps.of(vote, other) for other in cluster if other is not vote]
    return sum(others) / len(others) if others else 1.0


def _agreed(best: _Vote, cluster: list[_Vote], voters: int, mean: float) -> Agreed:
    return Agreed(
        shape_id=best.shape.id,
        annotation_id=best.shape.annotation_id,
        label=best.shape.label,
        votes=len(cluster),
        voters=voters,
        overlap=mean,
    )
