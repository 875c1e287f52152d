"""The form that asks for a training set."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Count, Q

from exporters.formats import FORMATS
from labelhub.footage.listing import Listing
from labelhub.labeling.models import Job, LabelingTask

FORMAT_WORDS = [(name, f"{file_format.title} ({file_format.version})") for name, file_format in FORMATS.items()]


class DatasetForm(forms.Form):
    """What to make of a job's labels."""

    file_format = forms.ChoiceField(choices=FORMAT_WORDS, label="Format")
    zone = forms.ChoiceField(
        label="Made and kept in",
        help_text="A set is made of the footage of one zone, and stays there until it is downloaded.",
    )
    lossy = forms.BooleanField(
        required=False,
        label="Leave out what the format cannot carry, and list it",
        help_text="Without this, a set that would lose a shape is refused. Attributes it has no place for are counted.",
    )

    def __init__(self, *args: Any, job: Job, listing: Listing, **kwargs: Any) -> None:  # noqa: ANN401  Django's own signature
        super().__init__(*args, **kwargs)
        labeled = Count("tasks", filter=Q(tasks__state=LabelingTask.State.DONE) & listing.where("tasks__footage__"))
        zones = job.zones.annotate(labeled=labeled).order_by("-labeled", "zone_id")
        self.fields["zone"] = forms.ChoiceField(
            choices=[(part.zone_id, f"{part.zone_id}: {part.labeled} labeled") for part in zones],
            label=self.fields["zone"].label,
            help_text=self.fields["zone"].help_text,
        )
