"""Whom has a person met here, so that a page may name them?"""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from approvals.models import Policy
from grants.models import DelegatedGrant, User


def colleagues(user: User, *, reads_policies: bool) -> QuerySet[User]:
    """The active people of their grants, and those whom the policies name where they may read the policies."""
    first, *others = acquaintances(user, reads_policies=reads_policies)
    found = User.objects.filter(pk__in=first.union(*others), is_active=True)
    return found.exclude(pk=user.pk).order_by("email")


def acquaintances(user: User, *, reads_policies: bool) -> list[QuerySet[Any, Any]]:
    """The ids of the people of their grants and, where they may read the policies, of those named there."""
    groups: list[QuerySet[Any, Any]] = [
        DelegatedGrant.objects.given_by(user).order_by().values("grantee_id"),
        DelegatedGrant.objects.held_by(user).order_by().values("grantor_id"),
    ]
    if reads_policies:
        groups.append(User.objects.filter(email__in=_named_in_policies()).order_by().values("pk"))
    return groups


def _named_in_policies() -> set[str]:
    named: set[str] = set()
    for policy in Policy.objects.current().only("reviewers", "escalation"):
        named.update(policy.reviewers, policy.escalation_targets)
    return named
