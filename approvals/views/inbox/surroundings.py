"""What stands around a person's lists: the current policies, and what to filter by? Read once for a page."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Value

from approvals.views.inbox.choices import Choices, choices_at, choices_from
from approvals.views.inbox.current_policies import POLICY, CurrentPolicies, policies_from, policies_of
from grants.models import User

_COLUMNS = ("kind", "code", "label", "names", "drafts", "has_agents")


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the current policies say of the person, and the agents and workflows to filter by."""

    policies: CurrentPolicies
    choices: Choices


def surroundings_of(user: User, *, address: str, shown: Collection[UUID], workflow: str) -> Surroundings:
    """One query, whose rows are as many as there are action types and choices."""
    no = Value(False)
    choices = (rows.annotate(names=no, drafts=no, has_agents=no) for rows in choices_at(address, shown))
    parts = (rows.values_list(*_COLUMNS) for rows in choices)
    found = list(policies_of(user).values_list(*_COLUMNS).union(*parts, all=True))
    return Surroundings(
        policies_from([tuple(row[2:]) for row in found if row[0] == POLICY]),
        choices_from([tuple(row[:3]) for row in found if row[0] != POLICY], workflow=workflow),
    )
