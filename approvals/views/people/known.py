"""Whom may a person be shown when they pick somebody? `colleagues` says whom they have met; a request adds its own."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db.models import QuerySet

from approvals import authority
from approvals.authority import Held
from approvals.models import Approval
from approvals.views.colleagues import acquaintances
from grants.models import ApproverMembership, User


def known_to(
    user: User,
    *,
    at: datetime,
    held: Held | None = None,
    addresses: Iterable[str] = (),
    with_approvers: bool = False,
) -> QuerySet[User]:
    """Themselves, the people they have met, and those with these addresses; the deactivated too, who may be meant."""
    reads_policies = authority.may_read_policies(user, at=at, held=held)
    groups = [
        *acquaintances(user, reads_policies=reads_policies),
        User.objects.filter(email__in={user.email, *addresses}).order_by().values("pk"),
    ]
    if with_approvers:
        groups.append(ApproverMembership.objects.open(at).values("user_id"))
    first, *others = groups
    # Each group is found by an index of its own; an OR over them would look at every person.
    return User.objects.filter(pk__in=first.union(*others)).order_by("name", "email")


def around(approval: Approval) -> set[str]:
    """The addresses that the request and its policy name: who is asked, who was, and who could be."""
    named = {assignment.email for assignment in approval.assignments.all()}
    return {*named, *approval.policy.reviewers, *approval.policy.escalation_targets}
