"""Which requests? The filters, by the words of the inbox and of the sweep."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, Self
from uuid import UUID

from django.db import models
from django.db.models import BooleanField, F, Func, Q
from django.db.models.expressions import RawSQL

from approvals.models.agent import ANY, AgentKey
from approvals.models.choices import DECIDED_BY_PEOPLE, UNDECIDED, Status

if TYPE_CHECKING:
    # For the type of the rows alone: `approval` needs this class for its manager.
    from approvals.models.approval import Approval  # noqa: F401

_WITH_WORDS = "approvals_decided_with_words"
"""Of migration 0025: the ids, found week by week, so that a search costs little whatever is searched for."""
_IS_ANY: Any = {"template": "%(expressions)s", "arg_joiner": " = ANY ", "output_field": BooleanField()}


class ApprovalQuerySet(models.QuerySet["Approval"]):
    """Filters by the words of the inbox."""

    def pending(self) -> Self:
        return self.filter(status=Status.PENDING)

    def decided(self) -> Self:
        return self.exclude(status__in=UNDECIDED)

    def undecided(self) -> Self:
        """A person still has something to do: requests and drafts."""
        return self.filter(status__in=UNDECIDED)

    def drafts(self) -> Self:
        """Waiting to be used by hand, or discarded."""
        return self.filter(status=Status.DRAFT)

    def overdue(self, now: datetime) -> Self:
        """Still pending past the deadline."""
        return self.pending().filter(deadline__lte=now)

    def with_parties(self) -> Self:
        """Read along with what `authority.bar` looks at: the policy and its author, and the agent's people."""
        return self.select_related(
            "policy__created_by",
            *("agent__owner", "key__owner", "key__minted_by"),
            *("agent_owner", "key_owner", "key_minter"),
        )

    def assigned_to(self, email: str) -> Self:
        """Open requests that name this address, each once; one index finds them by the assignments' own `is_open`."""
        return self.filter(assignments__email=email.lower(), assignments__is_open=True)

    def named_in_past(self, email: str) -> Self:
        """Decided requests that named this address, each once."""
        return self.filter(assignments__email=email.lower(), assignments__decided_at__isnull=False)

    def decided_by_people(self) -> Self:
        """What was asked of people and is over, however it ended."""
        return self.filter(status__in=DECIDED_BY_PEOPLE)

    def last_decided_of_type(self, action_type: str) -> Self:
        """What was decided under the policy, the newest first; one index gives them in order."""
        return self.decided_by_people().filter(action_type=action_type).order_by("-decided_at", "-id")

    def with_sort_keys(self) -> Self:
        """What a list is sorted by, `due` and `ended`, and narrowed by, `of_risk` and so on."""
        return self.alias(due=F("deadline"), ended=F("decided_at"), **_narrowed_by())

    def with_sort_keys_of_assignments(self) -> Self:
        """The same as the assignment has them that found the request: one index gives them in order."""
        return self.alias(
            due=F("assignments__deadline"),
            ended=F("assignments__decided_at"),
            **_narrowed_by("assignments__"),
        )

    def due_by(self, moment: datetime) -> Self:
        """Of rows with sort keys: those whose deadline is over at that moment."""
        return self.filter(Q(due__lte=moment))

    def due_after(self, moment: datetime) -> Self:
        """Of rows with sort keys: those that can still be saved at that moment."""
        return self.filter(Q(due__gt=moment))

    def of_risk(self, risk: str) -> Self:
        """Of rows with sort keys."""
        return self.filter(Q(of_risk=risk))

    def of_type(self, action_type: str) -> Self:
        """Of rows with sort keys."""
        return self.filter(Q(of_type=action_type))

    def of_agent(self, agent: UUID) -> Self:
        """Of rows with sort keys."""
        return self.filter(Q(of_agent=agent))

    def of_key(self, key: AgentKey) -> Self:
        """Its agent's own, of an action type and in a workflow that the key covers."""
        found = self.filter(agent=key.agent_id)
        if ANY not in key.action_types:
            found = found.filter(action_type__in=key.action_types)
        return found if ANY in key.workflows else found.filter(workflow__in=key.workflows)

    def of_workflow(self, workflow: str) -> Self:
        """Of rows with sort keys."""
        return self.filter(Q(of_workflow=workflow))

    def alike_to(self, alike: str) -> Self:
        """Of rows with sort keys."""
        return self.filter(Q(of_alike=alike))

    def saying(self, text: str) -> Self:
        """With that text in the action or the workflow, in whichever case. Ask it of what is open, which is bounded."""
        return self.filter(Q(action__icontains=text) | Q(workflow__icontains=text))

    def with_words(self, text: str, *, most: int, until: datetime | None = None, **besides: str) -> Self:
        """Decided by people, with each word of that text in the action or the workflow, in whichever case; where the
        text has no word nothing matches.

        The latest of them until that moment: `most`, and as many more as their last week has. `besides` are an exact
        agent, action_type, workflow and risk: they leave something out before `most` are counted.
        """
        facets = [f"{name}:{value}" for name, value in besides.items() if value]
        found = RawSQL(f"ARRAY(SELECT {_WITH_WORDS}(%s, %s::text[], %s, %s))", [text, facets, until, most])  # nosec B611 # noqa: S611 - a constant; values are parameters
        # PostgreSQL takes them to be few, and looks these up instead of all in their order.
        return self.filter(Func(F("pk"), found, **_IS_ANY))

    def beginning_with(self, digits: str) -> Self:
        """Whose ids begin with these hexadecimal digits."""
        return self.filter(pk__range=(UUID(digits.ljust(32, "0")), UUID(digits.ljust(32, "f"))))

    def to_breach(self, now: datetime) -> Self:
        """Past the deadline, and nobody has noted it."""
        return self.overdue(now).filter(breached_at=None)

    def to_escalate(self, now: datetime) -> Self:
        """Still pending, and due for the escalation ladder's next step."""
        return self.pending().filter(escalate_at__lte=now)

    def to_remind(self, now: datetime) -> Self:
        """Due for the reminder to those who have not voted, and not yet past the deadline."""
        return self.pending().filter(remind_at__lte=now, deadline__gt=now)

    def to_expire(self, now: datetime) -> Self:
        """Approved, not claimed within its validity, and nobody has noted it."""
        return self.filter(status=Status.APPROVED, valid_until__lte=now, claimed_at=None, expired_at=None)

    def by_deadline(self) -> Self:
        """What must be decided next comes first."""
        return self.order_by("deadline", "id")


def _narrowed_by(of: str = "") -> dict[str, F]:
    """What the filters ask for, by the names that they use; of the request itself, or of its assignment."""
    names = {
        "risk": "risk",
        "type": "action_type",
        "agent": "agent",
        "workflow": "workflow",
        "alike": "alike",
    }
    return {f"of_{short}": F(f"{of}{name}") for short, name in names.items()}
