"""What waits for this person, and what comes first?"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from approvals.models import Approval
from approvals.models.choices import Risk
from approvals.views.inbox import first_steps
from approvals.views.inbox.alike import are_any_alike, entries_of
from approvals.views.inbox.chips import chips_of
from approvals.views.inbox.filters import DECIDED, DRAFTS, FOR_ME, OPEN_TABS, POOL, Filters
from approvals.views.inbox.headlines import headlines_of
from approvals.views.inbox.place import place_of
from approvals.views.inbox.queues import Inbox
from approvals.views.page import PersonRequest, carried, show, signed_in
from approvals.views.viewing import said_of_rows
from audit import clock


@require_safe
@signed_in
def inbox(request: PersonRequest) -> HttpResponse:
    """The list; from 64rem on beside the request that is open."""
    queues = Inbox(request.user, clock.now(), Filters.read(request.GET))
    context = inbox_context(request, queues)
    return show(request, "approvals/inbox/inbox.html", context, fragment="approvals/inbox/_panes.html")


def inbox_context(request: PersonRequest, queues: Inbox, current: Approval | None = None) -> dict[str, Any]:
    """What the list shows, with the open request marked in it."""
    groups = _groups(queues)
    rows = [row for group in groups for row in group["rows"]]
    following = next((group["following"] for group in groups if group["following"]), "")
    shown = [(group["rows"], bool(group["following"] or group.get("more"))) for group in groups]
    is_grouped = queues.filters.groups_alike and not queues.filters.alike
    alone = _alone(request, queues.filters)
    for group, (found, goes_on) in zip(groups, shown, strict=True):
        group["entries"] = entries_of(found, goes_on=goes_on, address=alone if is_grouped else None)
    return {
        "at": queues.at,
        "filters": queues.filters,
        "tabs": _tabs(request, queues),
        "matched": len(rows),
        "matches": _matches(queues, shown),
        "chips": chips_of(request, queues.filters, queues.choices, rows),
        "is_grouped": is_grouped,
        "grouping": _grouping(request, queues, rows),
        "groups": groups,
        "headlines": headlines_of(rows),
        "on_behalf_of": queues.on_behalf_of,
        "viewing": said_of_rows([row.pk for row in rows if row.is_pending], queues.user),
        "following": following,
        "news_of": carried(request, until=following),
        "empty": None if rows else _why_empty(queues),
        "risks": Risk.choices,
        "action_types": _with(queues.policies.action_types, queues.filters.action_type),
        "choices": queues.choices,
        "current": current,
        "place": place_of(current, shown, is_start=not queues.filters.after)
        if current and not is_grouped
        else None,
    }


def _alone(request: PersonRequest, filters: Filters) -> Callable[[str], str]:
    """The list of those that are alike, by their mark."""
    return lambda alike: carried(request, tab=filters.tab, alike=alike, after=None)


def _with(offered: list[str], chosen: str) -> list[str]:
    """What the address asks for is offered along, though no policy has it any more."""
    return offered if not chosen or chosen in offered else [*offered, chosen]


def _grouping(request: PersonRequest, queues: Inbox, rows: list[Approval]) -> str:
    """The address that groups the list or, where it is grouped, does not; "" where there is nothing to group."""
    filters = queues.filters
    if filters.tab == DECIDED or filters.alike or not (filters.groups_alike or are_any_alike(rows)):
        return ""
    return carried(request, tab=filters.tab, group=None if filters.groups_alike else "1", after=None)


def _tabs(request: PersonRequest, queues: Inbox) -> list[dict[str, Any]]:
    labels = {FOR_ME: _("For me"), POOL: _("Pool"), DRAFTS: _("Drafts"), DECIDED: _("Decided")}
    if not queues.is_approver:
        del labels[POOL]
    if not queues.uses_drafts:
        del labels[DRAFTS]
    return [
        {
            "name": tab,
            "label": label,
            "count": queues.counts[tab],
            "query": carried(request, tab=tab, after=None),
        }
        for tab, label in labels.items()
    ]


def _matches(queues: Inbox, shown: list[tuple[list[Approval], bool]]) -> str:
    """How many rows the filter leaves, "25+" where the list goes on; "" without one, and on a later page."""
    if not queues.filters.are_set or queues.filters.after:
        return ""
    return f"{sum(len(rows) for rows, _ in shown)}{'+' if any(goes_on for _, goes_on in shown) else ''}"


def _groups(queues: Inbox) -> list[dict[str, Any]]:
    """The rows under their headings; the first group needs none."""
    page = queues.page
    if queues.filters.tab not in OPEN_TABS:
        return [{"rows": page.rows, "following": page.following}]
    overdue = queues.overdue
    return [
        {"rows": page.rows, "following": page.following},
        {"rows": overdue.rows, "heading": _("Overdue"), "more": overdue.following, "following": ""},
        {"rows": queues.waiting, "heading": _("Waiting for somebody else"), "following": ""},
    ]


def _why_empty(queues: Inbox) -> dict[str, Any]:
    """The empty states, told apart."""
    if queues.filters.are_set or queues.filters.after:
        return {"kind": "no_match"}
    policies = queues.policies
    steps = first_steps.missing(
        is_signed_in=True, has_policies=policies.are_there, has_agents=policies.has_agents
    )
    if steps:
        return {"kind": "first_steps", "steps": steps}
    if not queues.has_authority:
        return {"kind": "no_authority"}
    if queues.filters.tab == DECIDED:
        return {"kind": "nothing_decided"}
    if queues.filters.tab == DRAFTS:
        return {"kind": "no_drafts"}
    is_for_me = queues.filters.tab == FOR_ME
    return {"kind": "nothing", "next": queues.next_in_pool() if is_for_me and queues.is_approver else None}
