"""Labels to training sets: pure functions from labeled footage to files, with a manifest, under a clearance.

Nothing here knows a service, a database or a network. The dataset is never changed, nothing is dropped without being
reported, and nothing is written without a clearance for exactly this footage and purpose.
"""

from exporters.croissant import Publication, croissant
from exporters.dataset import AnnotationRef, Dataset, LabeledFootage
from exporters.errors import (
    ClearanceMismatchError,
    ExportError,
    InvalidDatasetError,
    MediaError,
    ReadError,
    UnknownFormatError,
    UnsafeNameError,
    UnsupportedShapeError,
)
from exporters.formats import FORMATS, FileFormat
from exporters.labelstudio import Canvas, Reading, read_result, read_task
from exporters.losses import Loss, LossReason
from exporters.manifest import Manifest, read_manifest
from exporters.shapes import (
    Box,
    Ellipse,
    KeyFrame,
    KeyPoint,
    LeftOut,
    Mask,
    Polygon,
    Relation,
    Shape,
    ShapeKind,
    Track,
)
from exporters.sink import DirectorySink, Sink, ZipSink
from exporters.tracks import box_at, boxes_by_frame, visible_frames
from exporters.verify import verify
from exporters.write import write_export, write_uncleared

__all__ = [
    "FORMATS",
    "AnnotationRef",
    "Box",
    "Canvas",
    "ClearanceMismatchError",
    "Dataset",
    "DirectorySink",
    "Ellipse",
    "ExportError",
    "FileFormat",
    "InvalidDatasetError",
    "KeyFrame",
    "KeyPoint",
    "LabeledFootage",
    "LeftOut",
    "Loss",
    "LossReason",
    "Manifest",
    "Mask",
    "MediaError",
    "Polygon",
    "Publication",
    "ReadError",
    "Reading",
    "Relation",
    "Shape",
    "ShapeKind",
    "Sink",
    "Track",
    "UnknownFormatError",
    "UnsafeNameError",
    "UnsupportedShapeError",
    "ZipSink",
    "box_at",
    "boxes_by_frame",
    "croissant",
    "read_manifest",
    "read_result",
    "read_task",
    "verify",
    "visible_frames",
    "write_export",
    "write_uncleared",
]
