"""Whom has a person met here, so that a page may name them?"""

from __future__ import annotations

from django.db.models import Q, QuerySet

from approvals.models import Policy
from grants.models import User


def colleagues(user: User, *, reads_policies: bool) -> QuerySet[User]:
    """The active people of their grants, and those whom the policies name where they may read the policies."""
    met = Q(grants_held__grantor=user) | Q(grants_given__grantee=user)
    if reads_policies:
        met |= Q(email__in=_named_in_policies())
    found = User.objects.filter(pk__in=User.objects.filter(met).values("pk"), is_active=True)
    return found.exclude(pk=user.pk).order_by("email")


def _named_in_policies() -> set[str]:
    named: set[str] = set()
    for policy in Policy.objects.current().only("reviewers", "escalation"):
        named.update(policy.reviewers, policy.escalation_targets)
    return named
