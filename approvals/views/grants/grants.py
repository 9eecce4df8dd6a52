"""Who lends whom which authority, what does it cover, and what was decided under it? And: take it back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from approvals import authority, delegation
from approvals.exceptions import NotPermitted, StateConflict
from approvals.models import Vote
from approvals.paging import first_page
from approvals.views.inbox.counting import bounded
from approvals.views.page import PersonRequest, onward, post_only, show, signed_in
from approvals.views.refusals import forbidden, refused, status_of
from audit import clock
from audit.models import Event
from grants.models import DelegatedGrant, User
from grants.models.grant import DelegatedGrantQuerySet

OPEN, ENDED, ALL = "open", "ended", "all"
PAGE = 25
MOST_OPEN = 100
"""How many grants in force one person's page shows on each side."""
MOST_VOTES = 50


@dataclass(frozen=True, slots=True)
class Line:
    """One event of a grant, as the page tells it."""

    actor: str
    what: str
    at: datetime


@require_safe
@signed_in
def grants(request: PersonRequest) -> HttpResponse:
    """What this person lends and holds; `?tab=ended` what is over; `?tab=all` everybody's, for overseers."""
    at, is_overseer = clock.now(), request.user.oversees
    tabs = [OPEN, ENDED, *([ALL] if is_overseer else [])]
    tab = next((name for name in tabs if name == request.GET.get("tab")), OPEN)
    context = {"at": at, "tabs": tabs, "tab": tab, **_listed(request, tab, at)}
    return show(request, "approvals/grants/list.html", context)


@require_safe
@signed_in
def grant(request: PersonRequest, grant_id: UUID) -> HttpResponse:
    """One grant. People who may not see it get 404, as for a grant that does not exist."""
    return _show(request, _find(request, grant_id))


@signed_in
@post_only("approvals:grant", "grant_id")
def revocation(request: PersonRequest, grant_id: UUID) -> HttpResponse:
    """It ends now, for good."""
    found = _find(request, grant_id)
    try:
        delegation.revoke(found.pk, by=request.user)
    except NotPermitted as refusal:
        return forbidden(request, str(refusal))
    except StateConflict as refusal:
        return _show(request, _find(request, grant_id), refusal=refusal)
    return onward(request, found.get_absolute_url())


def _find(request: PersonRequest, grant_id: UUID) -> DelegatedGrant:
    people = DelegatedGrant.objects.select_related("grantor", "grantee", "revoked_by")
    found = get_object_or_404(people, pk=grant_id)
    if not delegation.may_see(request.user, found):
        raise Http404
    return found


def _listed(request: PersonRequest, tab: str, at: datetime) -> dict[str, Any]:
    people = DelegatedGrant.objects.select_related("grantor", "grantee", "revoked_by").order_by("-pk")
    own = people.concerning(request.user)
    if tab == OPEN:
        rows = own.open(at)
        return {
            "lent": _with_state(rows.given_by(request.user)[:MOST_OPEN], at),
            "held": _with_state(rows.held_by(request.user)[:MOST_OPEN], at),
        }
    return _page(own.ended(at) if tab == ENDED else people, request.GET.get("after", ""), at)


def _page(rows: DelegatedGrantQuerySet, after: str, at: datetime) -> dict[str, Any]:
    """One page of grants, the latest first, from where the page before ended."""
    last = _uuid(after)
    found, following = first_page(rows.older_than(last) if last else rows, PAGE)
    return {"rows": _with_state(found, at), "following": following.pk if following else None, "after": last}


def _with_state(rows: Any, at: datetime) -> list[tuple[DelegatedGrant, str]]:
    return [(row, row.state(at)) for row in rows]


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _show(
    request: PersonRequest, found: DelegatedGrant, *, refusal: StateConflict | None = None
) -> HttpResponse:
    at = clock.now()
    state = found.state(at)
    is_open = state in ("active", "coming")
    context = {
        "grant": found,
        "at": at,
        "state": state,
        "covers": bounded(authority.would_cover(found, at=at)) if is_open else "",
        "may_revoke": is_open and delegation.may_revoke(request.user, found),
        "votes": _votes(found, request.user, at),
        "most_votes": MOST_VOTES,
        "history": _history(found),
        **refused(refusal),
    }
    status = status_of(refusal) if refusal else 200
    return show(request, "approvals/grants/grant.html", context, status=status)


def _votes(found: DelegatedGrant, reader: User, at: datetime) -> list[tuple[Vote, bool]]:
    """What was decided under it, the latest first, and whether this person may read that request."""
    cast = found.votes.exclude(approval__in=authority.hidden_from(reader, at=at))
    votes = list(cast.select_related("approval", "user").order_by("-decided_at")[:MOST_VOTES])
    asked = [vote.approval_id for vote in votes]
    readable = set(authority.visible_to(reader, at=at).filter(pk__in=asked).values_list("pk", flat=True))
    return [(vote, vote.approval_id in readable) for vote in votes]


def _history(found: DelegatedGrant) -> list[Line]:
    """What the log says of it, oldest first."""
    events = Event.objects.about("grant", found.pk).with_content()
    return [Line(event.actor_name, _what(event, found), event.at) for event in events]


def _what(event: Event, found: DelegatedGrant) -> str:
    if event.type == "grant.revoked":
        back = {
            str(found.grantor_id): pgettext("done by the person named before", "took it back"),
            str(found.grantee_id): pgettext("done by the person named before", "gave it back"),
        }
        return back.get(event.actor_id, pgettext("done by the person named before", "revoked it"))
    told = {
        "grant.given": pgettext("done by the person named before", "lent it"),
        "grant.expired": pgettext("done by the person named before", "noted that it ran out"),
    }
    return told.get(event.type, event.type)
