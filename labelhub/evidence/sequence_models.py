"""What the sequencer keeps: each entry's place in its ledger's tree, signed checkpoints, and where they are anchored.

`Position`, `Checkpoint` and `Anchor` are written once, as entries are. `Unsequenced` is a queue, filled by the database
itself when an entry is inserted. `LedgerHead` repeats what the positions say, so that an append need not read them all;
whoever tampers with it makes a tree that the signer refuses to sign.
"""

from __future__ import annotations

from django.db import models


class Unsequenced(models.Model):
    """An entry that is durable and has no number yet."""

    entry = models.OneToOneField("evidence.LedgerEntry", models.DO_NOTHING, primary_key=True, related_name="waiting")
    ledger = models.CharField(max_length=20, db_index=True)

    class Meta:
        verbose_name_plural = "unsequenced entries"
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.pk)


class Position(models.Model):
    """An entry's number in its ledger, from 0 and without gaps, and the hash of its leaf."""

    entry = models.OneToOneField("evidence.LedgerEntry", models.DO_NOTHING, primary_key=True, related_name="position")
    ledger = models.CharField(max_length=20)
    number = models.BigIntegerField()
    sequenced = models.DateTimeField(help_text="never before that of the number before")
    leaf_hash = models.CharField(max_length=64, help_text="RFC 6962 leaf hash, hex")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["ledger", "number"], name="position_number")]
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.ledger} {self.number}"


class LedgerHead(models.Model):
    """A ledger's tree as far as it is built, and how its sequencer fares."""

    ledger = models.CharField(primary_key=True, max_length=20)
    size = models.BigIntegerField(default=0)
    hashes = models.JSONField(default=list, help_text="hashes of the whole subtrees, largest first, hex")
    sequenced = models.DateTimeField(null=True)
    tiled = models.BigIntegerField(default=0, help_text="how many leaves the tiles hold")
    reported = models.DateTimeField(null=True, help_text="when the sequencer last said how it fares")
    problem = models.CharField(max_length=300, blank=True, help_text="what keeps checkpoints from being signed")

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.ledger} {self.size}"


class Checkpoint(models.Model):
    """A tree's size and root, signed."""

    ledger = models.CharField(max_length=20)
    size = models.BigIntegerField()
    root = models.CharField(max_length=64)
    text = models.TextField(help_text="the signed note")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["ledger", "size"], name="checkpoint_size")]
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.ledger} {self.size}"


class Anchor(models.Model):
    """A checkpoint written where nobody can change it: one version of one object under a lock."""

    ledger = models.CharField(max_length=20)
    size = models.BigIntegerField()
    text = models.TextField(help_text="the signed note as it was written there")
    bucket = models.CharField(max_length=100)
    key = models.CharField(max_length=200)
    version = models.CharField(max_length=200)
    retain_until = models.DateTimeField()
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["ledger", "size"], name="anchor_size")]
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.ledger} {self.size}"
