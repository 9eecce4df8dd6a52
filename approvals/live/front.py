"""What stands in front of Django in the `live` process: it holds the waiting, Django gives every answer.

A Django async view was tried instead: 80 waits held 80 threads and 80 database connections.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any
from uuid import UUID

import structlog
from django.conf import settings
from django.db import Error

from approvals import wakeups
from approvals.live.bounds import bounded
from approvals.live.bus import Bus
from approvals.live.django import Application, Django, Receive, Scope, Send
from approvals.live.inbox import stream_inbox
from approvals.live.stopping import Stopping
from approvals.live.wait import answer_when_decided
from approvals.models import Approval

logger = structlog.get_logger(__name__)

_UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
WAIT_PATH = re.compile(rf"^/api/v1/approvals/({_UUID})/wait$")
INBOX_PATH = "/live/inbox/"


class WaitingFront:
    """An ASGI application: what waits is held here, everything else goes to the application behind."""

    def __init__(self, behind: Application) -> None:
        self._behind = behind
        self._django = Django()
        self._bus = Bus(settings.REDIS_URL, wakeups.channel(), self._find_decided)
        self._stopping: Stopping | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._stopping = self._stopping or Stopping()
        is_get = scope["type"] == "http" and scope["method"] == "GET"
        if is_get and (path := WAIT_PATH.match(scope["path"])):
            await answer_when_decided(path[1], scope, receive, send, **self._waiting())
        elif is_get and scope["path"] == INBOX_PATH:
            await stream_inbox(scope, receive, send, **self._waiting())
        elif scope["type"] == "http":
            await bounded(self._behind, scope, receive, send)
        else:
            await self._behind(scope, receive, send)

    def _waiting(self) -> dict[str, Any]:
        """What all who wait have in common."""
        return {"django": self._django, "bus": self._bus, "stopping": self._stopping}

    async def _find_decided(self, keys: Collection[str]) -> Collection[str]:
        """Of these keys, the ids of requests that are decided: the backstop behind Redis."""
        ids = [key for key in keys if re.fullmatch(_UUID, key)]
        if not ids:
            return ()
        decided = Approval.objects.decided().filter(pk__in=ids).values_list("pk", flat=True)
        try:
            found: list[UUID] = await self._django.in_thread(lambda: list(decided))
        except Error as error:
            logger.warning("re_read_failed", error=str(error))
            return ()  # asked again in a few seconds
        return [str(pk) for pk in found]
