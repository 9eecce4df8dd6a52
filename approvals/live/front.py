"""What stands in front of Django in the `live` process: it holds the waiting, Django gives every answer.

A Django async view was tried instead: 80 waits held 80 threads and 80 database connections.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Collection
from typing import Any

import structlog
from django.conf import settings
from django.db import Error
from django.db.models.expressions import RawSQL

from approvals import wakeups
from approvals.live.asking import Asking, token_of
from approvals.live.bus import Bus
from approvals.live.django import Application, Django, Receive, Scope, Send
from approvals.live.inbox import stream_inbox
from approvals.live.shares import Shares
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
        self._asking = Asking(self._django)
        self._bus = Bus(settings.REDIS_URL, wakeups.channel(), self._find_decided)
        self._waits = Shares(settings.AGENT_OPEN_WAITS)
        self._streams = Shares(settings.PERSON_STREAMS)
        self._stopping: Stopping | None = None
        self._sending_away: asyncio.Task[None] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._stopping is None:
            self._stopping = Stopping()
            self._sending_away = asyncio.create_task(self._send_away(self._stopping))
        is_get = scope["type"] == "http" and scope["method"] == "GET"
        if is_get and (path := WAIT_PATH.match(scope["path"])):
            with self._waits.one_more(token_of(scope) or "") as fits:
                if fits:
                    await answer_when_decided(
                        path[1], scope, receive, send, asking=self._asking, **self._in_common
                    )
                else:
                    await (await self._asking.refusal(scope)).send(send)
        elif is_get and scope["path"] == INBOX_PATH:
            await stream_inbox(
                scope, receive, send, django=self._django, streams=self._streams, **self._in_common
            )
        else:
            await self._behind(scope, receive, send)

    async def _send_away(self, stopping: Stopping) -> None:
        """Wake all who wait when the process stops: they look around, and see that."""
        await stopping.wait()
        self._bus.wake_everybody()

    @property
    def _in_common(self) -> dict[str, Any]:
        """What all who wait have."""
        return {"bus": self._bus, "stopping": self._stopping}

    async def _find_decided(self, keys: Collection[str]) -> Collection[str]:
        """Of these keys, the ids of requests that are decided: the backstop behind Redis."""
        try:
            return await self._django.in_thread(lambda: _decided(keys))
        except Error as error:
            logger.warning("re_read_failed", error=str(error))
            return ()  # asked again in a few seconds


def _decided(keys: Collection[str]) -> Collection[str]:
    """In one statement, which a crowd of thousands makes no longer."""
    ids = [key for key in keys if re.fullmatch(_UUID, key)]
    if not ids:
        return ()
    decided = Approval.objects.decided().filter(pk__in=RawSQL("SELECT unnest(%s::uuid[])", [ids]))
    return [str(pk) for pk in decided.values_list("pk", flat=True)]
