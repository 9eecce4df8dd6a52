"""How do the pages say who is looking at a request right now?"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from approvals import presence
from approvals.models import Approval
from approvals.models.choices import Risk
from grants.models import User


def said(people: Sequence[User], *, hides_names: bool) -> str:
    """`Hannah Weiss is viewing`; nobody is named to those who must not know yet who votes."""
    if not people:
        return ""
    if hides_names:
        return _unnamed(len(people))
    one, *others = (person.get_full_name() for person in people)
    if not others:
        return _("%(one)s is viewing") % {"one": one}
    other, *more = others
    if not more:
        return _("%(one)s and %(other)s are viewing") % {"one": one, "other": other}
    said = ngettext(
        "%(one)s, %(other)s and %(count)d more are viewing",
        "%(one)s, %(other)s and %(count)d more are viewing",
        len(more),
    )
    return said % {"one": one, "other": other, "count": len(more)}


def _unnamed(count: int) -> str:
    if count == 1:
        return _("Another reviewer is viewing")
    return ngettext("%(count)d other is viewing", "%(count)d others are viewing", count) % {"count": count}


def said_of_rows(requests: Sequence[UUID], person: User) -> dict[str, str]:
    """By the request's id, for the rows of a list where somebody else looks; of critical ones a list names nobody."""
    found = presence.others_of(requests, person)
    if not found:
        return {}
    critical = set(Approval.objects.filter(pk__in=found, risk=Risk.CRITICAL).values_list("pk", flat=True))
    return {str(request): said(people, hides_names=request in critical) for request, people in found.items()}
