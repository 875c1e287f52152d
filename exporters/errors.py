"""What this package raises: one base, so that a caller can catch everything from here at once.

Errors about the labels name the labeling task; errors about the training set list every item concerned.
"""

from collections.abc import Iterable

from exporters.losses import Loss


class ExportError(Exception):
    """Base of every error this package raises."""


class ReadError(ExportError):
    """A Label Studio result that cannot be read as it stands; `task` says which."""

    def __init__(self, task: str, message: str) -> None:
        self.task = task
        super().__init__(f"task `{task}`: {message}")


class MalformedResultError(ReadError):
    """Something is missing, or is of another type than Label Studio writes."""


class InvalidNumberError(ReadError):
    """A number that is not finite, or too large to be meant."""


class UnknownControlError(ReadError):
    """A result of a kind that Label Studio is not known to write."""


class DuplicateShapeError(ReadError):
    """Two shapes of one annotation have the same id, or two key frames of one track the same frame."""


class FrameRateError(ReadError):
    """A track was drawn at another frame rate than the footage has, so its frame numbers mean other frames."""


class InvalidDatasetError(ExportError):
    """A dataset that contradicts itself: a label twice, footage twice, a video without a number of frames."""


class ClearanceMismatchError(ExportError):
    """The clearance was given for other footage, or for another purpose."""


class UnknownFormatError(ExportError):
    """No such format."""


class UnsupportedShapeError(ExportError):
    """The format cannot carry everything; `losses` lists every shape and what would become of it."""

    def __init__(self, file_format: str, losses: Iterable[Loss]) -> None:
        self.losses = tuple(losses)
        count = "1 shape" if len(self.losses) == 1 else f"{len(self.losses)} shapes"
        listed = "\n  ".join(map(str, self.losses))
        super().__init__(f"`{file_format}` cannot carry {count} as drawn; allow losses to go on\n  {listed}")


class MediaError(ExportError):
    """The bytes of footage cannot be used; `footage_id` says whose."""

    def __init__(self, footage_id: str, message: str) -> None:
        self.footage_id = footage_id
        super().__init__(f"footage `{footage_id}`: {message}")


class MediaMismatchError(MediaError):
    """The bytes are not the footage on record: another hash, another size, fewer frames."""


class UnreadableMediaError(MediaError):
    """The bytes are no picture or video that can be read."""


class UnsafeNameError(ExportError):
    """A file name that could leave its folder, or that some file system cannot hold."""


class SinkError(ExportError):
    """The place written to refuses: it exists already, or is finished."""


class ManifestError(ExportError):
    """A manifest that cannot be read."""


class MiscountError(ExportError):
    """What went in is not what came out plus what was reported: a fault of the format's writer."""


class ConfigError(ExportError):
    """A labeling config that cannot be read, or that draws nothing a training set could hold."""


class InputError(ExportError):
    """An export file that is not what it should be, from one byte on; `number` counts its tasks from 1."""

    def __init__(self, message: str, *, byte: int, number: int = 0) -> None:
        self.byte, self.number = byte, number
        place = f"task number {number}, at byte {byte}" if number else f"at byte {byte}"
        super().__init__(f"{place}: {message}")


class InvalidInputError(ExportError):
    """Tasks that cannot be read; `problems` lists the first of them and `total` counts them all."""

    def __init__(self, problems: Iterable[ExportError], total: int) -> None:
        self.problems, self.total = tuple(problems), total
        count = "1 task" if total == 1 else f"{total} tasks"
        super().__init__(f"{count} cannot be read\n  " + "\n  ".join(map(str, self.problems)))
