"""Which agents and workflows does the inbox offer to filter by? Those that this person may see requests of."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import CharField, Exists, F, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Cast
from django.utils.translation import gettext as _

from approvals.models import Agent, Approval, Origin
from approvals.models.among import among
from approvals.models.origin import EVERYBODY

MOST = 200
"""Of each."""
AGENT, WORKFLOW = "agent", "workflow"

Rows = QuerySet[Any, Any]


@dataclass(frozen=True, slots=True)
class Choices:
    """The agents, by their id, and the workflows; each in the order of their names."""

    agents: dict[UUID, str]
    workflows: list[str]

    @property
    def unknown(self) -> str:
        """In place of the name of an agent that is none of these."""
        return _("None that has asked you")

    def name_of(self, agent: UUID) -> str:
        """What a person may know of that agent."""
        return self.agents.get(agent) or _("none that has asked you")


def address_of(*, email: str, reads_everything: bool) -> str:
    """Under which the origins of what this person may read are noted."""
    return EVERYBODY if reads_everything else email


def choices_at(address: str, shown: Collection[UUID]) -> list[Rows]:
    """Of the requests that named the person with that address, and of those `shown` by a list: what is lent, or was
    taken from the pool, never named them. Each row has `kind`, `code` and `label`.
    """
    listed = Approval.objects.filter(pk__in=among(shown))
    origins = Origin.objects.filter(email=address)
    has_asked = Exists(origins.filter(agent=OuterRef("pk")))
    agents = Agent.objects.filter(has_asked | Q(pk__in=listed.values("agent")))
    named = agents.annotate(kind=Value(AGENT), code=Cast("pk", CharField()), label=F("name"))
    return [named.order_by("name")[:MOST], _workflows(origins), _workflows(listed)]


def _workflows(rows: Rows) -> Rows:
    named = rows.exclude(workflow="").annotate(kind=Value(WORKFLOW), code=Value(""), label=F("workflow"))
    once: Rows = named.order_by("workflow").values("workflow", "kind", "code", "label").distinct()[:MOST]
    return once


def choices_from(rows: Collection[tuple[str, str, str]], *, workflow: str) -> Choices:
    """The rows of `choices_at`; the workflow that the address names is offered along."""
    workflows = {label for kind, _, label in rows if kind == WORKFLOW} | {workflow}
    return Choices(
        agents={UUID(code): label for kind, code, label in rows if kind == AGENT},
        workflows=sorted(workflows - {""}, key=str.casefold),
    )
