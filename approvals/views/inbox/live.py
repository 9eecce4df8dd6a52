"""What must an open inbox be told, and what makes it ask again? `approvals.live` sends it when it changes."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from approvals import wakeups
from approvals.views.inbox.queues import Inbox
from approvals.views.viewing import said_of_rows


def news_of(inbox: Inbox, until: str) -> dict[str, Any]:
    """The ids of what the list would show now, by its tab, filter and page, the tabs' counts, and who looks at what.

    `until` is the cursor of the last row that the page shows.
    """
    counts, ids = inbox.news(until)
    return {"counts": counts, "ids": ids, "viewing": said_of_rows([*map(UUID, ids)], inbox.user)}


def keys_of(inbox: Inbox) -> list[str]:
    """This person's own, those of the people who lend to them, and the pool's if they take from it."""
    people = [inbox.user.email, *(grant.grantor.email for grant in inbox.holds.grants)]
    pool = [wakeups.APPROVERS] if inbox.holds.takes_from_pool else []
    return [*map(wakeups.person_key, dict.fromkeys(people)), *pool]
