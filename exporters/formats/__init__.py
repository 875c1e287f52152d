"""The formats: what each is called, which version of its specification is written, and the function that writes it."""

from collections.abc import Callable
from dataclasses import dataclass

from exporters.formats import coco, cvat, huggingface, kitti, mot, openimages, parquet, voc, webdataset, yolo
from exporters.run import Run
from exporters.shapes import ShapeKind


@dataclass(frozen=True, slots=True, kw_only=True)
class FileFormat:
    """One format; `version` names the specification, and is in every manifest.

    `carries` names what it writes besides boxes. What it does not, the run reports as dropped.
    `join` writes what stands over the folders of a split, given the names of its sides.
    """

    name: str
    title: str
    version: str
    write: Callable[[Run], None]
    carries: frozenset[ShapeKind] = frozenset()
    join: Callable[[Run, tuple[str, ...]], None] | None = None


FORMATS = {
    "coco": FileFormat(
        name="coco",
        title="COCO detection, segmentation and key points",
        version=coco.VERSION,
        write=coco.write,
        carries=coco.CARRIES,
    ),
    "yolo": FileFormat(
        name="yolo", title="Ultralytics YOLO detection", version=yolo.VERSION, write=yolo.write, join=yolo.join
    ),
    "voc": FileFormat(name="voc", title="Pascal VOC", version=voc.VERSION, write=voc.write),
    "kitti": FileFormat(name="kitti", title="KITTI object", version=kitti.VERSION, write=kitti.write),
    "mot": FileFormat(name="mot", title="MOTChallenge", version=mot.VERSION, write=mot.write),
    "cvat": FileFormat(name="cvat", title="CVAT for video", version=cvat.VERSION, write=cvat.write),
    "openimages": FileFormat(
        name="openimages", title="Open Images CSV", version=openimages.VERSION, write=openimages.write
    ),
    "parquet": FileFormat(name="parquet", title="Parquet tables", version=parquet.VERSION, write=parquet.write),
    "webdataset": FileFormat(
        name="webdataset", title="WebDataset shards", version=webdataset.VERSION, write=webdataset.write
    ),
    "huggingface": FileFormat(
        name="huggingface", title="Hugging Face image folder", version=huggingface.VERSION, write=huggingface.write
    ),
    "yolo-obb": FileFormat(
        name="yolo-obb",
        title="Ultralytics YOLO turned boxes",
        version=yolo.VERSION_OBB,
        write=yolo.write_obb,
        join=yolo.join_obb,
    ),
    "yolo-segment": FileFormat(
        name="yolo-segment",
        title="Ultralytics YOLO segmentation",
        version=yolo.VERSION_SEGMENT,
        write=yolo.write_segment,
        carries=yolo.SEGMENT_CARRIES,
        join=yolo.join_segment,
    ),
    "yolo-pose": FileFormat(
        name="yolo-pose",
        title="Ultralytics YOLO pose",
        version=yolo.VERSION_POSE,
        write=yolo.write_pose,
        carries=yolo.POSE_CARRIES,
        join=yolo.join_pose,
    ),
}
