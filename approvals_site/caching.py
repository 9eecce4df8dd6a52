"""What do all processes remember for a while, such as wrong passwords? In Redis, without which people still get in."""

from __future__ import annotations

from typing import Any

import structlog
from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

logger = structlog.get_logger(__name__)


class PatientCache(RedisCache):
    """Forgets while Redis is away, instead of failing: docs/rules.md, redis-may-lose-everything."""

    def add(self, *args: Any, **options: Any) -> bool:
        return bool(self._or(True, super().add, *args, **options))

    def get(self, key: str, default: Any = None, version: int | None = None) -> Any:
        return self._or(default, super().get, key, default, version)

    def set(self, *args: Any, **options: Any) -> None:
        self._or(None, super().set, *args, **options)

    def delete(self, *args: Any, **options: Any) -> bool:
        return bool(self._or(False, super().delete, *args, **options))

    def clear(self) -> None:
        """Others keep more in this Redis than this cache."""
        raise NotImplementedError("Delete what is outdated by its key: Redis is shared with the queues.")

    @staticmethod
    def _or(instead: Any, ask: Any, *args: Any, **options: Any) -> Any:
        try:
            return ask(*args, **options)
        except RedisError as error:
            logger.warning("cache_lost", error=str(error))
            return instead
