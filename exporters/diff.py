"""What changed between two versions of a training set: items by their manifests, and boxes where both are COCO.

An item changed if its footage, its annotations or a file named after one of its pictures did; a box changed if it
moved, or got another label or other attributes. Boxes are the same box by footage, frame, annotation and shape.
"""

from collections import Counter, defaultdict
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import orjson

from exporters.errors import ManifestError
from exporters.formats.coco import DOCUMENT
from exporters.manifest import Manifest
from exporters.verify import SetFiles, manifest_of, opened_set


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What is new, gone and different, by name, in order."""

    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()

    @property
    def total(self) -> int:
        """How many there are."""
        return len(self.added) + len(self.removed) + len(self.changed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """Two versions compared. `boxes` is none unless both sets hold a COCO document."""

    labels: Changes
    items: Changes
    boxes: Changes | None

    @property
    def total(self) -> int:
        """How many changes there are."""
        return self.labels.total + self.items.total + (self.boxes.total if self.boxes else 0)


def diff(old: Path, new: Path) -> Difference:
    """Compare two sets, each a folder or an archive.

    Raises:
        ManifestError: one of them has no manifest, or a document that cannot be read.
    """
    with opened_set(old) as old_files, opened_set(new) as new_files:
        before, after = manifest_of(old_files, old.name), manifest_of(new_files, new.name)
        both = DOCUMENT in old_files.names() and DOCUMENT in new_files.names()
        return Difference(
            labels=_changes(_labels(before), _labels(after)),
            items=_changes(_items(before), _items(after)),
            boxes=_changes(_boxes(old_files, old.name), _boxes(new_files, new.name)) if both else None,
        )


def _changes(before: Mapping[str, Hashable], after: Mapping[str, Hashable]) -> Changes:
    return Changes(
        added=tuple(name for name in after if name not in before),
        removed=tuple(name for name in before if name not in after),
        changed=tuple(name for name, value in before.items() if name in after and after[name] != value),
    )


def _labels(manifest: Manifest) -> dict[str, Hashable]:
    """A label that moved in the list is another class id, so its place is what it is."""
    return {label: number for number, label in enumerate(manifest.labels)}


def _items(manifest: Manifest) -> dict[str, Hashable]:
    files = defaultdict(list)
    for file in manifest.files:
        files[PurePosixPath(file.name).stem].append((file.name, file.sha256))
    return {
        item.footage_id: (
            item.sha256,
            item.annotation_ids,
            item.pictures,
            tuple(pair for picture in item.pictures for pair in files[PurePosixPath(picture).stem]),
        )
        for item in manifest.items
    }


def _boxes(files: SetFiles, name: str) -> dict[str, Hashable]:
    """Every box of a COCO document by a name that is the same in every version."""
    try:
        with files.open(DOCUMENT) as stream:
            document = orjson.loads(stream.read())
        images = {one["id"]: _image_name(one) for one in document["images"]}
        labels = {one["id"]: one["name"] for one in document["categories"]}
        boxes: dict[str, Hashable] = {}
        times: Counter[str] = Counter()
        for row in document["annotations"]:
            own = f"{images[row['image_id']]} {_shape_name(row)}"
            times[own] += 1
            named = own if times[own] == 1 else f"{own} ({times[own]})"
            boxes[named] = _content(row, labels[row["category_id"]])
    except (OSError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise ManifestError(f"`{DOCUMENT}` of `{name}` cannot be read: {error}") from error
    return boxes


def _image_name(image: dict[str, Any]) -> str:
    own = f"footage `{image.get('footage_id', image['file_name'])}`"
    return own if image.get("frame") is None else f"{own} frame {image['frame']}"


def _shape_name(row: dict[str, Any]) -> str:
    source = row.get("source", {})
    return f"shape `{source.get('shape', '')}` of annotation `{source.get('annotation', '')}`"


def _content(row: dict[str, Any], label: str) -> Hashable:
    """What of a row is the box itself: not the numbers, which depend on everything before it."""
    kept = {key: row.get(key) for key in ("bbox", "rotation", "segmentation", "keypoints", "attributes")}
    return label, orjson.dumps(kept, option=orjson.OPT_SORT_KEYS)
