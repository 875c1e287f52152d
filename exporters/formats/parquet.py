"""Parquet: two tables, `images.parquet` and `shapes.parquet`, beside `images/`.

- one row a picture, also where nothing is drawn on it; `included` says whether its file is in the set or only named.
- one row a shape, with the `image_id` (from 1) of its picture and the `frame` (from 0) where that was cut from a video.
  `label_id` is the place of its label in the dataset's list, from 0.
- `x`, `y`, `width`, `height` are pixels as drawn, also over the edge; `rotation` is in degrees, clockwise on the
  screen, around the box's own top left corner. Nothing of a box is lost.
- `attributes` are an object as JSON text; `track_id` counts from 1 over the whole set and is null without a track.
- the metadata of both files has `dataset`, `labels` (a JSON list) and `format`.

The same input gives the same bytes with the same version of pyarrow, which writes its own version into the file.
"""

import tempfile
from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import IO

import orjson

from exporters.attributes import as_text
from exporters.dataset import Box
from exporters.pictures import Picture
from exporters.run import Run
from exporters.tracks import TrackNumbers

VERSION = "Apache Parquet 2.6"
IMAGES = "images.parquet"
SHAPES = "shapes.parquet"
IMAGE_COLUMNS = {
    "image_id": "int64",
    "file_name": "string",
    "included": "bool",
    "width": "int32",
    "height": "int32",
    "footage_id": "string",
    "frame": "int64",
    "attributes": "string",
}
SHAPE_COLUMNS = {
    "image_id": "int64",
    "kind": "string",
    "label": "string",
    "label_id": "int32",
    "x": "double",
    "y": "double",
    "width": "double",
    "height": "double",
    "rotation": "double",
    "attributes": "string",
    "track_id": "int64",
    "frame": "int64",
    "shape_id": "string",
    "annotation_id": "string",
}
ROWS = 8_192
"""Rows in a row group: what is held in memory at once."""
CHUNK = 1 << 18


class _Table:
    """One Parquet file that grows on disk, a row group at a time."""

    def __init__(self, spool: IO[bytes], columns: Mapping[str, str], metadata: dict[str, str]) -> None:
        # Loading pyarrow takes as long as writing a small set, so it waits until a table is wanted.
        self._arrow, parquet = import_module("pyarrow"), import_module("pyarrow.parquet")
        fields = [self._arrow.field(name, self._arrow.type_for_alias(kind)) for name, kind in columns.items()]
        self._schema = self._arrow.schema(fields, metadata=metadata)
        self._spool = spool
        # Coordinates hardly ever repeat, so a dictionary of them costs more than it saves.
        repeating = [name for name, kind in columns.items() if kind == "string"]
        self._writer = parquet.ParquetWriter(
            spool, self._schema, version="2.6", compression="zstd", use_dictionary=repeating
        )
        self._rows: list[tuple[object, ...]] = []
        self.count = 0

    def add(self, row: tuple[object, ...]) -> None:
        self._rows.append(row)
        self.count += 1
        if len(self._rows) == ROWS:
            self._flush()

    def chunks(self) -> Iterator[bytes]:
        """The finished file."""
        self._flush()
        self._writer.close()
        self._spool.seek(0)
        while chunk := self._spool.read(CHUNK):
            yield chunk

    def _flush(self) -> None:
        if self._rows:
            columns = zip(zip(*self._rows, strict=True), self._schema.types, strict=True)
            arrays = [self._arrow.array(values, type=kind) for values, kind in columns]
            self._writer.write_batch(self._arrow.RecordBatch.from_arrays(arrays, schema=self._schema))
            self._rows.clear()


def write(run: Run) -> None:
    """Write every item of the run."""
    numbers, tracks, metadata = run.label_numbers, TrackNumbers(), _metadata(run)
    with tempfile.TemporaryFile() as image_spool, tempfile.TemporaryFile() as shape_spool:
        images = _Table(image_spool, IMAGE_COLUMNS, metadata)
        shapes = _Table(shape_spool, SHAPE_COLUMNS, metadata)
        for item in run.items():
            tracks.next_item()
            for picture, boxes in run.pictures(item):
                number, frame = images.count + 1, picture.frame
                images.add(_image(number, picture))
                for box in boxes:
                    track = None if frame is None else tracks.of(box)
                    shapes.add(_box(box, image=number, label=numbers[box.label], track=track, frame=frame))
                    run.keep(box)
        if not run.stopped:
            run.put(IMAGES, images.chunks())
            run.put(SHAPES, shapes.chunks())


def _metadata(run: Run) -> dict[str, str]:
    return {
        "dataset": run.dataset.name,
        "labels": orjson.dumps(run.dataset.labels).decode(),
        "format": VERSION,
    }


def _image(number: int, picture: Picture) -> tuple[object, ...]:
    item = picture.item
    return (
        number,
        picture.file_name,
        picture.content is not None,
        item.width,
        item.height,
        item.footage_id,
        picture.frame,
        as_text(item.attributes),
    )


def _box(box: Box, *, image: int, label: int, track: int | None, frame: int | None) -> tuple[object, ...]:
    return (
        image,
        "box",
        box.label,
        label,
        box.x,
        box.y,
        box.width,
        box.height,
        box.rotation,
        as_text(box.attributes),
        track,
        frame,
        box.id,
        box.annotation_id,
    )
