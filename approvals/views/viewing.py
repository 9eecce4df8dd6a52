"""How do the pages say who is looking at a request right now?"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from approvals import presence
from approvals.models import Approval
from approvals.models.choices import Risk
from grants.models import User


def said(people: Sequence[User], *, hides_names: bool) -> str:
    """`Hannah Weiss is viewing`; nobody is named to those who must not know yet who votes."""
    if not people:
        return ""
    if hides_names:
        return "Another reviewer is viewing" if len(people) == 1 else f"{len(people)} others are viewing"
    names = [person.get_full_name() for person in people]
    if len(names) > 2:
        return f"{names[0]}, {names[1]} and {len(names) - 2} more are viewing"
    return f"{' and '.join(names)} {'is' if len(names) == 1 else 'are'} viewing"


def said_of_rows(requests: Sequence[UUID], person: User) -> dict[str, str]:
    """By the request's id, for the rows of a list where somebody else looks; of critical ones a list names nobody."""
    found = presence.others_of(requests, person)
    if not found:
        return {}
    critical = set(Approval.objects.filter(pk__in=found, risk=Risk.CRITICAL).values_list("pk", flat=True))
    return {str(request): said(people, hides_names=request in critical) for request, people in found.items()}
