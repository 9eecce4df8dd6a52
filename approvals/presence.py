"""Who is looking at a request right now? Held in Redis for a short while; Redis lost costs the hint, nothing else."""

from __future__ import annotations

import time
from collections.abc import Sequence
from uuid import UUID

import redis
import structlog

from approvals import wakeups
from grants.models import User

logger = structlog.get_logger(__name__)

HELD_SECONDS = wakeups.RE_ASK_SECONDS + 15
"""How long an open page counts without a sign of life; it gives one every `RE_ASK_SECONDS`."""

MOST = 20
"""Open pages that are looked at, so that no more people are named or counted."""
LONGEST_PAGE = 16
"""Characters of a page's name."""


def arrive(request: UUID, person: User, page: str = "") -> None:
    """This person has the request open on that page; others who have it open hear of it if that is news.

    `page` tells a person's pages apart, so that closing one of two leaves them there; at most LONGEST_PAGE letters
    and digits of it count.
    """
    now = time.time()
    key = _key(request)
    try:
        pipe = wakeups.client().pipeline()
        pipe.zremrangebyscore(key, "-inf", now)
        pipe.zadd(key, {_member(person, page): now + HELD_SECONDS})
        pipe.expire(key, HELD_SECONDS)
        is_news = pipe.execute()[1]
    except redis.RedisError as error:
        logger.warning("presence_lost", error=str(error))
        return
    if is_news:
        wakeups.publish(str(request))


def leave(request: UUID, person: User, page: str = "") -> None:
    """This person has closed the request on that page, or gone on to another."""
    try:
        was_there = wakeups.client().zrem(_key(request), _member(person, page))
    except redis.RedisError as error:
        logger.warning("presence_lost", error=str(error))
        return
    if was_there:
        wakeups.publish(str(request))


def others(request: UUID, person: User) -> list[User]:
    """Everybody else who has it open, by name; nobody while Redis is away."""
    return others_of([request], person).get(request, [])


def others_of(requests: Sequence[UUID], person: User) -> dict[UUID, list[User]]:
    """Everybody else who has one of these requests open, by name; only requests that somebody has open."""
    if not requests:
        return {}
    now = time.time()
    try:
        pipe = wakeups.client().pipeline(transaction=False)
        for request in requests:
            pipe.zrangebyscore(_key(request), now, "+inf", start=0, num=MOST)
        answers = pipe.execute()
    except redis.RedisError as error:
        logger.warning("presence_lost", error=str(error))
        return {}
    keys = {
        request: {str(member, "ascii").partition(":")[0] for member in found} - {str(person.pk)}
        for request, found in zip(requests, answers, strict=True)
    }
    users = _users(set().union(*keys.values()))
    return {
        request: found
        for request, of_request in keys.items()
        if (found := [user for user in users if str(user.pk) in of_request])
    }


def _users(keys: set[str]) -> list[User]:
    if not keys:
        return []
    return sorted(User.objects.filter(pk__in=keys), key=lambda user: user.get_full_name())


def _member(person: User, page: str) -> str:
    return f"{person.pk}:{page[:LONGEST_PAGE] if page.isalnum() and page.isascii() else ''}"


def _key(request: UUID) -> str:
    return f"{wakeups.channel()}:viewing:{request}"
