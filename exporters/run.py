"""One export run as a format's writer sees it: the items to write, where to put files, and the books to keep."""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

from exporters.dataset import Box, Dataset, LabeledFootage, Relation, Shape
from exporters.errors import ClearanceMismatchError, InvalidDatasetError
from exporters.ids import Texts
from exporters.kept import Kept
from exporters.losses import REPORTED_ONLY, Loss, LossReason
from exporters.manifest import FileEntry, Lineage, decode_file, decode_lineage, encode_file, encode_lineage
from exporters.names import Stems, check_footage_name
from exporters.pictures import IMAGES, Layout, Picture, pictures_of
from exporters.placing import why_not_box, why_not_shape
from exporters.prohibited import strip_prohibited
from exporters.selection import Selection
from exporters.shapes import KINDS, NOT_CARRIED, ShapeKind
from exporters.sink import Chunks, Sink
from exporters.tally import Tally
from exporters.tracks import visible_frames
from residency import Clearance, MediaKind


@dataclass(slots=True, kw_only=True)
class Run:
    """Go through `items`, then through `pictures` of each; `put` files; `keep` or report every box and shape.

    `folder` is where the files of this run go: nothing, or the folder of one side of a split with its slash.
    """

    dataset: Dataset
    clearance: Clearance | None
    sink: Sink
    lossy: bool
    carries: frozenset[ShapeKind] = frozenset()
    progress: Callable[[int], None] | None = None
    folder: str = ""
    selection: Selection | None = None
    tally: Tally = field(default_factory=Tally)
    files: Kept[FileEntry] = field(default_factory=lambda: Kept(encode_file, decode_file))
    lineage: Kept[Lineage] = field(default_factory=lambda: Kept(encode_lineage, decode_lineage))
    _stems: Stems = field(default_factory=Stems)
    _seen: Texts = field(default_factory=Texts)

    @property
    def label_numbers(self) -> dict[str, int]:
        """Each label with its place in the dataset's list, from 0."""
        return {label: number for number, label in enumerate(self.dataset.labels)}

    def items(self) -> Iterator[LabeledFootage]:
        """Every item of the dataset, after it was checked, counted and rid of prohibited attributes.

        What cannot be drawn at all is reported.
        """
        cleared = None if self.clearance is None else frozenset(self.clearance.footage_ids)
        for done, item in enumerate(self.dataset.items, start=len(self._seen) + 1):
            if cleared is not None and item.footage_id not in cleared:
                raise ClearanceMismatchError(f"the clearance does not cover footage `{item.footage_id}`")
            if not self._seen.add(item.footage_id):
                raise InvalidDatasetError(f"dataset `{self.dataset.name}` has footage `{item.footage_id}` twice")
            check_footage_name(item.name, footage_id=item.footage_id)
            kept = item if self.selection is None else self._selected(item, self.selection)
            if kept is not None:
                self.tally.take(kept)
                self._report_unplaceable(kept)
                yield self._stripped(kept)
            if self.progress is not None:
                self.progress(done)

    def pictures(self, item: LabeledFootage, layout: Layout = IMAGES) -> Iterator[tuple[Picture, tuple[Box, ...]]]:
        """Every picture of the item with the boxes that can be written; the others are reported.

        The file is put where the layout says, or left to the format's writer. The picture itself holds the other
        shapes that can be written, as far as the format carries their kinds.
        """
        names = []
        # Footage whose bytes nobody saw has no hash; its id tells it apart from others of the same name.
        own = item.sha256 or hashlib.sha256(item.footage_id.encode()).hexdigest()
        stem = self._stems.take(item.name, sha256=own)
        for picture in pictures_of(item, stem, with_media=not self.stopped, every_frame=layout.every_frame):
            self._put_picture(picture, layout)
            names.append(layout.name(picture))
            drawn = self._with_shapes(picture) if item.shapes or item.relations else picture
            yield drawn, tuple(self._placeable(picture))
        if names:
            self.tally.items_out += 1
        else:
            self.tally.items_dropped[LossReason.NO_LABELED_FRAMES] += 1
        self.lineage.append(_lineage(item, tuple(names)))

    def leave_out(self, item: LabeledFootage, reason: LossReason) -> None:
        """Report an item that the format has no place for, with every box in it; instead of `pictures`."""
        self.tally.leave_out(_loss(item, "", "", reason))
        for box in item.boxes:
            self.tally.drop(_loss(item, box.id, box.label, reason))
        self.lineage.append(_lineage(item, ()))

    @property
    def stopped(self) -> bool:
        """Whether the run is bound to be refused, and goes on only to list everything that is in the way."""
        return bool(self.tally.refusals) and not self.lossy

    def put(self, name: str, chunks: Chunks) -> None:
        """Write one file and note its hash and size."""
        name = f"{self.folder}{name}"
        digest, size = hashlib.sha256(), 0

        def passing() -> Iterator[bytes]:
            nonlocal size
            for chunk in chunks:
                digest.update(chunk)
                size += len(chunk)
                yield chunk

        self.sink.write(name, tuple(passing()) if isinstance(chunks, tuple) else passing())
        self.files.append(FileEntry(name=name, sha256=digest.hexdigest(), size=size))

    def keep(self, shape: Box | Shape | Relation) -> None:
        """Count something that was written."""
        self.tally.keep(shape.label)

    def keep_all(self, boxes: tuple[Box, ...]) -> None:
        """Count boxes that were written."""
        self.tally.shapes_out.update([box.label for box in boxes])

    def drop(self, picture: Picture, shape: Box | Shape | Relation, reason: LossReason) -> None:
        """Report something that the run gave and that the format cannot write after all."""
        self.tally.drop(_loss(picture.item, shape.id, shape.label, reason, picture.frame))

    def reduce(
        self, item: LabeledFootage, shape_id: str, label: str, reason: LossReason, frame: int | None = None
    ) -> None:
        """Report a shape that is written with less than was drawn."""
        if reason in REPORTED_ONLY:
            # What is only counted needs no name, and most of it is found once a box.
            self.tally.reduced[reason] += 1
            return
        self.tally.reduce(_loss(item, shape_id, label, reason, frame))

    def _selected(self, item: LabeledFootage, selection: Selection) -> LabeledFootage | None:
        """What is asked for of the item, or nothing where it is left out; either way it is reported."""
        picked = selection.of(item)
        for loss in picked.losses:
            self.tally.reduce(loss)
        if picked.dropped is None:
            return picked.item
        self.tally.take(picked.item)
        for left in picked.item.left_out:
            self.tally.drop(_loss(item, left.id, left.label, left.reason))
        self.tally.leave_out(_loss(item, "", "", picked.dropped))
        self.lineage.append(_lineage(picked.item, ()))
        return None

    def _stripped(self, item: LabeledFootage) -> LabeledFootage:
        """The item without what must not be known about a person; here, so that no caller can forget it."""
        found = strip_prohibited(item)
        if not found.losses:
            return item
        for loss in found.losses:
            self.tally.reduce(loss)
        self.tally.stripped.update(dict(found.counts))
        return found.item

    def _put_picture(self, picture: Picture, layout: Layout) -> None:
        if picture.content is None:
            self.tally.pictures_referenced += 1
            return
        self.tally.pictures_included += 1
        if layout.is_put:
            self.put(layout.path(picture), (picture.content,))

    def _report_unplaceable(self, item: LabeledFootage) -> None:
        """Report what was never a box in a picture."""
        for left in item.left_out:
            self.tally.drop(_loss(item, left.id, left.label, left.reason))
        self._report_not_carried(item)
        if item.media_kind is not MediaKind.VIDEO:
            for track in item.tracks:
                self.tally.drop(_loss(item, track.id, track.label, LossReason.TRACK_ON_STILL))
            return
        for box in item.boxes:
            self.tally.drop(_loss(item, box.id, box.label, LossReason.BOX_WITHOUT_FRAME))
        for track in item.tracks:
            if not visible_frames(track, item.frames or 0):
                self.tally.drop(_loss(item, track.id, track.label, LossReason.TRACK_AFTER_END))

    def _report_not_carried(self, item: LabeledFootage) -> None:
        for shape in (*item.shapes, *item.relations):
            kind = ShapeKind.RELATION if isinstance(shape, Relation) else KINDS[type(shape)]
            if kind not in self.carries:
                self.tally.drop(_loss(item, shape.id, shape.label, NOT_CARRIED[kind]))
            elif item.media_kind is MediaKind.VIDEO:
                self.tally.drop(_loss(item, shape.id, shape.label, LossReason.SHAPE_WITHOUT_FRAME))

    def _with_shapes(self, picture: Picture) -> Picture:
        """The picture with what the format carries; of a video nothing is carried, since no shape has a frame."""
        item = picture.item
        if item.media_kind is MediaKind.VIDEO:
            return picture
        carried = [shape for shape in item.shapes if KINDS[type(shape)] in self.carries]
        placed = []
        for shape in carried:
            reason = why_not_shape(shape, item, self.dataset)
            if reason is None:
                placed.append(shape)
            else:
                self.drop(picture, shape, reason)
        relations = item.relations if ShapeKind.RELATION in self.carries else ()
        return replace(picture, shapes=tuple(placed), relations=relations)

    def _placeable(self, picture: Picture) -> Iterator[Box]:
        for box in picture.boxes:
            reason = why_not_box(box, picture.item, self.dataset)
            if reason is None:
                yield box
            else:
                self.tally.drop(_loss(picture.item, box.id, box.label, reason, picture.frame))


def _loss(item: LabeledFootage, shape_id: str, label: str, reason: LossReason, frame: int | None = None) -> Loss:
    return Loss(footage_id=item.footage_id, shape_id=shape_id, label=label, reason=reason, frame=frame)


def _lineage(item: LabeledFootage, pictures: tuple[str, ...]) -> Lineage:
    places = Counter(annotation.place or "unknown" for annotation in item.annotations)
    entries = {annotation.decision_entry_id for annotation in item.annotations}
    return Lineage(
        footage_id=item.footage_id,
        name=item.name,
        sha256=item.sha256,
        source=item.source,
        jurisdiction=item.jurisdiction,
        annotation_ids=tuple(annotation.id for annotation in item.annotations),
        decision_entry_ids=tuple(sorted(entry for entry in entries if entry is not None)),
        annotator_places=tuple(sorted(places.items())),
        pictures=pictures,
    )
