"""What keeps items of an export file together in a split: their camera, their folder, or the beginning of their name.

The pictures of one task always stay together: they show one moment, and what is drawn on one may be about another.
"""

import re
from collections import Counter
from enum import StrEnum
from pathlib import PurePosixPath

from exporters.bundles import Candidate, SplitError
from exporters.dataset import LabeledFootage
from exporters.drawn import drawn_on

NUMBERED = re.compile(r"(.+)[-_][0-9]+")


class GroupBy(StrEnum):
    """By what items are kept together."""

    CAMERA = "camera"
    FOLDER = "folder"
    PREFIX = "prefix"
    ITEM = "item"


def candidate(item: LabeledFootage, by: GroupBy) -> Candidate:
    """The item as a split sees it.

    Raises:
        SplitError: the item names no camera, and is to be grouped by it.
    """
    labels = Counter(shape.label for shapes in drawn_on(item).values() for shape in shapes if shape.label)
    task = task_of(item.footage_id)
    together = () if task == item.footage_id else (f"task:{task}",)
    return Candidate(item.footage_id, (*_groups(item, by), *together), tuple(sorted(labels.items())))


def task_of(footage_id: str) -> str:
    """The task of an item: all of its id, or what comes before the name of one of several pictures."""
    return footage_id.partition("/")[0]


def _groups(item: LabeledFootage, by: GroupBy) -> tuple[str, ...]:
    path = PurePosixPath(item.name)
    if by is GroupBy.ITEM:
        return ()
    if by is GroupBy.FOLDER:
        return (f"folder:{path.parent}",)
    if by is GroupBy.PREFIX:
        numbered = NUMBERED.fullmatch(path.stem)
        return (f"prefix:{path.parent / (numbered[1] if numbered else path.stem)}",)
    if item.source is None:
        raise SplitError(
            f"task `{task_of(item.footage_id)}` has no `camera` and no `source` in its data; add one, or take another "
            "--group-by"
        )
    return (f"camera:{item.source}",)
