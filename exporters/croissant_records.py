"""The records of a set as Croissant describes them, for the formats whose files Croissant can read: tables and rows."""

from collections.abc import Callable, Mapping

from exporters.formats import huggingface, huggingface_card, parquet
from exporters.manifest import Manifest

TYPES = {
    "bool": "sc:Boolean",
    "double": "sc:Float",
    "float64": "sc:Float",
    "int32": "sc:Integer",
    "int64": "sc:Integer",
    "string": "sc:Text",
}
LABEL = ["sc:Text", "cr:Label"]

Node = dict[str, object]


def record_sets(manifest: Manifest) -> list[Node]:
    """The record sets of a set in this format; none where Croissant cannot read it, or where there are several."""
    if manifest.splits is not None:
        return []
    described = DESCRIBED.get(manifest.file_format)
    return [_labels(manifest), *described()] if described is not None else []


def _labels(manifest: Manifest) -> Node:
    """The labels in their order, which is where their numbers come from."""
    return {
        "@type": "cr:RecordSet",
        "@id": "labels",
        "name": "labels",
        "dataType": "sc:Enumeration",
        "key": {"@id": "labels/name"},
        "field": [
            {"@type": "cr:Field", "@id": "labels/name", "name": "name", "dataType": "sc:Text"},
            {"@type": "cr:Field", "@id": "labels/number", "name": "number", "dataType": "sc:Integer"},
        ],
        "data": [{"labels/name": label, "labels/number": number} for number, label in enumerate(manifest.labels)],
    }


def _parquet() -> list[Node]:
    images = _record_set("images", parquet.IMAGES, parquet.IMAGE_COLUMNS)
    images["key"] = {"@id": "images/image_id"}
    shapes = _record_set("shapes", parquet.SHAPES, parquet.SHAPE_COLUMNS)
    return [images, shapes]


def _huggingface() -> list[Node]:
    columns = {"file_name": "string", **dict(huggingface_card.ROW_COLUMNS)}
    images = _record_set("images", huggingface.METADATA, columns, (_objects(),))
    images["key"] = {"@id": "images/file_name"}
    return [images]


def _objects() -> Node:
    """The boxes inside a row: a list per fact, which readers turn into a list of boxes."""
    parts: dict[str, Node] = {
        # A list of boxes is read only where it is also called `repeated`, as in Croissant 1.0.
        "bbox": {"dataType": "cr:BoundingBox", "repeated": True, "source": _source("bbox", format="XYWH")},
        "categories": {"dataType": LABEL},
        "area": {"dataType": "sc:Float"},
        "drawn": {"dataType": "sc:Float", "arrayShape": "-1,5"},
        **{name: {"dataType": TYPES[kind]} for name, kind in huggingface_card.OBJECT_COLUMNS},
    }
    return {
        "@type": "cr:Field",
        "@id": "images/objects",
        "name": "objects",
        "dataType": "cr:Label",
        "isArray": True,
        "arrayShape": "-1",
        "subField": [_part(name, facts) for name, facts in parts.items()],
    }


def _record_set(name: str, file: str, columns: Mapping[str, str], more: tuple[Node, ...] = ()) -> Node:
    fields: list[Node] = [
        {
            "@type": "cr:Field",
            "@id": f"{name}/{column}",
            "name": column,
            "dataType": LABEL if column == "label" else TYPES[kind],
            "source": {"fileObject": {"@id": file}, "extract": {"column": column}},
        }
        for column, kind in columns.items()
    ]
    return {"@type": "cr:RecordSet", "@id": name, "name": name, "field": [*fields, *more]}


def _part(name: str, facts: Node) -> Node:
    return {
        "@type": "cr:Field",
        "@id": f"images/objects/{name}",
        "name": name,
        "isArray": True,
        "arrayShape": "-1",
        "source": _source(name),
        **facts,
    }


def _source(part: str, **facts: str) -> Node:
    return {
        "fileObject": {"@id": huggingface.METADATA},
        "extract": {"column": "objects"},
        "transform": {"jsonPath": part},
        **facts,
    }


DESCRIBED: dict[str, Callable[[], list[Node]]] = {"parquet": _parquet, "huggingface": _huggingface}
