"""Who is in the group `approvers`, and when?"""

from __future__ import annotations

from datetime import datetime
from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from grants.models.user import User


class ApproverMembershipQuerySet(models.QuerySet["ApproverMembership"]):
    """Who is an approver, and when."""

    def open(self, at: datetime) -> Self:
        """Memberships that hold at that moment."""
        return self.filter(joined_at__lte=at).filter(models.Q(left_at=None) | models.Q(left_at__gt=at))

    def joined(self, at: datetime) -> dict[str, datetime]:
        """Since when each person with an active account is an approver, by address, in the addresses' order."""
        members = self.open(at).filter(user__is_active=True).order_by("user__email")
        return dict(members.values_list("user__email", "joined_at"))


class ApproverMembership(models.Model):
    """A person's time in the group `approvers`, whose members may decide any pending request."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="approver_memberships")
    joined_at = models.DateTimeField()
    left_at = models.DateTimeField(null=True, blank=True)

    objects = ApproverMembershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("approver")
        constraints = [
            models.UniqueConstraint(
                fields=["user"], condition=models.Q(left_at=None), name="approver_one_open_membership"
            ),
            models.CheckConstraint(
                condition=models.Q(left_at=None) | models.Q(left_at__gte=models.F("joined_at")),
                name="approver_leaves_after_joining",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} in approvers"
