"""Jobs and the labeling tasks in them."""

from __future__ import annotations

from django.db import models

from labelhub.accounts.models import Person
from labelhub.footage.models import Footage, Zone


class LabelSchema(models.Model):
    """What may be drawn: labels and per-box attributes. `labels` is ordered; the order gives the class ids."""

    name = models.SlugField(unique=True)
    title = models.CharField(max_length=120)
    labels = models.JSONField(help_text="list of {name, colour}")
    attributes = models.JSONField(help_text="list of {name, title, choices}")

    def __str__(self) -> str:
        return self.title


class Guideline(models.Model):
    """How to label, as people read it. Its hash is what an acknowledgement refers to."""

    name = models.SlugField()
    version = models.PositiveIntegerField(default=1)
    title = models.CharField(max_length=120)
    text = models.TextField()
    sha256 = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["name", "version"], name="guideline_version_once")]

    def __str__(self) -> str:
        return f"{self.title} (version {self.version})"


class Job(models.Model):
    """The ML team's unit of work: footage selection × label schema × guideline × purpose."""

    class State(models.TextChoices):
        """How far it is."""

        PREPARING = "preparing", "Preparing"
        OPEN = "open", "Open"
        CLOSED = "closed", "Closed"
        FAILED = "failed", "Failed"

    name = models.SlugField(unique=True, max_length=80)
    title = models.CharField(max_length=120)
    kind = models.CharField(max_length=10, choices=Footage.Kind)
    schema = models.ForeignKey(LabelSchema, on_delete=models.PROTECT)
    guideline = models.ForeignKey(Guideline, on_delete=models.PROTECT)
    purpose = models.SlugField(max_length=40)
    selection = models.CharField(max_length=400, help_text="the footage query it was made from")
    state = models.CharField(max_length=10, choices=State, default=State.PREPARING)
    problem = models.TextField(blank=True)
    created_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="jobs_created")
    created_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at"]
        permissions = [
            ("label_job", "May label this job's tasks, where residency allows"),
            ("lead_job", "May see this job's progress and take its training sets"),
            ("create_any_job", "May create jobs"),
        ]

    def __str__(self) -> str:
        return self.title


class JobZone(models.Model):
    """One job's part in one zone: a Label Studio project of its own."""

    job = models.ForeignKey(Job, on_delete=models.PROTECT, related_name="zones")
    zone = models.ForeignKey(Zone, on_delete=models.PROTECT, related_name="jobs")
    studio_project = models.PositiveIntegerField(null=True, blank=True)
    studio_view = models.PositiveIntegerField(null=True, blank=True)
    screen_rate = models.CharField(max_length=20, blank=True, help_text="frames per second the screen counts by")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["job", "zone"], name="job_zone_once")]

    def __str__(self) -> str:
        return f"{self.job} in {self.zone}"


class LabelingTask(models.Model):
    """One piece of a job: one footage to be labeled once."""

    class State(models.TextChoices):
        """Whether it is labeled."""

        OPEN = "open", "Open"
        DONE = "done", "Labeled"

    job_zone = models.ForeignKey(JobZone, on_delete=models.PROTECT, related_name="tasks")
    footage = models.ForeignKey(Footage, on_delete=models.PROTECT, related_name="tasks")
    studio_task = models.PositiveIntegerField(null=True, blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["job_zone", "footage"], name="task_footage_once")]
        indexes = [
            models.Index(fields=["job_zone", "state"], name="task_state"),
            models.Index(fields=["job_zone", "studio_task"], name="task_studio"),
        ]

    def __str__(self) -> str:
        return f"{self.footage} in {self.job_zone}"


class Reservation(models.Model):
    """One task held by one person until it expires; in each zone of a job a person holds one task at most."""

    task = models.OneToOneField(LabelingTask, on_delete=models.CASCADE, related_name="reservation")
    job_zone = models.ForeignKey(JobZone, on_delete=models.CASCADE, related_name="reservations")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="reservations")
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["job_zone", "person"], name="one_reservation_each")]

    def __str__(self) -> str:
        return f"{self.person} holds {self.task}"


class Skip(models.Model):
    """A person passed a task on, and why."""

    class Reason(models.TextChoices):
        """Why a task was passed on."""

        UNCLEAR = "unclear", "I cannot tell what is in it"
        QUALITY = "quality", "The picture is too dark, blurred or broken"
        GUIDELINE = "guideline", "The guideline does not say what to do"
        UNCOMFORTABLE = "uncomfortable", "I do not want to label this one"
        OTHER = "other", "Another reason"

    task = models.ForeignKey(LabelingTask, on_delete=models.PROTECT, related_name="skips")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="skips")
    reason = models.CharField(max_length=20, choices=Reason)
    note = models.CharField(max_length=400, blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["task", "person"], name="skip_once")]

    def __str__(self) -> str:
        return f"{self.person} skipped {self.task}"


class Draft(models.Model):
    """Which person and task a Label Studio draft belongs to."""

    task = models.ForeignKey(LabelingTask, on_delete=models.CASCADE, related_name="drafts")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="drafts")
    studio_draft = models.PositiveIntegerField()
    saved_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["task", "studio_draft"], name="draft_once")]

    def __str__(self) -> str:
        return f"draft {self.studio_draft}"


class Annotation(models.Model):
    """One annotator's result on one labeling task, as Label Studio answered it."""

    task = models.ForeignKey(LabelingTask, on_delete=models.PROTECT, related_name="annotations")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="annotations")
    studio_annotation = models.PositiveIntegerField()
    result = models.JSONField()
    boxes = models.PositiveIntegerField(help_text="boxes or tracks drawn")
    seconds = models.FloatField(default=0, help_text="time spent, as the screen measured it")
    place = models.CharField(max_length=10, blank=True)
    entry = models.UUIDField(help_text="ledger entry of the submission")
    submitted_at = models.DateTimeField(db_index=True)
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["task", "studio_annotation"], name="annotation_once")]

    def __str__(self) -> str:
        return f"{self.person} on {self.task}"


class Acknowledgement(models.Model):
    """A person has read one version of a guideline."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="acknowledgements")
    guideline = models.ForeignKey(Guideline, on_delete=models.PROTECT, related_name="acknowledgements")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "guideline"], name="acknowledged_once")]

    def __str__(self) -> str:
        return f"{self.person} read {self.guideline}"
