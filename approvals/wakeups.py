"""How do those who wait hear of a commit? One Redis PUBLISH after it; losing it costs latency, never an answer."""

from __future__ import annotations

from functools import cache
from uuid import UUID

import redis
import structlog
from django.conf import settings
from django.db import connection, transaction

logger = structlog.get_logger(__name__)

TIMEOUT_SECONDS = 0.1
"""A decision never waits longer than this for Redis."""


def channel() -> str:
    """Carries the database's name: pub/sub ignores Redis database numbers, and several may share one Redis."""
    return f"countersign:{connection.settings_dict['NAME']}:bus"


@cache
def _client() -> redis.Redis:
    return redis.Redis.from_url(
        settings.REDIS_URL, socket_timeout=TIMEOUT_SECONDS, socket_connect_timeout=TIMEOUT_SECONDS
    )


def publish_after_commit(approval_id: UUID) -> None:
    """Tell every process, once this transaction is committed, that the request has changed."""
    transaction.on_commit(lambda: _publish(str(approval_id)), robust=True)


def _publish(text: str) -> None:
    try:
        _client().publish(channel(), text)
    except redis.RedisError as error:
        # Whoever waits re-reads the row within seconds.
        logger.warning("wakeup_lost", error=str(error))
