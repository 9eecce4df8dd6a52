"""How are all answered who ask at one moment? From one look at the database, over a connection kept for that."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import NamedTuple
from uuid import UUID

import structlog
from django.db import Error, connection

from approvals import keys
from approvals.api.scopes import scope_of
from approvals.api.waited import Standing, standings
from approvals.live.turns import Turns
from approvals.models import AgentKey

logger = structlog.get_logger(__name__)

MOST = 50
"""How many are answered from one look; the others from the next, so that the first need not wait for all."""


class Asked(NamedTuple):
    """The request, the text of the agent's key, and the address from which it came."""

    approval_id: UUID
    token: str
    address: str = ""


NOBODY = Asked(UUID(int=0), f"cs_{'0' * 12}_{'0' * 43}")
"""A look for what no agent has: it finds nothing."""

Look = Callable[[Sequence[Asked]], list[Standing | None]]


class Together:
    """Looks for many at once, in one thread with one connection. Everything else runs on one event loop."""

    def __init__(self, look: Look, name: str) -> None:
        self._look = look
        self._thread = ThreadPoolExecutor(1, thread_name_prefix=name)
        self._asked: Turns[tuple[Asked, asyncio.Future[Standing | None]]] = Turns()
        self._is_looking = False

    def open(self) -> None:
        """Connect, and let the server prepare the statements, ahead of the first look. A failure shows in that look."""
        self._thread.submit(self._look, [NOBODY])

    def close(self) -> None:
        """Let go of the connection, until the next look."""
        self._thread.submit(_close)

    async def ask(self, asked: Asked) -> Standing | None:
        """How the request stands; None where Django has to say what there is to say.

        That is so where the key is not valid or may not read, the request is not its own, or the database does not
        answer.
        """
        loop = asyncio.get_running_loop()
        found: asyncio.Future[Standing | None] = loop.create_future()
        self._asked.add(asked.token, (asked, found))
        if not self._is_looking:
            self._is_looking = True
            loop.call_soon(self._go_on)  # those who are woken in this turn of the loop come along
        return await found

    def _go_on(self) -> None:
        batch = self._asked.take(MOST, unless=lambda one: one[1].done())  # who has hung up
        self._is_looking = bool(batch)
        if batch:
            work = partial(self._look, [asked for asked, _ in batch])
            looking = asyncio.get_running_loop().run_in_executor(self._thread, work)
            looking.add_done_callback(partial(self._tell, [found for _, found in batch]))

    def _tell(
        self, batch: Sequence[asyncio.Future[Standing | None]], looking: asyncio.Future[list[Standing | None]]
    ) -> None:
        if looking.cancelled():
            return
        if failure := looking.exception():
            logger.warning("looking_failed", error=str(failure))
        answers = [None] * len(batch) if failure else looking.result()
        for found, answer in zip(batch, answers, strict=True):
            if not found.done():
                found.set_result(answer)
        self._go_on()


def _close() -> None:
    connection.close()  # that of the thread which calls this


def look(asked: Sequence[Asked], *, with_pending: bool) -> list[Standing | None]:
    """How each request stands; None where the key opens nothing, or not this. In two statements.

    A connection that broke since the last time is opened anew.
    """
    was_open = connection.connection is not None
    try:
        return _look(asked, with_pending=with_pending)
    except Error:
        connection.close()
        if not was_open:
            raise
    try:
        return _look(asked, with_pending=with_pending)
    except Error:
        connection.close()
        raise


def _look(asked: Sequence[Asked], *, with_pending: bool) -> list[Standing | None]:
    valid = keys.authenticate_all({one.token: one.address for one in asked})
    found = standings({one.approval_id for one in asked}, with_pending=with_pending)

    def of(one: Asked) -> Standing | None:
        key, standing = valid.get(one.token), found.get(one.approval_id)
        return standing if key and standing and _may_hear(key, standing) else None

    return [of(one) for one in asked]


def _may_hear(key: AgentKey, standing: Standing) -> bool:
    """Whether Django would answer this key about that request."""
    is_own = standing.agent_id == key.agent_id and key.covers(standing.action_type, standing.workflow)
    return is_own and _TAKEN in key.scopes


_TAKEN = scope_of("GET", "/approvals/{id}/wait")
