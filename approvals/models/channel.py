"""Through which channels besides e-mail is a person told, and of what?"""

from __future__ import annotations

from typing import Self

import uuid_utils.compat as uuid
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from approvals import vault
from audit.message import Subject


class ChannelQuerySet(models.QuerySet["Channel"]):
    """Filters by whose channel it is."""

    def in_use(self) -> Self:
        return self.filter(removed_at=None)

    def of_teams(self) -> Self:
        """A policy's own: told of every breach of its requests."""
        return self.filter(owner=None)


class Channel(models.Model):
    """A person's own channel, or the channel that a policy tells of its breaches. E-mail needs no row.

    Where it leads is a secret, since anybody with the address can write there: it is kept encrypted, and wiped
    when the channel is removed. The row stays, because messages name it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid7, editable=False)
    kind = models.CharField(max_length=20)
    name = models.CharField(max_length=80, help_text=_("As people call it, e.g. #finance-approvals."))
    sealed = models.BinaryField(help_text=_("where it leads, encrypted; empty once removed"))
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="channels"
    )
    action_type = models.CharField(
        max_length=100, blank=True, help_text=_("The policy whose breaches it hears of.")
    )
    workflow = models.CharField(
        max_length=100, blank=True, help_text=_("The policy's workflow, where it has one.")
    )
    created_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True)

    objects = ChannelQuerySet.as_manager()

    class Meta:
        ordering = ["created_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(owner__isnull=False, action_type="", workflow="")
                | (Q(owner=None) & ~Q(action_type="")),
                name="channel_of_person_or_policy",
            ),
            models.CheckConstraint(
                condition=Q(removed_at=None) | Q(sealed=b""), name="channel_removed_is_wiped"
            ),
        ]
        indexes = [
            models.Index(
                fields=["action_type", "workflow"],
                condition=Q(owner=None, removed_at=None),
                name="channel_of_policy",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def address(self) -> str:
        """Where it leads, in the clear. Raises vault.Unreadable."""
        return vault.unseal(bytes(self.sealed))

    def as_subject(self) -> Subject:
        """The chain of events about this channel."""
        return Subject(kind="channel", id=str(self.pk))


class Choice(models.Model):
    """That a person wants to hear of one event through one channel, or does not; no channel is e-mail."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="choices")
    event = models.CharField(max_length=20)
    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, null=True, related_name="choices")
    is_on = models.BooleanField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "event", "channel"], nulls_distinct=False, name="choice_one_per_channel"
            ),
        ]
        indexes = [models.Index(fields=["event"], condition=Q(is_on=True), name="choice_to_hear")]

    def __str__(self) -> str:
        return f"{self.event} {'on' if self.is_on else 'off'}"


class ChannelTest(models.Model):
    """A test message: how far it came, and whether the person says that it arrived. No channel is e-mail."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid7, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="channel_tests")
    channel = models.ForeignKey(Channel, on_delete=models.PROTECT, null=True, related_name="tests")
    stages = models.JSONField(default=list, help_text=_("[{name, passed, detail}], in order"))
    created_at = models.DateTimeField()
    due_at = models.DateTimeField(
        null=True, help_text=_("when a worker may take it; empty once it was tried")
    )
    arrived = models.BooleanField(null=True)
    answered_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(arrived=None, answered_at=None)
                | Q(arrived__isnull=False, answered_at__isnull=False),
                name="channel_test_answered_at",
            ),
            models.CheckConstraint(
                condition=Q(due_at=None) | Q(stages=[], arrived=None), name="channel_test_due_says_nothing"
            ),
        ]
        indexes = [
            models.Index(fields=["user", "-created_at"], name="channel_test_of_person"),
            models.Index(fields=["due_at"], condition=Q(due_at__isnull=False), name="channel_test_due"),
        ]

    def __str__(self) -> str:
        return f"test of {self.channel or 'e-mail'}"

    @property
    def is_waiting(self) -> bool:
        """Whether no worker has tried it yet, or one is trying it now."""
        return self.due_at is not None

    @property
    def passed(self) -> bool:
        """Whether every stage went well; that says nothing yet about whether it arrived."""
        return bool(self.stages) and all(stage["passed"] for stage in self.stages)
