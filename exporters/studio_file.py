"""A Label Studio JSON export with its labeling config as a dataset, one task after the other.

Cancelled annotations, drafts and predictions are never read, only counted. A task without an annotation was not
labeled: it is counted and left out, while one whose annotation is empty is a picture that shows nothing. Everything
that cannot be read is collected, so that one run names every task that needs mending.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from exporters.config import LabelingConfig, Shown
from exporters.dataset import AnnotationRef, LabeledFootage
from exporters.errors import (
    ExportError,
    InputError,
    InvalidDatasetError,
    InvalidInputError,
    MalformedResultError,
    ReadError,
    UnknownControlError,
)
from exporters.fields import Fields, entries
from exporters.ids import Ids
from exporters.labelstudio import MOST_ID, Canvas, Reading, read_result
from exporters.names import check_footage_name
from exporters.pointers import MOST_FRAMES, MOST_SIDE, PictureFolder, Size, name_of
from exporters.reading import RawTask, TaskReader
from residency import MediaKind

MOST_LISTED = 50
CAMERA = ("camera", "source")
"""Where in a task's data its camera is named."""


class Chosen(StrEnum):
    """Which annotations of a task are read, of those that were not cancelled."""

    ALL = "all"
    FIRST = "first"
    LAST = "last"
    GROUND_TRUTH = "ground-truth"


@dataclass(slots=True, kw_only=True)
class StudioFile:
    """The items of an export file; go through `items` once, then `counts` says what was read and what was not.

    With `tasks`, all others are passed over without a look.
    """

    reader: TaskReader
    config: LabelingConfig
    sizes: dict[str, Size] = field(default_factory=dict)
    folder: PictureFolder | None = None
    chosen: Chosen = Chosen.ALL
    tasks: frozenset[str] | None = None
    counts: Counter[str] = field(default_factory=Counter)
    problems: list[ExportError] = field(default_factory=list)
    _ids: Ids = field(default_factory=Ids)
    _known: set[str] = field(default_factory=set)

    def items(self) -> Iterator[LabeledFootage]:
        """Every picture of every labeled task.

        Raises:
            InvalidInputError: some tasks cannot be read; it comes at the end and lists them.
        """
        try:
            for raw in self.reader:
                if self.tasks is not None and str(raw.data.get("id")) not in self.tasks:
                    continue
                try:
                    items = self._items(raw)
                except ExportError as error:
                    self._note(error)
                else:
                    yield from items
        except InputError as error:
            self._note(error)
        if self.problems:
            raise InvalidInputError(self.problems, self.counts["tasks that cannot be read"])

    def _note(self, error: ExportError) -> None:
        self.counts["tasks that cannot be read"] += 1
        if len(self.problems) < MOST_LISTED:
            self.problems.append(error)

    def _items(self, raw: RawTask) -> list[LabeledFootage]:
        self.counts["tasks"] += 1
        task = self._name(raw)
        head = Fields(task, "task", raw.data)
        annotations = self._annotations(head)
        if not annotations:
            return []
        pictures = list(self._pictures(head))
        self.counts["pictures"] += len(pictures)
        return [
            self._item(head, shown, name, value, annotations, first=number == 0)
            for number, (shown, name, value) in enumerate(pictures)
        ]

    def _name(self, raw: RawTask) -> str:
        """The task's id, which no other task of the file has."""
        try:
            own = Fields(f"number {raw.number}", "task", raw.data).whole("id", most=MOST_ID)
        except ReadError as error:
            raise InputError(str(error), byte=raw.byte, number=raw.number) from error
        if not self._ids.add(own):
            raise InputError(f"task `{own}` is in the file a second time", byte=raw.byte, number=raw.number)
        return str(own)

    def _annotations(self, head: Fields) -> list[Fields]:
        """The annotations to read; every other one is counted."""
        for name in ("drafts", "predictions"):
            if isinstance(listed := head.data.get(name), list) and listed:
                self.counts[f"{name} not read"] += len(listed)
        every = head.rows("annotations")
        live = [one for one in every if not one.flag("was_cancelled", default=False)]
        picked = _picked(live, self.chosen)
        self.counts["annotations"] += len(every)
        if len(every) != len(picked):
            self.counts["annotations cancelled"] += len(every) - len(live)
            self.counts["annotations not chosen"] += len(live) - len(picked)
        if not picked:
            self.counts["tasks without a chosen annotation" if live else "tasks without an annotation"] += 1
        return picked

    def _pictures(self, head: Fields) -> Iterator[tuple[Shown, str, object]]:
        """What the task shows: the tag, its name in results, and where the picture is."""
        data = head.fields("data").data
        for shown in self.config.shown:
            value = data.get(shown.variable)
            if not shown.repeated:
                yield shown, shown.name, value
                continue
            listed = entries(value, task=head.task, where=f"task.data.{shown.variable}")
            for index, one in enumerate(listed):
                inner = one.get(shown.inner) if shown.inner and isinstance(one, dict) else one
                yield shown, shown.name_at(index), inner

    def _item(
        self, head: Fields, shown: Shown, name: str, value: object, annotations: list[Fields], *, first: bool
    ) -> LabeledFootage:
        task = head.task
        results = [(_id(one), self._result(one, head, name, first=first)) for one in annotations]
        file_name = name_of(value, task=task, where=f"task.data.{shown.variable}")
        footage_id = task if self.config.single else f"{task}/{name}"
        check_footage_name(file_name, footage_id=footage_id)
        size = self._size(task, str(value), file_name, [entry for _, result in results for entry in result])
        canvas = Canvas(width=size.width, height=size.height, frames=size.frames)
        reading = Reading.joined(
            read_result(result, task=task, canvas=canvas, annotation_id=own) for own, result in results
        )
        sha256, media = self.folder.find(file_name, task=task) if self.folder else ("", None)
        if shown.kind == "video" and not size.frames:
            raise MalformedResultError(task, "nothing says how many frames the video has; say it in the sizes")
        try:
            return LabeledFootage(
                footage_id=footage_id,
                name=file_name,
                sha256=sha256,
                media_kind=MediaKind.VIDEO if shown.kind == "video" else MediaKind.IMAGE,
                width=size.width,
                height=size.height,
                frames=size.frames,
                source=self._camera(head),
                boxes=reading.boxes,
                tracks=reading.tracks,
                attributes=reading.attributes,
                left_out=reading.left_out,
                annotations=tuple(map(_reference, annotations)),
                media=media,
            )
        except InvalidDatasetError as error:
            raise MalformedResultError(task, str(error)) from error

    def _camera(self, head: Fields) -> str | None:
        """What the task says it was recorded by; what is the picture itself says nothing."""
        data = head.fields("data").data
        pictures = {shown.variable for shown in self.config.shown}
        said = (data.get(name) for name in CAMERA if name not in pictures)
        return next((str(one) for one in said if isinstance(one, str | int) and one != ""), None)

    def _result(self, annotation: Fields, head: Fields, name: str, *, first: bool) -> list[object]:
        """What one annotation says about one picture; what is about none of them goes with the first."""
        result = entries(annotation.data.get("result"), task=head.task, where=f"{annotation.where}.result")
        for index, entry in enumerate(result) if not self._all_known(result) else ():
            self._check_control(entry, head.task, f"{annotation.where}.result[{index}]")
        if self.config.single:
            return result
        others = {other for _, other, _ in self._pictures(head)} - {name}
        return [
            entry
            for entry in result
            if (about := entry.get("to_name") if isinstance(entry, dict) else None) == name
            or (first and about not in others)
        ]

    def _all_known(self, result: list[object]) -> bool:
        """Whether every entry is of a control that was already found in the config."""
        try:
            return self._known.issuperset([entry["from_name"] for entry in result])  # type: ignore[index]
        except (TypeError, KeyError):
            return False

    def _check_control(self, entry: object, task: str, where: str) -> None:
        control = entry.get("from_name") if isinstance(entry, dict) else None
        if not isinstance(control, str) or control in self._known:
            return
        if not self.config.knows(control):
            raise UnknownControlError(task, f"{where} is of `{control[:80]}`, no control of the labeling config")
        self._known.add(control)

    def _size(self, task: str, value: str, name: str, result: list[object]) -> Size:
        """The size by the given table, else as all the results say it."""
        for key in (value, name, name.rpartition("/")[2]):
            if key in self.sizes:
                return self.sizes[key]
        rows = [entry for entry in result if isinstance(entry, dict)]
        said = [(row["original_width"], row.get("original_height")) for row in rows if "original_width" in row]
        if not said or said.count(said[0]) != len(said):
            says = "several sizes are said" if said else "no annotation says the size"
            raise MalformedResultError(task, f"{says} of `{name[-80:]}`; say it in the sizes")
        row = Fields(task, "result", dict(zip(("original_width", "original_height"), said[0], strict=True)))
        width, height = row.whole("original_width", most=MOST_SIDE), row.whole("original_height", most=MOST_SIDE)
        if min(width, height) < 1:
            raise MalformedResultError(task, f"`{name[-80:]}` has no size: `{width}` by `{height}`")
        return Size(width, height, _frames(task, rows))


