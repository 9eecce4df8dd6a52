"""What must an open inbox be told? One Server-Sent Event; `approvals.live` sends it again when it changes."""

from __future__ import annotations

import json

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from approvals import wakeups
from approvals.views.inbox.filters import Filters
from approvals.views.inbox.queues import Inbox
from audit import clock
from grants.models import User


@require_safe
def inbox_news(request: HttpRequest) -> HttpResponse:
    """The ids of what the list would show now, by the tab, filter and page of its address, and the tabs' counts.

    `until` is the cursor of the last row that the page shows.
    Asked of a process that does not wait, the stream ends here, and the browser asks again in a minute.
    Without a session it is 204, on which a browser gives up.
    """
    if not isinstance(request.user, User):
        return HttpResponse(status=204)
    inbox = Inbox(request.user, clock.now(), Filters.read(request.GET))
    counts, ids = inbox.news(request.GET.get("until", ""))
    news = json.dumps({"counts": counts, "ids": ids})
    text = f"retry: {wakeups.RE_ASK_SECONDS * 1000}\nevent: inbox\ndata: {news}\n\n"
    response = HttpResponse(text, content_type="text/event-stream")
    response["Cache-Control"] = "no-store, no-transform"  # what compresses a stream keeps its events back
    response["X-Accel-Buffering"] = "no"  # as nginx would
    response[wakeups.KEYS_HEADER] = " ".join(_keys(inbox))
    return response


def _keys(inbox: Inbox) -> list[str]:
    """This person's own, those of the people who lend to them, and the pool's if they take from it."""
    people = [inbox.user.email, *(grant.grantor.email for grant in inbox.holds.grants)]
    pool = [wakeups.APPROVERS] if inbox.holds.takes_from_pool else []
    return [*map(wakeups.person_key, dict.fromkeys(people)), *pool]
