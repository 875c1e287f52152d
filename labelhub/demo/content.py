"""The names of the demo's cameras, its label schema, guideline and jobs, as data."""

from __future__ import annotations

from dataclasses import dataclass

from labelhub.demo.scenes import Label, PaintColour, SubjectType


@dataclass(frozen=True, slots=True, kw_only=True)
class JobPlan:
    """One job to be created."""

    name: str
    title: str
    selection: str


CAMERA_NAMES = {
    "cam-ca-1": "Harbor Boulevard",
    "cam-tx-public": "Test track",
    "cam-tx-2": "County Road 9",
    "cam-de-1": "Lindenallee",
}

SCHEMA_NAME = "vehicles-and-persons"
SCHEMA_TITLE = "Vehicles and persons"
LABEL_COLOURS = {Label.CAR: "#2563eb", Label.VAN: "#d97706", Label.PERSON: "#be185d"}
LABELS = [{"name": label.value, "colour": colour} for label, colour in LABEL_COLOURS.items()]
ATTRIBUTES: list[dict[str, object]] = [
    {"name": "type", "title": "Type", "choices": [kind.value for kind in SubjectType]},
    {"name": "colour", "title": "Colour", "choices": [colour.value for colour in PaintColour]},
]

GUIDELINE_NAME = "road-scenes"
GUIDELINE_TITLE = "How to label road scenes"
GUIDELINE_TEXT = """\
Draw one box around each car, van and person. Let the box touch the outermost visible pixels, mirrors included.

Label what you see, not what you guess: when half of a vehicle is hidden, box the visible half.

A person on a bicycle is one Person with the type Cyclist. People inside vehicles are not labeled.

Set type and colour for every box. If you cannot tell the colour, choose Other.

In clips, draw a subject once and move its box at the frames where its movement changes.

End the track when the subject leaves the picture.

Never note who a person might be, and never write down a number plate.
"""

JOBS = (
    JobPlan(name="road-stills", title="Road stills", selection="kind=image"),
    JobPlan(name="road-clips", title="Road clips", selection="kind=video"),
)
