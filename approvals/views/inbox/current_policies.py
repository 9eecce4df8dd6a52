"""What do the current policies say of a person's inbox?"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.aggregates import BoolOr
from django.db.models import Exists, F, Q, QuerySet, Value

from approvals.models import Agent, Policy
from approvals.models.choices import Pattern
from approvals.models.policy import ANY_ACTION_TYPE
from grants.models import User

POLICY = "policy"


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


def policies_of(user: User) -> QuerySet[Any, Any]:
    """As many rows as there are action types, each with `kind`, `label`, `names`, `drafts` and `has_agents`."""
    is_named = Q(reviewers__contains=[user.email])
    return (
        Policy.objects.current()
        .order_by("action_type")
        .values("action_type")
        .annotate(names=BoolOr(is_named), drafts=BoolOr(is_named & Q(pattern=Pattern.DRAFT_ONLY)))
        .annotate(has_agents=Exists(Agent.objects.all()))
        .annotate(kind=Value(POLICY), code=Value(""), label=F("action_type"))
    )


def policies_from(rows: Collection[tuple[str, bool, bool, bool]]) -> CurrentPolicies:
    """From `label`, `names`, `drafts` and `has_agents` of each."""
    found = sorted(rows)
    return CurrentPolicies(
        action_types=[action_type for action_type, *_ in found if action_type != ANY_ACTION_TYPE],
        are_there=bool(found),
        has_agents=found[0][3] if found else None,
        name_person=any(names for _, names, *_ in found),
        name_person_for_drafts=any(drafts for _, _, drafts, _ in found),
    )
