"""What would a policy's candidate condition have done, and was it tried enough to let actions run by it?"""

from __future__ import annotations

from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db.models import Count, Q
from django.utils.translation import gettext as _

from approvals.models import Approval, Policy
from approvals.models.choices import Pattern, Resolution, Status

ENOUGH = 30
"""How many requests people decide while a candidate is on trial, before it may be used without a reason."""

CONFIDENCE_ALONE = "false"
"""A candidate that never holds: only the confidence is on trial."""


@dataclass(frozen=True, slots=True)
class ShadowSummary:
    """What a candidate would have done with the requests that people decided, and how they decided those.

    `overruled`: it would have run, and people rejected it or edited its payload.
    """

    decided: int
    would_run: int
    overruled: int
    waiting: int

    @property
    def is_enough(self) -> bool:
        """Whether actions may run by it without a reason given."""
        return self.decided >= ENOUGH


def require_trial(policy: Policy, current: Policy | None) -> None:
    """Raises ValidationError beside `reason` where people would stop looking, without a trial or a reason.

    The trial must be of exactly this condition and confidence. A switch from asking people to the pattern
    `none` cannot be tried, so it always needs a reason.
    """
    if policy.reason.strip() or not _stops_asking(policy, current):
        return
    if policy.pattern == Pattern.NONE:
        raise ValidationError({"reason": _("Say why nobody needs to look any more: the reason is recorded.")})
    found = shadow_summary(policy, candidate=policy.condition)
    if not found.is_enough:
        sentence = _(
            "People decided %(decided)s requests beside this condition as a candidate, and %(enough)s are "
            "asked for: try it in shadow first, or give a reason, which is recorded."
        )
        raise ValidationError({"reason": sentence % {"decided": found.decided, "enough": ENOUGH}})


def shadow_summary(policy: Policy, *, candidate: str = "") -> ShadowSummary:
    """Sum up the policy's candidate, or a condition that once was its candidate, over all its versions."""
    rows = Approval.objects.filter(
        policy__action_type=policy.action_type,
        policy__workflow=policy.workflow,
        policy__shadow_condition=candidate or policy.shadow_condition or CONFIDENCE_ALONE,
        policy__minimum_confidence=policy.minimum_confidence,
        shadow_would_run__isnull=False,
    )
    by_people = Q(status__in=[Status.APPROVED, Status.REJECTED]) & ~Q(resolution=Resolution.SLA_EXPIRED)
    would_run = by_people & Q(shadow_would_run=True)
    counts = rows.aggregate(
        decided=Count("pk", filter=by_people),
        would_run=Count("pk", filter=would_run),
        overruled=Count("pk", filter=would_run & (Q(status=Status.REJECTED) | Q(current_version__gt=1))),
        waiting=Count("pk", filter=Q(status=Status.PENDING)),
    )
    return ShadowSummary(**counts)


def _stops_asking(policy: Policy, current: Policy | None) -> bool:
    before = current.pattern if current else None
    if policy.pattern == Pattern.EXCEPTION_BASED:
        return before not in (Pattern.EXCEPTION_BASED, Pattern.NONE)
    return policy.pattern == Pattern.NONE and before not in (None, Pattern.NONE)
