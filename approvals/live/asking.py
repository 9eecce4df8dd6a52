"""Who answers an agent that waits: Django, or a look that many share? Django, wherever it might say anything else."""

from __future__ import annotations

import asyncio
import re
from collections import OrderedDict
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any
from uuid import UUID
from weakref import WeakValueDictionary

from django.http.response import HttpResponseBase

from approvals import wakeups
from approvals.callers import address_of_scope
from approvals.live import django
from approvals.live.answer import Answer, Manner
from approvals.live.django import Django, Scope
from approvals.live.together import Asked, Together, look

KEPT = 1000
"""Kinds of requests whose headers are remembered, at some 2 KiB."""

WITHOUT_EFFECT = frozenset(
    b"authorization user-agent accept accept-encoding accept-language connection "
    b"x-forwarded-for x-real-ip x-request-id traceparent tracestate".split()
)
"""Headers that change nothing in what Django sends with an answer. Any other makes another kind of request."""

Kind = tuple[object, ...]

_BEARER = re.compile(rb"Bearer ([!-~]+)")


class Asking:
    """Answers to agents that wait, those who arrive and those who are woken apart: neither queues behind the other."""

    def __init__(self, behind: Django) -> None:
        self._django = behind
        self._manners: OrderedDict[Kind, Manner] = OrderedDict()
        self._learning: dict[Kind, asyncio.Event] = {}
        self._at_django: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._arriving = Together(partial(look, with_pending=True), "live-look")
        self._woken = Together(partial(look, with_pending=False), "live-look-woken")
        self._agents = 0

    @contextmanager
    def standing_by(self) -> Iterator[None]:
        """Around one agent's wait: while there are any, two connections stand for all of them together."""
        self._agents += 1
        if self._agents == 1:
            self._woken.open()
        try:
            yield
        finally:
            self._agents -= 1
            if not self._agents:
                self._woken.close()
                self._arriving.close()

    async def first(self, scope: Scope, approval_id: str) -> Answer:
        """The answer to an agent that arrives; 503 after ANSWER_SECONDS."""
        return await self._in_time(self._first(scope, UUID(approval_id)), scope)

    async def again(self, scope: Scope, approval_id: str, before: Answer | None = None) -> Answer:
        """The answer to an agent that is woken: the one before where there is one and the request is pending still."""
        return await self._in_time(self._again(scope, UUID(approval_id), before), scope)

    async def refusal(self, scope: Scope) -> Answer:
        """The answer to an agent that has as many waits open as it may have."""
        header = (wakeups.FULL_HEADER.lower().encode(), b"1")
        full = {**scope, "headers": [*scope["headers"], header]}
        return await self._in_time(self._refusal(full), scope)

    async def _refusal(self, scope: Scope) -> Answer:
        return Answer.of(await self._alone(scope))

    async def _in_time(self, answering: Coroutine[Any, Any, Answer], scope: Scope) -> Answer:
        try:
            async with asyncio.timeout(django.ANSWER_SECONDS):
                return await answering
        except TimeoutError:
            return Answer.of(self._django.unavailable(scope))

    async def _first(self, scope: Scope, approval_id: UUID) -> Answer:
        kind = _kind(scope)
        if kind not in self._manners and kind in self._learning:
            await self._learning[kind].wait()
        if (manner := self._manners.get(kind)) and (token := token_of(scope)):
            self._manners.move_to_end(kind)
            if standing := await self._arriving.ask(Asked(approval_id, token, address_of_scope(scope))):
                return manner.answer(standing)
        return await self._learn(scope, kind)

    async def _again(self, scope: Scope, approval_id: UUID, before: Answer | None) -> Answer:
        manner, token = self._manners.get(_kind(scope)), token_of(scope)
        asked = Asked(approval_id, token, address_of_scope(scope)) if manner and token else None
        standing = await self._woken.ask(asked) if asked else None
        if manner and standing and not standing.is_pending:
            return manner.answer(standing)
        if before and standing:
            return before
        if before:  # so a key that ended since was not misused
            scope = {**scope, wakeups.LET_IN: True}
        return Answer.of(await self._django.ask(scope, is_woken=True))

    async def _learn(self, scope: Scope, kind: Kind) -> Answer:
        """What Django says, and with which headers; those who come meanwhile with the like wait for that."""
        learnt = asyncio.Event()
        self._learning.setdefault(kind, learnt)
        try:
            answer = Answer.of(await self._alone(scope))
            if answer.is_pending and not any(name == b"set-cookie" for name, _ in answer.headers):
                self._manners[kind] = Manner(answer)
        finally:
            learnt.set()
            if self._learning.get(kind) is learnt:  # else another learns, or has learnt
                del self._learning[kind]
        if len(self._manners) > KEPT:
            self._manners.popitem(last=False)
        return answer

    async def _alone(self, scope: Scope) -> HttpResponseBase:
        """What Django says, asked for one key at a time: a crowd with one key leaves a thread to the others."""
        lock = self._at_django.setdefault(token_of(scope) or "", asyncio.Lock())
        async with lock:
            return await self._django.ask(scope)


def token_of(scope: Scope) -> str | None:
    """The key's text; None where it is sent in a way that is left to Django."""
    sent = [value for name, value in scope["headers"] if name.lower() == b"authorization"]
    found = _BEARER.fullmatch(sent[0]) if len(sent) == 1 else None
    return found[1].decode("ascii") if found else None


def _kind(scope: Scope) -> Kind:
    """All that Django may look at for an answer's headers."""
    named = ((name.lower(), value) for name, value in scope["headers"])
    headers = tuple((name, value) for name, value in named if name not in WITHOUT_EFFECT)
    return (scope.get("scheme"), scope.get("root_path"), scope["query_string"], headers)
