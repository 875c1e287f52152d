"""Items that have to stay together in a split: all that share a group, also over several steps."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

from exporters.errors import ExportError


class SplitError(ExportError):
    """The split asked for is impossible, or no split at all."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One item to place: the groups it belongs to, and how many shapes of which label it shows."""

    item: str
    groups: tuple[str, ...] = ()
    labels: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """Items that have to stay together; `name` is their first group, or the only item where it has none."""

    name: str
    groups: int
    items: tuple[str, ...]
    labels: tuple[tuple[str, int], ...]

    def __str__(self) -> str:
        more = f" with {self.groups - 1} more that share items with it" if self.groups > 1 else ""
        return f"`{self.name}`{more}"


def bundles_of(candidates: Iterable[Candidate]) -> list[Bundle]:
    """The candidates joined by the groups they share, in an order that does not depend on theirs.

    Raises:
        SplitError: an item is there twice.
    """
    ordered = sorted(candidates, key=lambda one: one.item)
    for before, after in pairwise(ordered):
        if before.item == after.item:
            raise SplitError(f"item `{after.item}` is to be split twice; name each item once")
    parents: dict[str, str] = {}
    for one in ordered:
        for group in one.groups:
            first, own = _root(parents, one.groups[0]), _root(parents, group)
            parents[max(first, own)] = min(first, own)
    joined: defaultdict[tuple[bool, str], list[Candidate]] = defaultdict(list)
    for one in ordered:
        grouped = bool(one.groups)
        joined[grouped, _root(parents, one.groups[0]) if grouped else one.item].append(one)
    return [_bundle(name, members) for (_, name), members in joined.items()]


def _root(parents: dict[str, str], group: str) -> str:
    """The name of the joined groups this one belongs to: the first of them in the alphabet."""
    while (parent := parents.setdefault(group, group)) != group:
        parents[group] = parents[parent]
        group = parents[group]
    return group


def _bundle(name: str, members: list[Candidate]) -> Bundle:
    labels: Counter[str] = Counter()
    for label, count in (pair for one in members for pair in one.labels):
        labels[label] += count
    return Bundle(
        name=name,
        groups=len({group for one in members for group in one.groups}),
        items=tuple(one.item for one in members),
        labels=tuple(sorted((label, count) for label, count in labels.items() if count > 0)),
    )
