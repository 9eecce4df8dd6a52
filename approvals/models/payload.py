"""Which payload exactly? Versions are immutable; version 1 is the agent's."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

import uuid_utils.compat as uuid
from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from approvals import strict_json
from approvals.models.approval import Approval
from grants.models import User
from patience import statements


class PayloadVersion(models.Model):
    """One payload, to the byte: what is hashed, shown, approved and handed to the agent."""

    approval = models.ForeignKey(Approval, on_delete=models.PROTECT, related_name="versions", db_index=False)
    number = models.PositiveIntegerField(help_text=_("1 is the agent's; each edit makes the next"))
    canonical = models.BinaryField(help_text=_("RFC 8785 bytes"))
    sha256 = models.BinaryField(max_length=32)
    source = models.TextField(help_text=_("JSON text with the fields in their own order"))
    edited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["approval", "number"], name="payload_one_per_version"),
            models.CheckConstraint(
                condition=models.Q(number=1, edited_by=None)
                | models.Q(number__gt=1, edited_by__isnull=False),
                name="payload_first_is_the_agents",
            ),
        ]

    def __str__(self) -> str:
        return f"version {self.number} of {self.approval_id}"

    @property
    def value(self) -> dict[str, Any]:
        """The payload as Python reads it, fields in their own order."""
        parsed: dict[str, Any] = strict_json.loads(self.source)
        return parsed

    @property
    def digest(self) -> str:
        """The SHA-256 in hex, as the wire and the review page show it."""
        return bytes(self.sha256).hex()


class WorkingCopyManager(models.Manager["WorkingCopy"]):
    """What each person has typed."""

    def is_there(self, approval_id: UUID, person: User) -> bool:
        """Whether this person typed into the request's form; by a prepared statement, since every decision asks."""
        return bool(statements.fetch(_IS_THERE, [approval_id, person.pk]))


_IS_THERE = "SELECT FROM approvals_workingcopy WHERE approval_id = %s AND user_id = %s LIMIT 1"


class WorkingCopy(models.Model):
    """What a reviewer typed into the form of one version. It outlives the session, and decides nothing.

    The form is drawn from `drawn` with `typed` over it, so that text which is no valid value yet is kept as well.
    """

    approval = models.ForeignKey(Approval, on_delete=models.CASCADE, related_name="working_copies")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    base_version = models.PositiveIntegerField(help_text=_("the version that was being edited"))
    source = models.TextField(help_text=_("JSON text of the payload, as far as what was typed can be read"))
    is_fit = models.BooleanField(default=True, help_text=_("whether `source` may be approved as it is"))
    drawn = models.TextField(
        blank=True, help_text=_("JSON text that the form started from; empty for that of the version")
    )
    typed = models.TextField(blank=True, help_text=_("JSON object of the form's field names and texts"))
    page = models.CharField(max_length=64, blank=True, help_text=_("the page that saved it last"))
    turn = models.PositiveIntegerField(
        default=0, help_text=_("which save of that page; an older one is late")
    )
    saved_as = models.UUIDField(default=uuid.uuid7, help_text=_("a new one with each save"))
    updated_at = models.DateTimeField(default=timezone.now)

    objects = WorkingCopyManager()

    class Meta:
        verbose_name_plural = _("working copies")
        constraints = [
            models.UniqueConstraint(
                fields=["approval", "user", "base_version"], name="working_copy_one_per_version"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} on {self.approval_id}"

    @property
    def pairs(self) -> dict[str, str]:
        """What was typed, by the names of the form's fields."""
        found: dict[str, str] = json.loads(self.typed) if self.typed else {}
        return found
