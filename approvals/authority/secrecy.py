"""Who may not know yet how others voted? On a critical request, a person who has still to decide it.

The rule stands here twice, in Python for the one request on a page and in SQL for lists, and in no other place.
"""

from __future__ import annotations

from datetime import datetime

from approvals.authority.person import PersonAuthority
from approvals.models import Approval
from approvals.models.approval_queries import ApprovalQuerySet
from approvals.models.choices import Risk
from grants.models import User


def hides_votes(user: User, approval: Approval, *, may_decide: bool, has_approved: bool) -> bool:
    """Whether earlier voters' names and words stay hidden from this person, who reads the request.

    Other readers could come to decide it, so it is hidden from them too; those who oversee and cannot decide it
    see everything.
    """
    if not (approval.is_pending and approval.is_critical) or has_approved:
        return False
    return may_decide or not user.oversees


def hidden_from(user: User, *, at: datetime) -> ApprovalQuerySet:
    """The critical requests that this person may decide and has not, whose votes no list shows them."""
    person = PersonAuthority(user, at)
    return person.decidable().filter(risk=Risk.CRITICAL).exclude(person.is_done())
