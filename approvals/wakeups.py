"""How do waiting agents and open pages hear of a commit? By one Redis PUBLISH; losing it costs latency, no answer."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from threading import Event
from uuid import UUID

import redis
import structlog
from django.conf import settings
from django.db import connection, transaction
from django.http import HttpRequest

logger = structlog.get_logger(__name__)

TIMEOUT_SECONDS = 0.1
"""A decision never waits longer than this for Redis."""

APPROVERS = "approvers"
"""The key of all who take from the pool."""

KEYS_HEADER = "X-Live-Keys"
"""How a view tells the waiting process, and no client, under which keys there will be news."""

LEFT_HEADER = "X-Live-Left"
"""How the waiting process tells a view that the page which listened is gone."""

FULL_HEADER = "X-Live-Full"
"""How the waiting process tells a view that one key has as many waits open as it may have."""

LET_IN = "countersign.let_in"
"""In an ASGI scope, where no client can put it: this wait was let in before, and is asked about once more."""

RE_ASK_SECONDS = 60
"""How late an open inbox can be while Redis is away."""


_RECONNECT_SECONDS = 1
_BURST_SECONDS = 0.1
_LONGEST_BURST_SECONDS = 1


def was_let_in(request: HttpRequest) -> bool:
    """Whether this is a wait that was let in before, and is open still."""
    return LET_IN in getattr(request, "scope", ())


def channel() -> str:
    """Carries the database's name: pub/sub ignores Redis database numbers, and several may share one Redis."""
    return f"countersign:{connection.settings_dict['NAME']}:bus"


def person_key(email: str) -> str:
    """The key of one person's open inbox; hashed, so that no address is on the wire."""
    return f"person:{hashlib.sha256(email.encode()).hexdigest()[:32]}"


def publish_after_commit(*subject_ids: UUID, people: Iterable[str]) -> None:
    """Tell every process, once this transaction is committed, that these requests or grants have changed.

    It wakes the agents that wait for the requests, and the open inboxes of these addresses and of the approvers.
    """
    keys = dict.fromkeys([*map(str, subject_ids), APPROVERS, *map(person_key, people)])
    if publication := _publication():
        publication.keys |= keys
    else:
        transaction.on_commit(_Publication(keys), robust=True)


@dataclass(slots=True)
class _Publication:
    """What a transaction publishes once it is committed: everything at once, each key once, in order."""

    keys: dict[str, None]

    def __call__(self) -> None:
        publish(*self.keys)


def _publication() -> _Publication | None:
    """What this transaction publishes so far. A savepoint, which may be rolled back, has a publication of its own."""
    now = set(connection.savepoint_ids)
    for savepoints, publication, *_ in connection.run_on_commit:
        if isinstance(publication, _Publication) and savepoints == now:
            return publication
    return None


def publish(*keys: str) -> None:
    """Wake at once all who wait under one of these keys. What a transaction changed waits for its commit instead."""
    try:
        client().publish(channel(), " ".join(keys))
    except redis.RedisError as error:
        # Those who wait re-read the row within seconds.
        logger.warning("wakeup_lost", error=str(error))


def listen(on_news: Callable[[], object], stop: Event) -> None:
    """Call `on_news` after commits, once for a burst, until `stop` is set. Reconnects when Redis was away."""
    while not stop.is_set():
        try:
            _listen(on_news, stop)
        except redis.RedisError as error:
            logger.warning("listener_lost", error=str(error))
            stop.wait(_RECONNECT_SECONDS)


def _listen(on_news: Callable[[], object], stop: Event) -> None:
    with (
        redis.Redis.from_url(settings.REDIS_URL, health_check_interval=10) as client,
        client.pubsub() as pubsub,
    ):
        pubsub.subscribe(channel())
        while not stop.is_set():
            if not pubsub.get_message(ignore_subscribe_messages=True, timeout=1):
                continue
            until = time.monotonic() + _LONGEST_BURST_SECONDS
            while time.monotonic() < until and pubsub.get_message(timeout=_BURST_SECONDS):
                pass
            on_news()


@cache
def client() -> redis.Redis:
    """For what may be lost: it gives up on Redis after `TIMEOUT_SECONDS`."""
    return redis.Redis.from_url(
        settings.REDIS_URL, socket_timeout=TIMEOUT_SECONDS, socket_connect_timeout=TIMEOUT_SECONDS
    )
