"""What stands beside a name that can be picked? The person's role, whether they are away, and why not them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils.translation import gettext as _

from approvals import reach
from approvals.models import Approval, Policy
from approvals.views.inbox.filters import line
from approvals.views.page import PersonRequest, show
from approvals.views.people.found import like
from approvals.views.people.typed import MOST, WhichPerson
from grants.models import ApproverMembership, User

Refusals = Callable[[Sequence[User]], Mapping[UUID, str]]
"""Why each person cannot be picked, by their id; nothing for those who can."""


@dataclass(frozen=True, slots=True)
class Option:
    """One person to pick. `reason` says why they cannot be; `absence` that they are away, and until when."""

    user: User
    role: str
    absence: str = ""
    reason: str = ""

    @property
    def written(self) -> str:
        """The person as a field holds them: the name to read, the address to find them by."""
        name, email = self.user.name, self.user.email
        return f"{name} <{email}>" if name and not set(name) & set("<>\n") else email


def options_of(
    people: Sequence[User], *, at: datetime, refusals: Refusals, approval: Approval | None = None
) -> list[Option]:
    """Each of these people with what stands beside them, first those who can be picked."""
    reasons, absent = refusals(people), reach.absences(people, at=at, approval=approval)
    members = ApproverMembership.objects.open(at).filter(user__in=people)
    approvers = set(members.values_list("user_id", flat=True))
    reviewers, ladder = _of_policies(approval)
    reviewer = _("reviewer of the policy") if approval else _("reviewer")

    def role(user: User) -> str:
        roles = (
            (reviewer, user.email in reviewers),
            (_("on the escalation ladder"), user.email in ladder),
            (_("approver"), user.pk in approvers),
            (_("auditor"), user.is_auditor),
            (_("administrator"), user.is_staff),
        )
        return ", ".join(name for name, is_theirs in roles if is_theirs)

    options = [Option(user, role(user), absent.get(user.pk, ""), reasons.get(user.pk, "")) for user in people]
    return sorted(options, key=lambda option: bool(option.reason))


def which(
    refusal: Exception | None,
    field: str,
    *,
    at: datetime,
    refusals: Refusals,
    approval: Approval | None = None,
) -> list[Option]:
    """The people to choose from on a page without a script, where what was typed leaves open who is meant."""
    if not isinstance(refusal, WhichPerson) or refusal.field != field:
        return []
    return options_of(refusal.people, at=at, refusals=refusals, approval=approval)


def show_found(
    request: PersonRequest,
    people: QuerySet[User],
    *,
    at: datetime,
    refusals: Refusals,
    approval: Approval | None = None,
) -> HttpResponse:
    """The options of a list box, for what was typed so far; static/js/people.js moves through them."""
    found = list(like(people, line(request.GET.get("q", "")))[: MOST + 1])
    options = options_of(found[:MOST], at=at, refusals=refusals, approval=approval)
    context = {"options": options, "has_more": len(found) > MOST}
    return show(request, "approvals/people/_options.html", context)


def _of_policies(approval: Approval | None) -> tuple[set[str], set[str]]:
    """Whom the request's policy names, as reviewers and on its ladder; without a request, any policy."""
    policies = [approval.policy] if approval else Policy.objects.current().only("reviewers", "escalation")
    reviewers: set[str] = set()
    ladder: set[str] = set()
    for policy in policies:
        reviewers.update(policy.reviewers)
        ladder.update(policy.escalation_targets)
    return reviewers, ladder
