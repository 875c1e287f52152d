"""A label schema as a Label Studio labeling config. It refuses names that could break out of an attribute value."""

from __future__ import annotations

from fractions import Fraction
from xml.etree import ElementTree as ET

from labelhub.labeling.models import LabelSchema

LABEL_CONTROL = "subject"
MEDIA_CONTROL = "media"
TRACK_CONTROL = "box"


def labeling_config(schema: LabelSchema, *, kind: str, fps: Fraction | None = None) -> str:
    """Write the config for stills, or for clips of one frame rate.

    Args:
        schema: labels and per-box attributes.
        kind: `image` or `video`.
        fps: frames per second, needed for clips: Label Studio counts frames with it.
    """
    view = ET.Element("View")
    if kind == "image":
        ET.SubElement(view, "Image", name=MEDIA_CONTROL, value="$image", zoom="true", zoomControl="true")
        control = ET.SubElement(view, "RectangleLabels", name=LABEL_CONTROL, toName=MEDIA_CONTROL)
    else:
        rate = float(fps) if fps is not None else 25.0
        control = ET.SubElement(view, "Labels", name=LABEL_CONTROL, toName=MEDIA_CONTROL)
        ET.SubElement(view, "Video", name=MEDIA_CONTROL, value="$video", framerate=repr(rate))
        ET.SubElement(view, "VideoRectangle", name=TRACK_CONTROL, toName=MEDIA_CONTROL)
    for label in schema.labels:
        ET.SubElement(control, "Label", value=label["name"], background=label["colour"])
    for attribute in schema.attributes:
        _attribute(view, attribute)
    return ET.tostring(view, encoding="unicode")


def _attribute(view: ET.Element, attribute: dict[str, object]) -> None:
    group = ET.SubElement(view, "View", visibleWhen="region-selected")
    ET.SubElement(group, "Header", value=str(attribute["title"]), size="5")
    choices = ET.SubElement(
        group,
        "Choices",
        name=str(attribute["name"]),
        toName=MEDIA_CONTROL,
        perRegion="true",
        choice="single",
        showInline="true",
    )
    options = attribute["choices"]
    for option in options if isinstance(options, list) else []:
        ET.SubElement(choices, "Choice", value=str(option))
