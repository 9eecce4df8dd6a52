"""How often may one agent or person do what costs everybody else? Counted in Redis, for all processes together.

Without Redis people are not counted, since nobody is kept from work by a lost Redis; agents are then counted in each
process by itself, so that none is let loose (docs/rules.md: redis-may-lose-everything).
"""

from __future__ import annotations

import hashlib
import time
from functools import cache
from typing import Any
from uuid import UUID

import structlog
from django.conf import settings
from django.core.cache import caches
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from limits import RateLimitItem
from limits.errors import StorageError
from limits.storage import MemoryStorage, RedisStorage
from limits.strategies import FixedWindowRateLimiter

from approvals.exceptions import RateExceeded

logger = structlog.get_logger(__name__)

PATIENCE_SECONDS = 0.1
"""No call waits longer than this for Redis."""

AWAY_SECONDS = 5.0
"""How long Redis is left alone once it did not answer."""

_MOST_SPENT = 10_000

AGENTS = {
    "submissions": "proposals",
    "evaluations": "evaluations",
    "calls": "other calls",
    "receipts": "requests for receipts",
    "assignees": "assignees",
    "outside_assignees": "assignees outside the organisation",
}
"""What is counted of an agent, in words; how many it may send is in the setting RATES, by the same names."""

PEOPLE: dict[str, str | Promise] = {
    "comments": _("You have written many comments within a short time. Try again in a while."),
    "mentions": _(
        "You have mentioned many people within a short time. Leave the mentions out, or try again in a while."
    ),
    "grants": _("You have lent authority many times within a short time. Try again in a while."),
    "tests": _("You have sent many tests within a short time. Try again in a while."),
}
"""What is counted of a person, and what they read where it is too much."""


def take_of_agent(what: str, agent_id: UUID, *, cost: int = 1, token: str = "") -> None:
    """Count it. Raises RateExceeded, and then `refuse_spent` knows the key's text until it may go on."""
    rate, who = settings.RATES[what], str(agent_id)
    refuse_spent(what, who)
    if wait := _wait(rate, _name(what, who), cost, or_alone=True):
        logger.warning("agent_refused", agent=who, what=what, seconds=_whole(wait))
        if cost == 1:  # a smaller one may still fit
            for one in filter(None, (who, _digest(token))):
                _remember(_name(what, one), wait)
        raise _exceeded(what, wait)


def refuse_spent(what: str, who: str = "", *, token: str = "") -> None:
    """Raises RateExceeded for an agent or a key that was refused in this process, and has to wait still.

    It asks nobody, so that a flood costs no query and no round trip.
    """
    until = _spent.get(_name(what, who or _digest(token)), 0.0)
    if (left := until - time.monotonic()) > 0:
        raise _exceeded(what, left)


def take_of_person(what: str, person_id: UUID, *, cost: int = 1) -> None:
    """Count it. Raises RateExceeded."""
    if wait := _wait(settings.RATES[what], _name(what, str(person_id)), cost, or_alone=False):
        raise RateExceeded(str(PEOPLE[what]), wait=_whole(wait))


def _exceeded(what: str, wait: float) -> RateExceeded:
    rate: RateLimitItem = settings.RATES[what]
    seconds = _whole(wait)
    sentence = (
        f"This agent may send {rate.amount:,} {AGENTS[what]} in {rate.get_expiry():,} seconds. "
        f"Wait {seconds:,} seconds, then repeat the call with the same Idempotency-Key."
    )
    return RateExceeded(sentence, wait=seconds)


def _whole(wait: float) -> int:
    return max(1, int(wait + 0.999))


def _name(what: str, who: str) -> str:
    # As the cache names what it keeps: several databases may share one Redis.
    return caches["default"].make_key(f"rate:{what}:{who}")


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest() if token else ""


_spent: dict[str, float] = {}
"""Until when, by this machine's monotonic clock, what was refused need not be counted again."""


def _remember(name: str, wait: float) -> None:
    if len(_spent) >= _MOST_SPENT:
        now = time.monotonic()
        for stale in [one for one, until in tuple(_spent.items()) if until <= now]:
            _spent.pop(stale, None)
    _spent[name] = time.monotonic() + wait


def _wait(rate: RateLimitItem, name: str, cost: int, *, or_alone: bool) -> float:
    """0 where it was counted; else in how many seconds it can be. `or_alone`: in this process without Redis."""
    try:
        if time.monotonic() >= _Redis.away_until:
            return _ask(_shared(), rate, name, cost)
    except StorageError as error:
        _Redis.away_until = time.monotonic() + AWAY_SECONDS
        logger.warning("rates_lost", error=str(error))
    return _ask(_alone(), rate, name, cost) if or_alone else 0.0


def _ask(limiter: FixedWindowRateLimiter, rate: RateLimitItem, name: str, cost: int) -> float:
    # What is refused whole uses up nothing of what is left.
    fits = cost == 1 or limiter.test(rate, name, cost=cost)
    if fits and limiter.hit(rate, name, cost=cost):
        return 0.0
    return max(limiter.get_window_stats(rate, name).reset_time - time.time(), 1.0)


class _Redis:
    """When, by the monotonic clock, Redis is asked again."""

    away_until = 0.0


@cache
def _shared() -> FixedWindowRateLimiter:
    options: dict[str, Any] = {
        "key_prefix": f"{settings.REDIS_PREFIX}rates",
        "socket_timeout": PATIENCE_SECONDS,
        "socket_connect_timeout": PATIENCE_SECONDS,
    }
    return FixedWindowRateLimiter(RedisStorage(settings.REDIS_URL, wrap_exceptions=True, **options))


@cache
def _alone() -> FixedWindowRateLimiter:
    return FixedWindowRateLimiter(MemoryStorage())
