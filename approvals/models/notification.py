"""Who is told what? Every notification is a row before it is a message."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Self

import uuid_utils.compat as uuid
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from approvals.models.agent import AgentKey
from approvals.models.approval import Approval
from approvals.models.channel import Channel
from approvals.models.loosening import Loosening
from grants.models import DelegatedGrant, User


def _about_one(*names: str) -> models.Q:
    """Exactly one of these is there."""
    alternatives = models.Q()
    for name in names:
        others: dict[str, Any] = dict.fromkeys(other for other in names if other != name)
        alternatives |= models.Q(**{f"{name}__isnull": False}, **others)
    return alternatives


class NotificationQuerySet(models.QuerySet["Notification"]):
    """Filters over the outbox."""

    def unfinished(self) -> Self:
        """Neither sent nor given up."""
        return self.filter(sent_at=None, given_up_at=None)

    def due(self, at: datetime) -> Self:
        """To be sent now: its time has come, and no worker holds an unexpired lease on it."""
        return self.unfinished().filter(next_attempt_at__lte=at)


class Notification(models.Model):
    """One message through one channel, about a request, a grant, a person's account, a rule to be loosened, or a key.

    Its id goes with every attempt, so a receiver can tell a repetition.
    """

    class Kind(models.TextChoices):
        REQUESTED = "requested", _("Decision needed")
        POOL = "pool", _("New in the pool")
        REMINDER = "reminder", _("Reminder")
        BREACHED = "breached", _("Deadline passed")
        ESCALATED = "escalated", _("Escalated to you")
        DRAFT = "draft", _("Draft to use")
        VOTES_VOIDED = "votes_voided", _("Your approval is void")
        REASSIGNED = "reassigned", _("Handed to you")
        TAKEN_BACK = "taken_back", _("Asked no more")
        MENTIONED = "mentioned", _("You were mentioned")
        UNDERSTAFFED = "understaffed", _("Too few people can decide")
        LEFT_OPEN = "left_open", _("A reviewer has left")
        DECIDED = "decided", _("Decided")
        MISMATCH = "mismatch", _("Executed something else")
        NOT_IN_LOG = "not_in_log", _("The log says otherwise")
        GRANT_GIVEN = "grant_given", _("Authority lent")
        GRANT_STARTED = "grant_started", _("Lent authority starts")
        GRANT_ENDED = "grant_ended", _("Lent authority has ended")
        INVITED = "invited", _("You are invited")
        RESET = "reset", _("Choose a new password")
        CREDENTIALS = "credentials", _("Your credentials were changed")
        MORE_AUTHORITY = "more_authority", _("More authority is asked for")
        LOOSENING = "loosening", _("A rule is to be loosened")
        KEY_EXPIRES = "key_expires", _("A key of an agent expires soon")
        KEY_MISUSED = "key_misused", _("A key was used after its end")
        KEYS_STOPPED = "keys_stopped", _("Keys of agents have stopped")

    id = models.UUIDField(primary_key=True, default=uuid.uuid7, editable=False)
    kind = models.CharField(max_length=20, choices=Kind.choices)
    approval = models.ForeignKey(
        Approval, on_delete=models.PROTECT, null=True, blank=True, related_name="notifications"
    )
    grant = models.ForeignKey(
        DelegatedGrant, on_delete=models.PROTECT, null=True, blank=True, related_name="notifications"
    )
    person = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text=_("whose account it is about"),
    )
    loosening = models.ForeignKey(
        Loosening, on_delete=models.PROTECT, null=True, blank=True, related_name="+", help_text=_("of a rule")
    )
    agent_key = models.ForeignKey(
        AgentKey, on_delete=models.PROTECT, null=True, blank=True, db_index=False, related_name="+"
    )
    recipient = models.EmailField(
        blank=True, help_text=_("whom it is for; nobody in particular where a team is told")
    )
    channel = models.ForeignKey(
        Channel,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text=_("none: e-mail"),
    )
    created_at = models.DateTimeField(default=timezone.now)
    next_attempt_at = models.DateTimeField(
        default=timezone.now,
        help_text=_("a lease moves it ahead, so a dead worker's row comes back by itself"),
    )
    attempts = models.PositiveIntegerField(default=0)
    sent_at = models.DateTimeField(null=True)
    given_up_at = models.DateTimeField(null=True)
    last_error = models.TextField(blank=True)

    objects = NotificationQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(
                condition=_about_one("approval", "grant", "person", "loosening", "agent_key"),
                name="notification_about_one_thing",
            ),
            models.CheckConstraint(
                condition=~models.Q(recipient="") | models.Q(channel__isnull=False),
                name="notification_goes_somewhere",
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_attempt_at"],
                condition=models.Q(sent_at=None, given_up_at=None),
                name="notification_due",
            ),
            models.Index(fields=["approval", "recipient"], name="notification_of_person"),
            models.Index(
                fields=["recipient", "channel", "-given_up_at"],
                condition=models.Q(given_up_at__isnull=False),
                name="notification_given_up",
            ),
            models.Index(
                fields=["recipient", "-sent_at"],
                condition=models.Q(sent_at__isnull=False),
                name="notification_sent",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} to {self.recipient or self.channel}"
