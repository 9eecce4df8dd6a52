"""Who lends whom which part of their authority, and until when? And does that cover this?"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import ClassVar, Self
from uuid import UUID

import uuid_utils.compat as uuid
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from audit.joined import either
from audit.message import Subject
from grants.models.user import User
from grants.risk import Risk

LONGEST_WHOLE = timedelta(days=90)


class DelegatedGrantQuerySet(models.QuerySet["DelegatedGrant"]):
    """Filters over grants, by what they do at a moment."""

    def active(self, at: datetime) -> Self:
        """Grants that lend authority at that moment."""
        return self.unrevoked().filter(starts_at__lte=at, expires_at__gt=at)

    def unrevoked(self) -> Self:
        return self.filter(revoked_at=None)

    def concerning(self, user: User) -> Self:
        """Grants that this person gave or holds."""
        return self.filter(Q(grantor=user) | Q(grantee=user))

    def given_by(self, user: User) -> Self:
        return self.filter(grantor=user)

    def held_by(self, user: User) -> Self:
        return self.filter(grantee=user)

    def open(self, at: datetime) -> Self:
        """Grants that lend authority then, or will."""
        return self.unrevoked().filter(expires_at__gt=at)

    def ended(self, at: datetime) -> Self:
        """Grants that were revoked or ran out."""
        return self.filter(Q(revoked_at__isnull=False) | Q(expires_at__lte=at))

    def older_than(self, grant_id: UUID) -> Self:
        """Grants that were given before the one with this id; ids follow the time."""
        return self.filter(pk__lt=grant_id)

    def unannounced(self, at: datetime) -> Self:
        """Grants whose start has come and was not told yet."""
        return self.active(at).filter(started_told_at=None)

    def ended_unrecorded(self, at: datetime) -> Self:
        """Grants that ran out, which nobody has recorded yet."""
        return self.unrevoked().filter(expires_at__lte=at, expired_recorded_at=None)


class DelegatedGrant(models.Model):
    """One person's authority, lent to another for a scope and a time.

    It lends whatever the grantor may decide in their own right at the moment of a vote; it holds none itself.
    What was given never changes (migration 0003): a grant ends by its expiry, or earlier by being revoked.
    """

    LONGEST_WHOLE: ClassVar[timedelta] = LONGEST_WHOLE
    """A grant of the whole authority expires within this time of being given."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid7, editable=False)
    grantor = models.ForeignKey(User, on_delete=models.PROTECT, related_name="grants_given")
    grantee = models.ForeignKey(User, on_delete=models.PROTECT, related_name="grants_held")
    is_whole = models.BooleanField(
        default=False, help_text=_("every workflow and action type, said explicitly")
    )
    workflows = ArrayField(
        models.CharField(max_length=100), default=list, blank=True, help_text=_("any, if empty")
    )
    action_types = ArrayField(
        models.CharField(max_length=100), default=list, blank=True, help_text=_("any, if empty")
    )
    highest_risk = models.CharField(max_length=10, choices=Risk.choices)
    starts_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    reason = models.CharField(max_length=500)
    created_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    started_told_at = models.DateTimeField(null=True)
    expired_recorded_at = models.DateTimeField(null=True)

    objects = DelegatedGrantQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=~Q(grantor=F("grantee")), name="grant_to_somebody_else"),
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("starts_at")), name="grant_expires_after_start"
            ),
            models.CheckConstraint(condition=Q(highest_risk__in=Risk.values), name="grant_known_risk"),
            models.CheckConstraint(
                condition=Q(is_whole=True, workflows=[], action_types=[])
                | (Q(is_whole=False) & (~Q(workflows=[]) | ~Q(action_types=[]))),
                name="grant_scope_never_empty",
            ),
            models.CheckConstraint(
                condition=Q(is_whole=False) | Q(expires_at__lte=F("created_at") + LONGEST_WHOLE),
                name="grant_whole_within_90_days",
            ),
            models.CheckConstraint(
                condition=Q(revoked_at=None, revoked_by=None)
                | Q(revoked_at__isnull=False, revoked_by__isnull=False),
                name="grant_revoked_by_somebody",
            ),
        ]
        indexes = [
            models.Index(
                fields=["grantee", "expires_at"], condition=Q(revoked_at=None), name="grant_of_grantee"
            ),
            models.Index(
                fields=["grantor", "expires_at"], condition=Q(revoked_at=None), name="grant_of_grantor"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.grantor} lends to {self.grantee}"

    def get_absolute_url(self) -> str:
        return reverse("approvals:grant", args=[self.pk])

    def as_subject(self) -> Subject:
        """The chain of events about this grant."""
        return Subject(kind="grant", id=str(self.pk))

    def is_active(self, at: datetime) -> bool:
        """Whether it lends authority at that moment."""
        return self.revoked_at is None and self.starts_at <= at < self.expires_at

    def was_active_after(self, moment: datetime) -> bool:
        """Whether a grant that has ended still lent authority at some time after that moment."""
        end = min(self.expires_at, self.revoked_at or self.expires_at)
        return max(self.starts_at, moment) < end

    def state(self, at: datetime) -> str:
        """`active`, `coming`, `revoked` or `expired`."""
        if self.revoked_at:
            return "revoked"
        if self.expires_at <= at:
            return "expired"
        return "active" if self.starts_at <= at else "coming"

    def covers(self, *, workflow: str, action_type: str, risk: str) -> bool:
        """Whether a request of this kind lies within the scope."""
        return (
            risk in Risk.up_to(self.highest_risk)
            and (not self.workflows or workflow in self.workflows)
            and (not self.action_types or action_type in self.action_types)
        )

    @property
    def scope_sentence(self) -> str:
        """The scope in words: "external_email or refund, in the workflow finance, up to high risk"."""
        if self.workflows:
            sentence = gettext("%(actions)s, in the workflow %(workflows)s, up to %(risk)s risk")
        else:
            sentence = gettext("%(actions)s, in any workflow, up to %(risk)s risk")
        return sentence % {
            "actions": _any_of(self.action_types) or gettext("any action type"),
            "workflows": _any_of(self.workflows),
            "risk": self.get_highest_risk_display().lower(),
        }

    def covered(self) -> Q:
        """What `covers` says, as a filter over requests."""
        scope = Q(risk__in=Risk.up_to(self.highest_risk))
        if self.workflows:
            scope &= Q(workflow__in=self.workflows)
        if self.action_types:
            scope &= Q(action_type__in=self.action_types)
        return scope


def _any_of(names: list[str]) -> str:
    *others, last = names or [""]
    return either(", ".join(others), last) if others else last
