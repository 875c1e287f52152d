"""A Label Studio labeling config: which pictures it shows, which controls it has, which labels are classes.

Classes are the labels of controls that draw on a picture or a video, in the order of the config. The options of
`Choices` and the like are attributes and never become classes, so adding one renumbers nothing.

A doctype is refused: a labeling config needs none, and entities are how a small file becomes a large one or another.
"""

import re
from dataclasses import dataclass, field
from typing import NoReturn
from xml.parsers import expat

from exporters.errors import ConfigError

MOST_BYTES = 4 << 20
PICTURES = frozenset({"image", "video"})
DRAWING = frozenset(
    {
        "rectanglelabels",
        "polygonlabels",
        "brushlabels",
        "bitmasklabels",
        "ellipselabels",
        "keypointlabels",
        "vectorlabels",
        "labels",
    }
)
INDEX = re.compile(r"\{\{\s*\w+\s*\}\}")
VALUE = re.compile(r"\$(\w+)(?:\[\{\{\s*\w+\s*\}\}\](?:\.(\w+))?)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A picture or video of the config: the field of the task's data, and the field inside a repeated one."""

    name: str
    kind: str
    variable: str
    inner: str | None = None
    repeated: bool = False

    def name_at(self, index: int) -> str:
        """What results call the picture of this place in the list."""
        return INDEX.sub(str(index), self.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Control:
    """A control of the config, what it is about, and its labels where it draws."""

    name: str
    kind: str
    to_name: str
    labels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelingConfig:
    """What a labeling config says, as far as a training set needs it."""

    shown: tuple[Shown, ...]
    controls: tuple[Control, ...]

    @property
    def labels(self) -> tuple[str, ...]:
        """The classes, each once, in the order of the config."""
        shown = {one.name for one in self.shown}
        drawing = (one for one in self.controls if one.kind in DRAWING and shown & set(one.to_name.split(",")))
        return tuple(dict.fromkeys(label for control in drawing for label in control.labels))

    @property
    def single(self) -> bool:
        """Whether each task is one picture."""
        return len(self.shown) == 1 and not self.shown[0].repeated

    def knows(self, control: str) -> bool:
        """Whether there is a control of this name, counting those a repeater makes."""
        return any(
            control == one.name or ("{{" in one.name and _pattern(one.name).fullmatch(control)) for one in self.controls
        )


@dataclass(slots=True)
class _Open:
    """A control while its labels are collected; other elements only keep their place."""

    control: tuple[str, str, str] | None = None
    labels: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _Builder:
    shown: list[Shown] = field(default_factory=list)
    controls: list[Control] = field(default_factory=list)
    stack: list[_Open] = field(default_factory=list)

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        kind, name, to_name = tag.lower(), attributes.get("name", ""), attributes.get("toName", "")
        if kind in PICTURES and name:
            self.shown.append(_shown(kind, name, attributes))
        if kind == "label":
            self._label(attributes.get("alias") or attributes.get("value", ""))
        self.stack.append(_Open((name, kind, to_name) if name and to_name else None))

    def end(self, _tag: str) -> None:
        closed = self.stack.pop()
        if closed.control is not None:
            name, kind, to_name = closed.control
            self.controls.append(Control(name=name, kind=kind, to_name=to_name, labels=tuple(closed.labels)))

    def _label(self, value: str) -> None:
        around = next((one for one in reversed(self.stack) if one.control is not None), None)
        if around is not None and value:
            around.labels.append(value)


def read_config(data: bytes) -> LabelingConfig:
    """Read a labeling config.

    Raises:
        ConfigError: it is no XML, declares a doctype, or shows no picture on which labels are drawn.
    """
    if len(data) > MOST_BYTES:
        raise ConfigError(f"the labeling config has `{len(data)}` bytes, more than `{MOST_BYTES}`")
    builder = _Builder()
    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = _refuse
    parser.StartElementHandler, parser.EndElementHandler = builder.start, builder.end
    try:
        parser.Parse(data, True)  # noqa: FBT003 - expat takes it by place only
    except (expat.ExpatError, ValueError) as error:
        raise ConfigError(f"the labeling config is not well-formed XML: {error}") from error
    config = LabelingConfig(shown=tuple(builder.shown), controls=tuple(builder.controls))
    if not config.shown:
        raise ConfigError("the labeling config shows no `Image` and no `Video` with a `name`")
    if not config.labels:
        raise ConfigError("the labeling config has no labels of a control that draws, such as `RectangleLabels`")
    return config


def _refuse(*_: object) -> NoReturn:
    raise ConfigError("the labeling config declares a doctype or an entity; take it out")


def _shown(kind: str, name: str, attributes: dict[str, str]) -> Shown:
    if "valueList" in attributes:
        raise ConfigError(f"`{name}` shows a `valueList`, whose pages this does not read; use a `Repeater`")
    value = VALUE.fullmatch(attributes.get("value", ""))
    if value is None:
        raise ConfigError(f"`{name}` should have a `value` such as `$image`, not `{attributes.get('value', '')[:80]}`")
    return Shown(name=name, kind=kind, variable=value[1], inner=value[2], repeated="[" in value[0])


def _pattern(name: str) -> re.Pattern[str]:
    return re.compile(r"\d+".join(re.escape(part) for part in INDEX.split(name)))
