"""What do people say about a request, beside their votes?"""

from __future__ import annotations

import uuid_utils.compat as uuid
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models

from approvals.models.approval import Approval
from approvals.texts import LONGEST_COMMENT


class Comment(models.Model):
    """Plain text by one person, never changed; the agent does not read it. `told` are the addresses mentioned."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid7, editable=False)
    approval = models.ForeignKey(Approval, on_delete=models.PROTECT, related_name="comments")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="comments")
    text = models.TextField(max_length=LONGEST_COMMENT)
    told = ArrayField(models.EmailField(), default=list, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=~models.Q(text=""), name="comment_says_something"),
        ]

    def __str__(self) -> str:
        return f"{self.user} on {self.approval_id}"
