"""What does an action type need? Each row is one immutable version of one policy."""

from __future__ import annotations

import hashlib
from typing import Self

import uuid_utils.compat as uuid
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MinValueValidator
from django.db import models

from approvals.models.choices import Pattern, Risk
from audit.message import Subject

ANY_ACTION_TYPE = "*"
DAY_MINUTES = 24 * 60
SUBJECT_LENGTH = 64


class PolicyQuerySet(models.QuerySet["Policy"]):
    """Filters by the words of the policy pages."""

    def current(self) -> Self:
        """The version of each policy that judges what comes in now."""
        return self.filter(retired_at=None)


class Policy(models.Model):
    """One version of what an action type, in one workflow or in any, needs.

    A request keeps the version that judged it, so a later version never weakens what is open.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid7, editable=False)
    action_type = models.CharField(
        max_length=100, help_text="* stands for every action type without a policy."
    )
    workflow = models.CharField(max_length=100, blank=True, help_text="Empty: in any workflow.")
    version = models.PositiveIntegerField(default=1, editable=False)
    pattern = models.CharField(max_length=20, choices=Pattern.choices, default=Pattern.APPROVAL_GATE)
    risk = models.CharField(
        max_length=10, choices=Risk.choices, help_text="The least: an agent can only raise it."
    )
    sla_minutes = models.PositiveIntegerField(
        "SLA (minutes)",
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text="The longest that a request may wait for a decision.",
    )
    validity_minutes = models.PositiveIntegerField(
        "validity (minutes)",
        default=DAY_MINUTES,
        validators=[MinValueValidator(1)],
        help_text="How long an approval can be claimed.",
    )
    reviewers = ArrayField(
        models.EmailField(), default=list, blank=True, help_text="Comma-separated e-mail addresses."
    )
    created_at = models.DateTimeField(editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, editable=False, related_name="+"
    )
    retired_at = models.DateTimeField(null=True, editable=False)

    objects = PolicyQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "policies"
        ordering = ["action_type", "workflow", "-version"]
        constraints = [
            models.UniqueConstraint(
                fields=["action_type", "workflow", "version"], name="policy_one_per_version"
            ),
            models.UniqueConstraint(
                fields=["action_type", "workflow"],
                condition=models.Q(retired_at=None),
                name="policy_one_current",
            ),
            models.CheckConstraint(
                condition=models.Q(sla_minutes=None) | models.Q(sla_minutes__gt=0),
                name="policy_sla_above_zero",
            ),
            models.CheckConstraint(
                condition=models.Q(validity_minutes__gt=0), name="policy_validity_above_zero"
            ),
            models.CheckConstraint(
                condition=models.Q(pattern__in=Pattern.values), name="policy_known_pattern"
            ),
            models.CheckConstraint(condition=models.Q(risk__in=Risk.values), name="policy_known_risk"),
        ]

    def __str__(self) -> str:
        return f"{self.name} (version {self.version})"

    @property
    def name(self) -> str:
        """What the policy is for: its action type, and the workflow where there is one."""
        return f"{self.action_type} in {self.workflow}" if self.workflow else self.action_type

    def as_subject(self) -> Subject:
        """The chain of events about this policy in all its versions; a long name stands as its SHA-256."""
        name = f"{self.action_type}/{self.workflow}"
        fits = len(name) <= SUBJECT_LENGTH
        return Subject(kind="policy", id=name if fits else hashlib.sha256(name.encode()).hexdigest())
