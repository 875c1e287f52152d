"""The signed-off list of what a training set holds: files, counts, where everything came from, under which rules."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import orjson

from exporters.errors import ManifestError
from exporters.kept import Kept
from exporters.splits import Splits, read_splits

MANIFEST_NAME = "manifest.json"
MANIFEST_VERSION = 1
TOOL_VERSION = "0.3.0"
"""The version of this package; goes up whenever the same dataset would become other bytes."""
SORTED = orjson.OPT_SORT_KEYS | orjson.OPT_INDENT_2
TOGETHER = 256
"""Rows of a list that are encoded at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileEntry:
    """One file of the set."""

    name: str
    sha256: str
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Lineage:
    """Where the pictures of one piece of footage came from. People appear as counts of their places only."""

    footage_id: str
    name: str
    sha256: str
    source: str | None
    jurisdiction: str | None
    annotation_ids: tuple[str, ...]
    decision_entry_ids: tuple[str, ...]
    annotator_places: tuple[tuple[str, int], ...]
    pictures: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """What went in, what came out, what was reported; per label, `in = out + dropped`.

    `reduced` counts shapes that are there with less than was drawn; `stripped` prohibited attributes, by their names.
    """

    items_in: int
    items_out: int
    items_dropped: tuple[tuple[str, int], ...]
    pictures_included: int
    pictures_referenced: int
    shapes_in: tuple[tuple[str, int], ...]
    shapes_out: tuple[tuple[str, int], ...]
    dropped: tuple[tuple[str, str, int], ...]
    reduced: tuple[tuple[str, int], ...]
    stripped: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """One training set. `clearance` says in words why there is none; `source` counts what a file held.

    `splits` is the split it was written in, if any, and `group_by` says what kept items together in it.
    """

    dataset: str
    labels: tuple[str, ...]
    purpose: str
    destination: str
    policy_hash: str
    file_format: str
    format_version: str
    lossy: bool
    tool_version: str
    counts: Counts
    items: Sequence[Lineage]
    files: Sequence[FileEntry]
    clearance: str = ""
    source: tuple[tuple[str, int], ...] = ()
    splits: Splits | None = None
    group_by: str = ""

    def encode(self) -> bytes:
        """The manifest as JSON, the same bytes for the same manifest."""
        return b"".join(self.chunks())

    def chunks(self) -> Iterator[bytes]:
        """The same bytes piece by piece, since the lists of a large set are long."""
        document: dict[str, object] = {
            "manifest_version": MANIFEST_VERSION,
            "dataset": self.dataset,
            "labels": self.labels,
            "purpose": self.purpose,
            "destination": self.destination,
            "policy_hash": self.policy_hash,
            "format": {"name": self.file_format, "version": self.format_version, "lossy": self.lossy},
            "tool_version": self.tool_version,
            "counts": _encode_counts(self.counts),
            "items": [],
            "files": [],
        }
        if self.clearance:
            document |= {"clearance": self.clearance, "source": dict(self.source)}
        if self.splits is not None:
            document["splits"] = {"group_by": self.group_by, **self.splits.document()}
        rest = orjson.dumps(document, option=SORTED | orjson.OPT_APPEND_NEWLINE)
        for name, rows in (("files", _rows(self.files, encode_file)), ("items", _rows(self.items, encode_lineage))):
            # Keys are sorted, so these come in turn; only a key of the document itself has two spaces before it.
            before, empty, rest = rest.partition(f'\n  "{name}": []'.encode())
            yield before
            yield from _list(name, rows, empty)
        yield rest


def _rows(values: Sequence[Any], encode: Callable[[Any], dict[str, Any]]) -> Iterator[dict[str, Any]]:
    return values.rows() if isinstance(values, Kept) else map(encode, values)


def _list(name: str, rows: Iterator[dict[str, Any]], empty: bytes) -> Iterator[bytes]:
    """A list as it stands in the document, a few rows at a time."""
    begins, ends = f'{{\n  "{name}": ['.encode(), b"\n  ]\n}"
    first = True
    while some := list(islice(rows, TOGETHER)):
        text = orjson.dumps({name: some}, option=SORTED)
        yield (text[1 : len(begins)] if first else b",") + text[len(begins) : -len(ends)]
        first = False
    yield empty if first else ends[:-2]


