"""Export files of Label Studio as the tests write them, and the command as they call it."""

import io
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from exporters.command import main
from exporters.convert import Streams
from tests.exporters.studio import attribute, rectangle

CONFIG = """<View>
  <Image name="image" value="$image"/>
  <RectangleLabels name="obj" toName="image"><Label value="Car"/><Label value="Van"/></RectangleLabels>
  <Choices name="occluded" toName="image" perRegion="true"><Choice value="yes"/><Choice value="no"/></Choices>
</View>"""


def annotation(own: int, *result: object, **changes: object) -> dict[str, Any]:
    """One annotation."""
    return {"id": own, "result": list(result), "was_cancelled": False, "ground_truth": False} | changes


def task(own: int = 1, *annotations: dict[str, Any], image: object = None, **changes: object) -> dict[str, Any]:
    """A task; without annotations given, one with a car that is not occluded."""
    drawn = annotations or (annotation(10 * own, rectangle(), attribute("choices", "occluded", ["no"])),)
    data = {"image": f"/data/upload/1/{own}.jpg" if image is None else image}
    return {"id": own, "data": data, "annotations": list(drawn), "drafts": [], "predictions": []} | changes


def lines(tasks: Iterable[object]) -> bytes:
    """The tasks as an array with one on each line."""
    return b"[\n" + b",\n".join(json.dumps(one).encode() for one in tasks) + b"\n]\n"


class Ran:
    """What one run of the command did."""

    def __init__(self, folder: Path, *arguments: str, given: bytes = b"", says: io.StringIO | None = None) -> None:
        self._out, self._says = io.BytesIO(), says or io.StringIO()
        config = folder / "config.xml"
        if not config.exists():
            config.write_text(CONFIG)
        streams = Streams(given=io.BytesIO(given), out=self._out, says=self._says, now=iter(range(10**6)).__next__)
        self.code = main([one.replace("CONFIG", str(config)) for one in arguments], streams)

    @property
    def out(self) -> bytes:
        """What went to the standard output."""
        return self._out.getvalue()

    @property
    def says(self) -> str:
        """What went to the standard error."""
        return self._says.getvalue()


def converted(folder: Path, given: bytes, *more: str, file_format: str = "coco") -> Ran:
    """The command, from the standard input to `set.zip`."""
    asked = ["convert", "--config", "CONFIG", "--format", file_format, "--out", str(folder / "set.zip"), *more, "-"]
    return Ran(folder, *asked, given=given)
