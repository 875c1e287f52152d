"""What is kept beside the ledger so that it can be asked quickly and again: counts by the hour, and saved questions.

Nothing here is evidence. Counts can be made anew from the entries at any time, and a question is only a way to ask.
"""

from __future__ import annotations

from django.db import models


class Grain(models.IntegerChoices):
    """How long a stretch one row counts, in hours."""

    HOUR = 1
    DAY = 24


DIMENSIONS = ("grain", "start", "ledger", "action", "owner", "place", "jurisdiction", "level", "outcome")


class ViewRollup(models.Model):
    """How many numbered entries of a ledger, alike in all of these, lie in one hour or one day of UTC."""

    grain = models.SmallIntegerField(choices=Grain)
    start = models.DateTimeField()
    ledger = models.CharField(max_length=20)
    action = models.CharField(max_length=60)
    owner = models.CharField(max_length=80, blank=True)
    place = models.CharField(max_length=10, blank=True)
    jurisdiction = models.CharField(max_length=10, blank=True)
    level = models.SmallIntegerField()
    outcome = models.CharField(max_length=10)
    entries = models.PositiveBigIntegerField()
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=DIMENSIONS, name="rollup_once")]
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.entries} from {self.start:%Y-%m-%d %H:%M} on, {self.get_grain_display()}"


LONGEST_NAME = 80


class SavedQuestion(models.Model):
    """A question somebody asks again, under a name; its words of time are worked out anew each time."""

    name = models.CharField(max_length=LONGEST_NAME)
    person = models.CharField(max_length=80, help_text="pseudonym of whose it is")
    query = models.TextField(help_text="the question as the page's address holds it")
    is_shared = models.BooleanField(default=False, help_text="whether every compliance officer sees it")
    made_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "name"], condition=models.Q(removed_at=None), name="saved_question_once"
            )
        ]
        default_permissions = ()

    def __str__(self) -> str:
        return self.name