def read_manifest(data: bytes) -> Manifest:
    """Read what `Manifest.encode` wrote.

    Raises:
        ManifestError: it is something else.
    """
    try:
        document = orjson.loads(data)
        if document["manifest_version"] != MANIFEST_VERSION:
            raise ManifestError(f"the manifest has version `{document['manifest_version']}`, not `{MANIFEST_VERSION}`")
        return _decode(document)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ManifestError(f"this is no manifest of a training set: {error}") from error


def _decode(document: dict[str, Any]) -> Manifest:
    return Manifest(
        dataset=document["dataset"],
        labels=tuple(document["labels"]),
        purpose=document["purpose"],
        destination=document["destination"],
        policy_hash=document["policy_hash"],
        file_format=document["format"]["name"],
        format_version=document["format"]["version"],
        lossy=document["format"]["lossy"],
        tool_version=document["tool_version"],
        counts=_decode_counts(document["counts"]),
        items=tuple(decode_lineage(item) for item in document["items"]),
        files=tuple(decode_file(file) for file in document["files"]),
        clearance=document.get("clearance", ""),
        source=_pairs(document.get("source", {})),
        splits=read_splits(document["splits"]) if "splits" in document else None,
        group_by=document["splits"]["group_by"] if "splits" in document else "",
    )


def _encode_counts(counts: Counts) -> dict[str, object]:
    dropped: dict[str, dict[str, int]] = {}
    for reason, label, count in counts.dropped:
        dropped.setdefault(reason, {})[label] = count
    document: dict[str, object] = {
        "items_in": counts.items_in,
        "items_out": counts.items_out,
        "items_dropped": dict(counts.items_dropped),
        "pictures_included": counts.pictures_included,
        "pictures_referenced": counts.pictures_referenced,
        "shapes_in": dict(counts.shapes_in),
        "shapes_out": dict(counts.shapes_out),
        "dropped": dropped,
        "reduced": dict(counts.reduced),
    }
    # A set that held none of them keeps the bytes it had before they were counted.
    return document | ({"attributes_stripped": dict(counts.stripped)} if counts.stripped else {})


def _decode_counts(document: dict[str, Any]) -> Counts:
    return Counts(
        items_in=document["items_in"],
        items_out=document["items_out"],
        items_dropped=_pairs(document["items_dropped"]),
        pictures_included=document["pictures_included"],
        pictures_referenced=document["pictures_referenced"],
        shapes_in=_pairs(document["shapes_in"]),
        shapes_out=_pairs(document["shapes_out"]),
        dropped=tuple(
            (reason, label, count)
            for reason, by_label in sorted(document["dropped"].items())
            for label, count in sorted(by_label.items())
        ),
        reduced=_pairs(document["reduced"]),
        stripped=_pairs(document.get("attributes_stripped", {})),
    )


def encode_file(file: FileEntry) -> dict[str, Any]:
    """A file as a JSON object."""
    return {"name": file.name, "sha256": file.sha256, "size": file.size}


def decode_file(document: dict[str, Any]) -> FileEntry:
    """What `encode_file` made."""
    return FileEntry(**document)


def encode_lineage(item: Lineage) -> dict[str, Any]:
    """A lineage as a JSON object."""
    return {
        "footage_id": item.footage_id,
        "name": item.name,
        "sha256": item.sha256,
        "source": item.source,
        "jurisdiction": item.jurisdiction,
        "annotation_ids": item.annotation_ids,
        "decision_entry_ids": item.decision_entry_ids,
        "annotator_places": dict(item.annotator_places),
        "pictures": item.pictures,
    }


def decode_lineage(document: dict[str, Any]) -> Lineage:
    """What `encode_lineage` made."""
    return Lineage(
        footage_id=document["footage_id"],
        name=document["name"],
        sha256=document["sha256"],
        source=document["source"],
        jurisdiction=document["jurisdiction"],
        annotation_ids=tuple(document["annotation_ids"]),
        decision_entry_ids=tuple(document["decision_entry_ids"]),
        annotator_places=_pairs(document["annotator_places"]),
        pictures=tuple(document["pictures"]),
    )


def _pairs(document: dict[str, int]) -> tuple[tuple[str, int], ...]:
    return tuple(sorted(document.items()))
