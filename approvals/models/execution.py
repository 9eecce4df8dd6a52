"""What became of an approval: was it taken, and how did it end?"""

from __future__ import annotations

import uuid_utils.compat as uuid
from django.db import models
from django.utils.translation import gettext_lazy as _

from approvals.models.agent import AgentKey
from approvals.models.approval import Approval


class Claim(models.Model):
    """The agent takes an approval to execute it; the primary key lets that happen once."""

    approval = models.OneToOneField(
        Approval, on_delete=models.PROTECT, primary_key=True, related_name="claim"
    )
    claim_id = models.UUIDField(unique=True, default=uuid.uuid7, editable=False)
    idempotency_key = models.CharField(max_length=200, blank=True)
    key = models.ForeignKey(AgentKey, on_delete=models.PROTECT, related_name="+")
    claimed_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"claim of {self.pk}"


class Outcome(models.Model):
    """What the agent reports after executing; once."""

    class Status(models.TextChoices):
        SUCCEEDED = "succeeded", _("Succeeded")
        FAILED = "failed", _("Failed")

    claim = models.OneToOneField(Claim, on_delete=models.PROTECT, primary_key=True, related_name="outcome")
    status = models.CharField(max_length=10, choices=Status.choices)
    detail = models.TextField(blank=True)
    payload_sha256 = models.BinaryField(max_length=32, help_text=_("of what the agent says it executed"))
    is_mismatch = models.BooleanField(help_text=_("it executed something else than was approved"))
    reported_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.status} of {self.pk}"