def _picked(live: list[Fields], chosen: Chosen) -> list[Fields]:
    if chosen is Chosen.ALL or not live:
        return live
    if chosen is Chosen.GROUND_TRUTH:
        return [one for one in live if one.flag("ground_truth", default=False)]
    pick = min if chosen is Chosen.FIRST else max
    return [pick(live, key=lambda one: int(_id(one)))]


def _reference(annotation: Fields) -> AnnotationRef:
    """Whose it is, by number, and who accepted it, if the last who reviewed it did."""
    reviews = annotation.rows("reviews") if annotation.has("reviews") else []
    accepted = bool(reviews) and reviews[-1].flag("accepted", default=False)
    reviewer = (_person(reviews[-1].data.get("created_by")) or "unknown") if accepted else None
    person = _person(annotation.data.get("completed_by"))
    return AnnotationRef(id=_id(annotation), annotator=person, reviewer=reviewer)


def _person(said: object) -> str | None:
    """A person's number, which may stand alone or among more about them; nothing else of it is taken."""
    own = said.get("id") if isinstance(said, dict) else said
    return str(own) if isinstance(own, int) else None


def _id(annotation: Fields) -> str:
    return str(annotation.whole("id", most=MOST_ID))


def _frames(task: str, rows: Iterable[dict[str, object]]) -> int | None:
    """How many frames the tracks say the video has."""
    values = [
        Fields.of(row.get("value"), task=task, where="result.value")
        for row in rows
        if row.get("type") == "videorectangle"
    ]
    said = {value.whole("framesCount", most=MOST_FRAMES) for value in values if value.has("framesCount")}
    if len(said) > 1:
        raise MalformedResultError(task, "several numbers of frames are said; say it in the sizes")
    return said.pop() if said else None
