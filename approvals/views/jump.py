"""Where does a person want to go? Requests, policies and people, by what was typed of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from string import hexdigits
from typing import Any

from django.db.models import Q
from django.http import HttpResponse
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from approvals import authority
from approvals.authority import PersonAuthority
from approvals.models import Approval, Policy
from approvals.models.choices import Risk
from approvals.views.colleagues import colleagues
from approvals.views.inbox.filters import line
from approvals.views.page import PersonRequest, show, signed_in
from audit import clock
from grants.models import User

MOST = 6
"""Of each kind."""
SHORTEST = 2
"""Characters. One alone says nothing."""
SHORTEST_ID = 8
"""Hexadecimal digits. An id begins with the time: eight are those of about a minute."""


@dataclass(frozen=True, slots=True)
class Hit:
    """One place to go."""

    url: str
    title: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """The places of one kind."""

    label: str
    hits: list[Hit]


@require_safe
@signed_in
def jump(request: PersonRequest) -> HttpResponse:
    """The page with its form; for htmx the options of the dialog's list."""
    text = line(request.GET.get("q", ""))
    groups = _groups(request.user, text, clock.now()) if len(text) >= SHORTEST else []
    context: dict[str, Any] = {"text": text, "groups": groups, "is_too_short": len(text) < SHORTEST}
    return show(request, "approvals/jump/jump.html", context, fragment="approvals/jump/_options.html")


def _groups(user: User, text: str, at: datetime) -> list[Group]:
    person = PersonAuthority(user, at)
    reads_policies = authority.may_read_policies(user, at=at, held=person.held)
    policies = Policy.objects.current().saying(text).order_by("action_type", "workflow")
    by_name = Q(name__icontains=text) | Q(email__icontains=text)
    people = colleagues(user, reads_policies=reads_policies).filter(by_name).select_related("away")
    groups = [
        Group(_("Requests"), [_request(row) for row in _requests(person, text)]),
        Group(_("Policies"), [_policy(row) for row in policies[:MOST]] if reads_policies else []),
        Group(_("People"), [_person(row, at) for row in people[:MOST]]),
    ]
    return [group for group in groups if group.hits]


def _requests(person: PersonAuthority, text: str) -> list[Approval]:
    """What this person may read: by its text while it is open, as in the inbox, and by its id however old; in one
    query. The next deadline comes first.
    """
    readable = person.visible().only(
        "action", "action_type", "workflow", "risk", "status", "resolution", "deadline"
    )
    parts = [
        readable.pending().saying(text).by_deadline()[:MOST],
        readable.drafts().saying(text).order_by("-pk")[:MOST],
    ]
    if digits := _beginning_of_id(text):
        parts.insert(0, readable.beginning_with(digits).order_by("-pk")[:MOST])
    first, *others = parts
    found = {row.pk: row for row in first.union(*others, all=True)}
    return sorted(found.values(), key=_place)[:MOST]


def _place(row: Approval) -> tuple[bool, str, str]:
    return not row.is_pending, row.deadline.isoformat() if row.deadline else "", str(row.pk)


def _beginning_of_id(text: str) -> str:
    digits = text.replace("-", "").lower()
    return digits if SHORTEST_ID <= len(digits) <= 32 and not set(digits) - set(hexdigits) else ""


def _request(row: Approval) -> Hit:
    said = (
        row.state_name,
        _("%(risk)s risk") % {"risk": Risk(row.risk).label},
        row.workflow or row.action_type,
    )
    return Hit(row.get_absolute_url(), row.action, " · ".join(said))


def _policy(row: Policy) -> Hit:
    address = reverse("approvals:policy", args=[row.action_type])
    query = f"?{urlencode({'workflow': row.workflow})}" if row.workflow else ""
    said = [row.name, row.get_pattern_display()] if row.title else [row.get_pattern_display()]
    return Hit(address + query, row.title or row.name, " · ".join(said))


def _person(row: User, at: datetime) -> Hit:
    """Lending is what one can do with a person here."""
    address = f"{reverse('approvals:lending')}?{urlencode({'grantee': row.email})}"
    away = getattr(row, "away", None)
    absence = away.words if away and away.is_at(at) else ""
    said = [row.email, absence, _("lend them your authority")]
    return Hit(address, row.get_full_name(), " · ".join(one for one in said if one))
