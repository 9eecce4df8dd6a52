"""What do the current policies say of a person's inbox? Read once for a page."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.postgres.aggregates import BoolOr
from django.db.models import Exists, Q

from approvals.models import Agent, Policy
from approvals.models.choices import Pattern
from approvals.models.policy import ANY_ACTION_TYPE
from grants.models import User


@dataclass(frozen=True, slots=True)
class CurrentPolicies:
    """The action types with a policy, and whether one names this person as a reviewer, of drafts among others.

    Whether there are agents is read along; it is not known where there is no policy.
    """

    action_types: list[str]
    are_there: bool
    has_agents: bool | None
    name_person: bool
    name_person_for_drafts: bool


def current_policies(user: User) -> CurrentPolicies:
    """One query, whose rows are as many as there are action types."""
    is_named = Q(reviewers__contains=[user.email])
    rows = (
        Policy.objects.current()
        .order_by("action_type")
        .values("action_type")
        .annotate(names=BoolOr(is_named), drafts=BoolOr(is_named & Q(pattern=Pattern.DRAFT_ONLY)))
        .annotate(has_agents=Exists(Agent.objects.all()))
        .values_list("action_type", "names", "drafts", "has_agents")
    )
    found = list(rows)
    return CurrentPolicies(
        action_types=[action_type for action_type, *_ in found if action_type != ANY_ACTION_TYPE],
        are_there=bool(found),
        has_agents=found[0][3] if found else None,
        name_person=any(names for _, names, *_ in found),
        name_person_for_drafts=any(drafts for _, _, drafts, _ in found),
    )
