"""What waits for this person, and what comes first?"""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from approvals.models import Approval, Policy
from approvals.models.choices import Risk
from approvals.views import first_steps
from approvals.views.filters import DECIDED, DRAFTS, FOR_ME, POOL, Filters
from approvals.views.headlines import headlines_of
from approvals.views.page import PersonRequest, show, signed_in
from approvals.views.queues import Inbox
from audit import clock


@require_safe
@signed_in
def inbox(request: PersonRequest) -> HttpResponse:
    """The list; from 64rem on beside the request that is open."""
    return show(request, "approvals/inbox.html", inbox_context(request), fragment="approvals/_panes.html")


def inbox_context(request: PersonRequest, current: Approval | None = None) -> dict[str, Any]:
    """What the list shows, with the open request marked in it."""
    queues = Inbox(request.user, clock.now(), Filters.read(request.GET))
    groups = _groups(queues)
    rows = [row for group in groups for row in group["rows"]]
    return {
        "at": queues.at,
        "filters": queues.filters,
        "tabs": _tabs(queues),
        "groups": groups,
        "headlines": headlines_of(rows),
        "on_behalf_of": queues.on_behalf_of(rows),
        "following": next((group["following"] for group in groups if group["following"]), ""),
        "empty": None if rows else _why_empty(queues),
        "risks": Risk.choices,
        "action_types": sorted(set(Policy.objects.current().values_list("action_type", flat=True)) - {"*"}),
        "current": current,
    }


def _tabs(queues: Inbox) -> list[dict[str, Any]]:
    tabs = [{"name": FOR_ME, "label": "For me", "count": queues.count(FOR_ME)}]
    if queues.is_approver:
        tabs.append({"name": POOL, "label": "Pool", "count": queues.count(POOL)})
    if queues.uses_drafts:
        tabs.append({"name": DRAFTS, "label": "Drafts", "count": queues.count_drafts()})
    return [*tabs, {"name": DECIDED, "label": "Decided", "count": queues.count_decided()}]


def _groups(queues: Inbox) -> list[dict[str, Any]]:
    """The rows under their headings; the first group needs none."""
    if queues.filters.tab == DECIDED:
        page = queues.decided()
        return [{"rows": page.rows, "following": page.following}]
    if queues.filters.tab == DRAFTS:
        page = queues.drafts()
        return [{"rows": page.rows, "following": page.following}]
    page, overdue = queues.to_decide(), queues.overdue()
    return [
        {"rows": page.rows, "following": page.following},
        {"rows": overdue.rows, "heading": "Overdue", "more": overdue.following, "following": ""},
        {"rows": queues.waiting(), "heading": "Waiting for somebody else", "following": ""},
    ]


def _why_empty(queues: Inbox) -> dict[str, Any]:
    """The empty states, told apart."""
    if queues.filters.are_set or queues.filters.after:
        return {"kind": "no_match"}
    if steps := first_steps.missing():
        return {"kind": "first_steps", "steps": steps}
    if not queues.has_authority:
        return {"kind": "no_authority"}
    if queues.filters.tab == DECIDED:
        return {"kind": "nothing_decided"}
    if queues.filters.tab == DRAFTS:
        return {"kind": "no_drafts"}
    is_for_me = queues.filters.tab == FOR_ME
    return {"kind": "nothing", "next": queues.next_in_pool() if is_for_me and queues.is_approver else None}
