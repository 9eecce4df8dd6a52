"""What does the log hold? Rows that are only ever added; triggers refuse the rest (migration 0002)."""

from __future__ import annotations

from typing import Self

from django.db import models


class EventQuerySet(models.QuerySet["Event"]):
    """Filters over the log, by the words that the pages use."""

    def about(self, kind: str, subject_id: object) -> Self:
        """The chain of one subject, oldest first."""
        return self.filter(subject_kind=kind, subject_id=str(subject_id)).order_by("seq")


class Event(models.Model):
    """An event's place in its subject's chain, and its signature.

    The columns repeat what the signed body says, for finding it; where they differ, the body is right and
    `verify_audit` says that the row was tampered with.
    """

    event_id = models.UUIDField(primary_key=True)
    subject_kind = models.CharField(max_length=16)
    subject_id = models.CharField(max_length=255)
    seq = models.PositiveIntegerField(help_text="1 is the subject's first event")
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


class EventBody(models.Model):
    """The signed bytes, apart from the chain, so that the purge can drop them and keep the leaf."""

    event = models.OneToOneField(Event, on_delete=models.PROTECT, primary_key=True, related_name="body")
    content = models.BinaryField()

    def __str__(self) -> str:
        return f"body of {self.pk}"
