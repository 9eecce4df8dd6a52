"""What was a person's passkey asked to sign? Gone once it did, or once it is asked anew."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from approvals.models.approval import Approval


class Signing(models.Model):
    """An open question to a passkey: one for each person and request, used up by the decision that it signs."""

    approval = models.ForeignKey(Approval, on_delete=models.CASCADE, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    nonce = models.UUIDField(help_text=_("stands in what is signed, so that no signature counts twice"))
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["approval", "user"], name="signing_one_per_person"),
        ]

    def __str__(self) -> str:
        return f"{self.user} on {self.approval_id}"
