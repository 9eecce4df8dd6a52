"""What does the log hold? Rows that are only ever added; triggers refuse all else (migration 0002)."""

from __future__ import annotations

import json
from functools import cached_property
from typing import Any, Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from audit.field_names import name_fields


class EventQuerySet(models.QuerySet["Event"]):
    """Filters over the log, by the words that the pages use."""

    def about(self, kind: str, subject_id: object) -> Self:
        """The chain of one subject, oldest first."""
        return self.filter(subject_kind=kind, subject_id=str(subject_id)).order_by("seq")

    def with_content(self) -> Self:
        """Read along with what `Event.content` and `Event.actor_name` look at."""
        return self.select_related("body")

    def recoveries(self) -> Self:
        """What two people said to let checkpoints be signed again (`audit.recovery`)."""
        return self.filter(type="audit.recovered").with_content()


class Event(models.Model):
    """An event's place in its subject's chain, and its signature.

    The columns repeat what the signed body says, for finding it; where they differ, the body is right and
    `verify_audit` says that the row was tampered with.
    """

    event_id = models.UUIDField(primary_key=True)
    subject_kind = models.CharField(max_length=16)
    subject_id = models.CharField(max_length=255)
    seq = models.PositiveIntegerField(help_text=_("1 is the subject's first event"))
    type = models.CharField(max_length=64)
    actor_kind = models.CharField(max_length=16)
    actor_id = models.CharField(max_length=64)
    at = models.DateTimeField()
    key_id = models.CharField(max_length=64)
    prev = models.BinaryField(max_length=32)
    mac = models.BinaryField(max_length=32)
    leaf = models.BinaryField(max_length=32, unique=True)

    objects = EventQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["subject_kind", "subject_id", "seq"], name="event_one_per_seq"),
            models.CheckConstraint(condition=models.Q(seq__gte=1), name="event_seq_from_one"),
        ]
        indexes = [
            models.Index(fields=["at"], name="event_by_time"),
            models.Index(fields=["type", "at"], name="event_by_type"),
        ]

    def __str__(self) -> str:
        return f"{self.type} #{self.seq} of {self.subject_kind} {self.subject_id}"

    @cached_property
    def content(self) -> dict[str, Any]:
        """What its signed body says; empty where the body was purged."""
        parsed: dict[str, Any] = json.loads(bytes(self.body.content)) if hasattr(self, "body") else {}
        return parsed

    @property
    def actor_name(self) -> str:
        """The actor's name as it was signed; their id where the body was purged."""
        name: str = self.content["actor"]["label"] if self.content else self.actor_id
        return name


class EventBody(models.Model):
    """The signed bytes, apart from the chain, so that the purge can drop them and keep the leaf."""

    event = models.OneToOneField(Event, on_delete=models.PROTECT, primary_key=True, related_name="body")
    content = models.BinaryField()

    def __str__(self) -> str:
        return f"body of {self.pk}"


class Leaf(models.Model):
    """An event's place in the tree over the whole log: counted from 0 without a gap."""

    index = models.BigIntegerField(primary_key=True)
    event = models.OneToOneField(Event, on_delete=models.PROTECT, related_name="place")

    def __str__(self) -> str:
        return f"leaf {self.index}"


class Node(models.Model):
    """An inner node of the tree, stored once all leaves under it are there; then it never changes (`audit.merkle`)."""

    pk = models.CompositePrimaryKey("level", "index")
    level = models.PositiveSmallIntegerField(help_text="1 is right above the leaves")
    index = models.BigIntegerField()
    hash = models.BinaryField(max_length=32)

    def __str__(self) -> str:
        return f"node {self.index} of level {self.level}"


class Checkpoint(models.Model):
    """What the log held at a moment, signed. The columns repeat the note, which is what counts."""

    number = models.BigIntegerField(primary_key=True, help_text="from 1, none left out")
    size = models.BigIntegerField(help_text="how many leaves")
    root = models.BinaryField(max_length=32)
    at = models.DateTimeField()
    previous = models.BinaryField(max_length=32, help_text="the hash of the checkpoint before it")
    hash = models.BinaryField(max_length=32, unique=True, help_text="SHA-256 over the note")
    key_id = models.CharField(max_length=64)
    note = models.TextField()
    horizon = models.DateTimeField(help_text="from when on events may still be without a leaf")

    class Meta:
        indexes = [models.Index(fields=["size"], name="checkpoint_by_size")]

    def __str__(self) -> str:
        return f"checkpoint {self.number}, {self.size} events"


class UsedKey(models.Model):
    """A key that signed what is stored, so that a start without it is noticed; no secret."""

    class Purpose(models.TextChoices):
        EVENTS = "events", "Events (HMAC)"
        CHECKPOINTS = "checkpoints", "Checkpoints (Ed25519)"

    pk = models.CompositePrimaryKey("purpose", "key_id")
    purpose = models.CharField(max_length=16, choices=Purpose.choices)
    key_id = models.CharField(max_length=64)
    fingerprint = models.BinaryField(max_length=32)
    first_used_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.purpose}: {self.key_id}"


class Anchor(models.Model):
    """One place outside the database that checkpoints go to, and how far it has got.

    `sending` stays until that checkpoint has arrived, so that a repetition after a crash bears its id.
    """

    class Kind(models.TextChoices):
        FILE = "file", _("File")
        WEBHOOK = "webhook", _("Webhook")
        EMAIL = "email", _("E-mail")

    kind = models.CharField(primary_key=True, max_length=8, choices=Kind.choices)
    sending = models.ForeignKey(Checkpoint, on_delete=models.PROTECT, null=True, related_name="+")
    sent = models.ForeignKey(Checkpoint, on_delete=models.PROTECT, null=True, related_name="+")
    sent_at = models.DateTimeField(null=True)
    delivered = models.BigIntegerField(
        default=0, db_default=0, help_text="how many arrived there, since that is counted"
    )
    attempts = models.PositiveIntegerField(default=0, help_text="failed in a row")
    last_error = models.TextField(blank=True)
    problem = models.TextField(blank=True, help_text="why no checkpoint is signed; empty while they are")
    problem_since = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.get_kind_display()


name_fields(Event)
