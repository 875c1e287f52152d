"""Croissant 1.1: what a training set is, for tools and catalogues, as `croissant.json` in every set.

Made from the manifest alone, so it says nothing that the manifest does not: the files with their hashes, the records
where the format is one that Croissant can read, the footage it was derived from, and the places of the annotators as
counts. Terms of use, publisher and date are the caller's to state, as `Publication`; what is not stated is left out.

Pictures, and other files of which a folder holds more than a catalogue should list, are a file set. Croissant has no
hashes for those, and none for more footage than it should list; the manifest has them all.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import orjson

from exporters.croissant_records import record_sets
from exporters.manifest import MANIFEST_NAME, FileEntry, Manifest
from exporters.names import suffix_of

CROISSANT_NAME = "croissant.json"
CONFORMS_TO = ("http://mlcommons.org/croissant/1.1", "http://mlcommons.org/croissant/RAI/1.0")
MOST_LISTED = 1_000
"""Files of one kind in one folder, and pieces of footage, that are listed one by one."""
PICTURES = frozenset({".jpg", ".jpeg", ".png", ".webp"})
ENCODINGS: dict[str, str | tuple[str, ...]] = {
    ".csv": "text/csv",
    ".jpg": "image/jpeg",
    ".json": "application/json",
    ".jsonl": "application/jsonlines",
    ".md": "text/markdown",
    # The registered name, and the one that readers of Croissant know.
    ".parquet": ("application/vnd.apache.parquet", "application/x-parquet"),
    ".png": "image/png",
    ".tar": "application/x-tar",
    ".txt": "text/plain",
    ".webp": "image/webp",
    ".xml": "application/xml",
    ".yaml": "application/yaml",
}
ANY_ENCODING = "application/octet-stream"
CR_TERMS = (
    *("annotation", "arrayShape", "citeAs", "column", "containedIn", "equivalentProperty", "excludes", "extract"),
    *("field", "fileObject", "fileProperty", "fileSet", "format", "includes", "isArray", "isLiveDataset", "jsonPath"),
    *("key", "md5", "parentField", "path", "readLines", "recordSet", "references", "regex", "repeated", "replace"),
    *("samplingRate", "sdVersion", "separator", "source", "subField", "transform", "unArchive", "value"),
)
CONTEXT = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "sc": "https://schema.org/",
    "cr": "http://mlcommons.org/croissant/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "dct": "http://purl.org/dc/terms/",
    "prov": "http://www.w3.org/ns/prov#",
    "conformsTo": "dct:conformsTo",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "description": {"@container": "@language"},
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "name": {"@container": "@language"},
    **{term: f"cr:{term}" for term in CR_TERMS},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """What only the publisher of a set can say; Croissant asks for all of it of a set that is published."""

    license_url: str | None = None
    url: str | None = None
    creator: str | None = None
    published: date | None = None
    version: str | None = None


def croissant(manifest: Manifest, publication: Publication | None = None) -> bytes:
    """`croissant.json` for the set of this manifest; the same bytes for the same arguments."""
    document: dict[str, object] = {
        "@context": CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": CONFORMS_TO,
        "name": manifest.dataset,
        "description": _description(manifest),
        **_publication(publication or Publication()),
        "distribution": list(_distribution(manifest)),
        "prov:wasDerivedFrom": _sources(manifest),
    }
    places = _places(manifest)
    if places:
        document["rai:annotatorDemographics"] = places
    records = record_sets(manifest)
    if records:
        document["recordSet"] = records
    return orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def _description(manifest: Manifest) -> str:
    counts = manifest.counts
    pictures = counts.pictures_included + counts.pictures_referenced
    shapes = sum(count for _, count in counts.shapes_out)
    missing = (
        f", {counts.pictures_referenced} of them only named and not in the set" if counts.pictures_referenced else ""
    )
    return (
        f"{pictures} pictures{missing}, with {shapes} labeled shapes, for the purpose `{manifest.purpose}`, written as "
        f"{manifest.format_version}. `{MANIFEST_NAME}` has the hash and the lineage of everything in it."
    )


def _publication(publication: Publication) -> dict[str, object]:
    """The statements that were made."""
    stated = {
        "license": publication.license_url,
        "url": publication.url,
        "creator": publication.creator and {"@type": "sc:Organization", "name": publication.creator},
        "datePublished": publication.published,
        "version": publication.version,
    }
    return {name: value for name, value in stated.items() if value is not None}


def _distribution(manifest: Manifest) -> Iterator[dict[str, object]]:
    """The files, one by one or as sets, in the order of the manifest."""
    kinds = Counter(_kind(file) for file in manifest.files)
    sets = {kind for kind, count in kinds.items() if kind[1] in PICTURES or count > MOST_LISTED}
    for folder, extension in (kind for kind in kinds if kind in sets):
        pattern = f"{folder}/*{extension}" if folder != "." else f"*{extension}"
        yield {
            "@type": "cr:FileSet",
            "@id": set_id(folder, extension),
            "name": pattern,
            "description": f"Files of this kind: {kinds[folder, extension]}. Their hashes are in `{MANIFEST_NAME}`.",
            "encodingFormat": ENCODINGS.get(extension, ANY_ENCODING),
            "includes": pattern,
        }
    for file in manifest.files:
        if _kind(file) not in sets:
            yield _file_object(file)


def set_id(folder: str, extension: str) -> str:
    """What the set of files of this kind in this folder is called inside the document."""
    return f"{folder}{extension}"


def _file_object(file: FileEntry) -> dict[str, object]:
    return {
        "@type": "cr:FileObject",
        "@id": file.name,
        "name": file.name,
        "contentUrl": file.name,
        "contentSize": f"{file.size} B",
        "encodingFormat": ENCODINGS.get(_kind(file)[1], ANY_ENCODING),
        "sha256": file.sha256,
    }


def _kind(file: FileEntry) -> tuple[str, str]:
    return file.name.rpartition("/")[0] or ".", suffix_of(file.name)


def _sources(manifest: Manifest) -> list[dict[str, object]]:
    """The footage by its hash; where there is too much to list, a single collection that the manifest lists."""
    if len(manifest.items) <= MOST_LISTED:
        return [
            {"@type": "prov:Entity", "identifier": item.footage_id, "sha256": item.sha256} for item in manifest.items
        ]
    collection = f"{len(manifest.items)} pieces of footage; `items` in `{MANIFEST_NAME}` has the hash of each."
    return [{"@type": "prov:Collection", "description": collection}]


def _places(manifest: Manifest) -> list[str]:
    """Annotations by the place they were drawn from: counts, never people."""
    places: Counter[str] = Counter()
    for item in manifest.items:
        places.update(dict(item.annotator_places))
    return [f"annotations drawn from place `{place}`: {count}" for place, count in sorted(places.items())]
