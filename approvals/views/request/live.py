"""What must an open page be told? News of its list, and of the request that it shows."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from approvals import presence, wakeups
from approvals.views import viewing
from approvals.views.inbox.filters import Filters
from approvals.views.inbox.live import keys_of, news_of
from approvals.views.inbox.queues import Inbox
from approvals.views.request.access import Case, case_of
from approvals.views.request.ending import ending
from approvals.views.request.history import Line, lines, mark_of
from audit import clock
from grants.models import User


@require_safe
def page_news(request: HttpRequest) -> HttpResponse:
    """One Server-Sent Event: the list's news and, where the address names an `open` request, that request's.

    Asked of a process that does not wait, the stream ends here, and the browser asks again in a minute.
    Without a session it is 204, on which a browser gives up. `LEFT_HEADER` says that the stream ended: 204 too.
    """
    if not isinstance(request.user, User):
        return HttpResponse(status=204)
    case, page = _open_case(request.user, request.GET.get("open", "")), request.GET.get("page", "")
    if wakeups.LEFT_HEADER in request.headers:
        if case:
            presence.leave(case.approval.pk, request.user, page)
        return HttpResponse(status=204)
    inbox = Inbox(request.user, clock.now(), Filters.read(request.GET))
    news: dict[str, Any] = news_of(inbox, request.GET.get("until", ""))
    keys = keys_of(inbox)
    if case:
        presence.arrive(case.approval.pk, request.user, page)
        news["open"] = _news_of_request(case)
        # A request that is decided has no more news, and those who wait under its key are woken at once.
        keys += [str(case.approval.pk)] if case.approval.is_pending else []
    text = f"retry: {wakeups.RE_ASK_SECONDS * 1000}\nevent: inbox\ndata: {json.dumps(news)}\n\n"
    response = HttpResponse(text, content_type="text/event-stream")
    response["Cache-Control"] = "no-store, no-transform"  # what compresses a stream keeps its events back
    response["X-Accel-Buffering"] = "no"  # as nginx would
    response[wakeups.KEYS_HEADER] = " ".join(keys)
    return response


def _open_case(person: User, text: str) -> Case | None:
    """None for what is no request, and for one that this person may not read."""
    try:
        return case_of(person, UUID(text))
    except (ValueError, Http404):
        return None


def _news_of_request(case: Case) -> dict[str, Any]:
    history = lines(case)
    return {
        "id": str(case.approval.pk),
        "mark": mark_of(history),
        "said": _said(case, history),
        "isOver": not case.approval.is_pending,
        "viewing": viewing.said(presence.others(case.approval.pk, case.person), hides_names=case.is_blind),
    }


def _said(case: Case, history: list[Line]) -> str:
    """What happened last: how the request ended, or what a colleague did to it."""
    if not case.approval.is_pending:
        ended = ending(case)
        if ended.at is None:
            return f"{ended.sentence}."
        # Translators: as in “Approved by Dana Okafor, 14:05 UTC.”
        return _("%(ending)s, %(time)s UTC.") % {"ending": ended.sentence, "time": f"{ended.at:%H:%M}"}
    last = next((line for line in reversed(history) if line.is_news), None)
    if last is None:
        return ""
    # Translators: as in “Dana Okafor commented.”
    return _("%(who)s %(what)s.") % {"who": last.actor, "what": last.what}
