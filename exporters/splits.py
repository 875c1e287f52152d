"""Train, validation and test: whole groups on one side, the same for the same seed, labels as even as groups allow.

Items that share a group (`camera:cam-1`, `clip:7`, `day:2026-05-01`) are joined, also over several steps, and a joined
bundle is never taken apart. Bundles are placed one by one, the largest first and equals in the order of a hash of seed
and group, on a side that still lacks items. Among those it is the one where the deviation ends lowest:

    for items, and on average over the labels:  sum over sides of (reached - asked)^2 / asked

So no side holds more than asked by as much as the largest bundle. A split that cannot come near what was asked is
refused, with the numbers and the mend. Nothing here depends on the order of the candidates.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from exporters.bundles import Bundle, Candidate, SplitError, bundles_of

__all__ = ["Candidate", "Shares", "Side", "SideReached", "SplitError", "Splits", "split"]

POINTS_OVER = 10
"""By how many points of a hundred one bundle may be larger than the largest side asked for."""
SHARE = re.compile(r"[0-9]{1,3}")
HUNDRED = 100


class Side(StrEnum):
    """The sides of a split."""

    TRAIN = "train"
    VAL = "val"
    TEST = "test"


@dataclass(frozen=True, slots=True)
class Shares:
    """How many of a hundred items each side is to hold."""

    train: int
    val: int
    test: int

    def __post_init__(self) -> None:
        if min(self.train, self.val, self.test) < 0 or self.train + self.val + self.test != HUNDRED:
            raise SplitError(f"the shares `{self}` should add up to 100, none of them negative, as `80/10/10` do")

    def __str__(self) -> str:
        return f"{self.train}/{self.val}/{self.test}"

    @classmethod
    def parse(cls, text: str) -> "Shares":
        """Read `80/10/10`, or `80/20` for a split without a test side.

        Raises:
            SplitError: it is neither.
        """
        parts = text.split("/")
        if len(parts) not in (2, 3) or not all(SHARE.fullmatch(part) for part in parts):
            raise SplitError(f"`{text[:40]}` is no split; one is train/val/test in whole percent, as `80/10/10`")
        train, val, *test = map(int, parts)
        return cls(train, val, *(test or [0]))

    def asked(self) -> dict[Side, float]:
        """The part of all items that each side with a share is to hold."""
        given = zip(Side, (self.train, self.val, self.test), strict=True)
        return {side: share / HUNDRED for side, share in given if share}


@dataclass(frozen=True, slots=True, kw_only=True)
class SideReached:
    """What one side came to hold; `asked` and `reached` are parts of all items."""

    side: Side
    asked: float
    reached: float
    items: int
    bundles: int
    labels: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Splits:
    """Every item with its side, sorted by item; what each side reached, and why it is no closer to what was asked."""

    seed: int
    assigned: tuple[tuple[str, Side], ...]
    sides: tuple[SideReached, ...]
    why_not_closer: tuple[str, ...]

    def by_item(self) -> dict[str, Side]:
        """The side of each item."""
        return dict(self.assigned)

    def document(self) -> dict[str, object]:
        """The split as the manifest has it."""
        sides = [
            {
                "side": one.side,
                "asked": one.asked,
                "reached": one.reached,
                "items": one.items,
                "groups": one.bundles,
                "labels": dict(one.labels),
            }
            for one in self.sides
        ]
        items = {item: str(side) for item, side in self.assigned}
        return {"seed": self.seed, "sides": sides, "items": items, "why_not_closer": self.why_not_closer}


def read_splits(document: dict[str, Any]) -> Splits:
    """Read what `Splits.document` gave, after it was JSON; something else is a `KeyError` or a `ValueError`."""
    return Splits(
        seed=document["seed"],
        assigned=tuple(sorted((item, Side(side)) for item, side in document["items"].items())),
        sides=tuple(
            SideReached(
                side=Side(one["side"]),
                asked=one["asked"],
                reached=one["reached"],
                items=one["items"],
                bundles=one["groups"],
                labels=tuple(sorted(one["labels"].items())),
            )
            for one in document["sides"]
        ),
        why_not_closer=tuple(document["why_not_closer"]),
    )


@dataclass(slots=True)
class _Filling:
    """One side while it is being filled."""

    side: Side
    asked: float
    bundles: list[Bundle] = field(default_factory=list)
    items: int = 0
    labels: Counter[str] = field(default_factory=Counter)

    def take(self, bundle: Bundle) -> None:
        self.bundles.append(bundle)
        self.items += len(bundle.items)
        self.labels.update(dict(bundle.labels))


@dataclass(frozen=True, slots=True)
class _Totals:
    items: int
    labels: Counter[str]

    def cost(self, filling: _Filling, bundle: Bundle) -> float:
        """By how much the deviation rises, or falls, when this side takes the bundle."""
        items = _rise(filling.items, len(bundle.items), self.items, filling.asked)
        labels = (
            _rise(filling.labels[label], more, self.labels[label], filling.asked) for label, more in bundle.labels
        )
        return items + sum(labels) / max(len(self.labels), 1)

    def lacks(self, filling: _Filling) -> bool:
        return filling.items < filling.asked * self.items


def split(candidates: Iterable[Candidate], *, shares: Shares, seed: int) -> Splits:
    """Place every candidate on a side.

    Raises:
        SplitError: an item is there twice, there are too few groups for the sides, or one is too large for any side.
    """
    bundles = bundles_of(candidates)
    totals = _Totals(sum(len(one.items) for one in bundles), _label_counts(bundles))
    fillings = [_Filling(side, asked) for side, asked in shares.asked().items()]
    _check(bundles, totals, fillings, shares)
    ordered = sorted(bundles, key=lambda one: (-len(one.items), _draw(seed, one.name)))
    for left, bundle in zip(range(len(ordered), 0, -1), ordered, strict=True):
        empty = [one for one in fillings if not one.bundles]
        lacking = [one for one in fillings if totals.lacks(one)]
        # The last bundles are for the sides that would otherwise stay empty.
        allowed = empty if len(empty) == left else lacking
        min(allowed, key=lambda one: (totals.cost(one, bundle), _draw(seed, bundle.name, one.side))).take(bundle)
    return _splits(fillings, totals, seed)


def _label_counts(bundles: list[Bundle]) -> Counter[str]:
    counts: Counter[str] = Counter()
    for bundle in bundles:
        counts.update(dict(bundle.labels))
    return counts


def _check(bundles: list[Bundle], totals: _Totals, fillings: list[_Filling], shares: Shares) -> None:
    """Refuse what no placing could bring about."""
    if len(bundles) < len(fillings):
        named = ", ".join(map(str, bundles)) or "none"
        raise SplitError(
            f"the split `{shares}` has {len(fillings)} sides and needs as many groups that share no item; there are "
            f"{len(bundles)}: {named}; take another --group-by, of smaller groups, or a --split with fewer sides"
        )
    largest = min(bundles, key=lambda one: (-len(one.items), one.name))
    most = max(one.asked for one in fillings)
    part = len(largest.items) / totals.items
    if HUNDRED * (part - most) > POINTS_OVER:
        raise SplitError(
            f"the group {largest} holds {len(largest.items)} of {totals.items} items, {part:.1%}, and cannot be taken "
            f"apart; the largest side of `{shares}` is to hold {most:.0%}; take another --group-by, of smaller groups, "
            f"or a --split whose largest side is at least {HUNDRED * part - POINTS_OVER:.0f}"
        )


def _rise(held: int, more: int, total: int, asked: float) -> float:
    """By how much `(held / total - asked)^2 / asked` rises with `more`."""
    return more * (2 * (held - asked * total) + more) / (asked * total * total)


def _draw(seed: int, *names: str) -> bytes:
    """The lot that decides between equals."""
    return hashlib.sha256("\0".join((str(seed), *names)).encode(errors="surrogatepass")).digest()


def _splits(fillings: list[_Filling], totals: _Totals, seed: int) -> Splits:
    placed = ((item, one.side) for one in fillings for bundle in one.bundles for item in bundle.items)
    return Splits(
        seed=seed,
        assigned=tuple(sorted(placed)),
        sides=tuple(
            SideReached(
                side=one.side,
                asked=one.asked,
                reached=one.items / totals.items,
                items=one.items,
                bundles=len(one.bundles),
                labels=tuple(sorted(one.labels.items())),
            )
            for one in fillings
        ),
        why_not_closer=tuple(_reasons(fillings, totals)),
    )


def _reasons(fillings: list[_Filling], totals: _Totals) -> Iterator[str]:
    """What stands between the shares asked for and those reached."""
    for one in fillings:
        if abs(one.items - one.asked * totals.items) >= 1:
            size, largest = max((len(bundle.items), str(bundle)) for bundle in one.bundles)
            yield (
                f"`{one.side}` holds {one.items} of {totals.items} items instead of {one.asked * totals.items:.0f}, in "
                f"{_counted(len(one.bundles), 'whole group')}, the largest of {_counted(size, 'item')}: {largest}"
            )
    spread = Counter(label for one in fillings for bundle in one.bundles for label, _ in bundle.labels)
    for label, groups in sorted(spread.items()):
        without = [one.side for one in fillings if not one.labels[label]]
        if without:
            where = " and ".join(f"`{side}`" for side in without)
            yield f"label `{label}` is not in {where}: it is shown by {_counted(groups, 'whole group')} only"


def _counted(count: int, name: str) -> str:
    return f"1 {name}" if count == 1 else f"{count} {name}s"
