"""When do people hear of a key: before it expires, and when its text is used after its end?"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from django.db import Error, connection, transaction
from django.db.models import Q

from approvals.keys.facts import describe_key, event_of, moment
from approvals.models import Agent, AgentKey, Notification
from approvals.notifications import notify_of_key
from audit import clock, log
from audit.message import SYSTEM
from grants.models import User
from grants.roles import Role

logger = structlog.get_logger(__name__)

WARNED = (14, 3)
"""How many days before its end people are told of it; a key that lasts no longer than that is not told of then."""


def watch() -> int:
    """Tell of keys that end soon, and of keys that were used after their end; returns of how many.

    Each in a transaction of its own, so that one that fails holds up no other. However many run at once, each is told
    once.
    """
    at = clock.now()
    ending, misused = _ending(at), _misused()
    found = [(pk, _tell_of_end) for pk in ending] + [(pk, _alarm) for pk in misused]
    return sum(_each(pk, tell) for pk, tell in found)


def days_told(key: AgentKey, at: datetime) -> int | None:
    """The fewest days of WARNED within which a valid key ends; None if it ends later, or never."""
    if key.expires_at is None or not key.is_valid(at):
        return None
    lasts, left = key.expires_at - key.created_at, key.expires_at - at
    return min((one for one in WARNED if left <= timedelta(days=one) < lasts), default=None)


def _each(pk: UUID, tell: Callable[[AgentKey], bool]) -> bool:
    try:
        with transaction.atomic():
            key = _locked(pk)
            return key is not None and tell(key)
    except Error:
        if not connection.is_usable():
            raise
        logger.exception("key_not_watched", key=str(pk))
        return False


def _locked(pk: UUID) -> AgentKey | None:
    """The key, with its agent's row locked first, as everything that writes the agent's events does."""
    agents = Agent.objects.select_for_update(skip_locked=True, no_key=True, of=("self",)).filter(keys=pk)
    agent = agents.select_related("owner").first()
    if agent is None:
        return None
    key = AgentKey.objects.select_for_update(skip_locked=True, of=("self",)).filter(pk=pk)
    found = key.select_related("owner").first()
    if found:
        found.agent = agent
    return found


def _ending(at: datetime) -> Iterable[UUID]:
    soon = AgentKey.objects.valid(at).filter(expires_at__lte=at + timedelta(days=max(WARNED)))
    soon = soon.filter(Q(expiry_told=None) | Q(expiry_told__gt=min(WARNED)))
    return list(soon.values_list("pk", flat=True))


def _tell_of_end(key: AgentKey) -> bool:
    """Tell who answers for it, once for each of the days; not of a key in whose place another came."""
    at = clock.now()
    days = days_told(key, at)
    if days is None or (key.expiry_told is not None and key.expiry_told <= days):
        return False
    if key.successors.valid(at).exists():
        return False
    key.expiry_told = days
    key.save(update_fields=["expiry_told"])
    notify_of_key(key, Notification.Kind.KEY_EXPIRES, _owners(key), at=at)
    return True


def _misused() -> Iterable[UUID]:
    untold = AgentKey.objects.filter(refusals__contains=[{"is_told": False}])
    return list(untold.values_list("pk", flat=True))


def _alarm(key: AgentKey) -> bool:
    """Record from where the key was used after its end, and tell who answers for it and who keeps the agents."""
    at = clock.now()
    untold = [one for one in key.refusals if not one["is_told"]]
    if not untold:
        return False
    key.alarmed_at = at
    key.refusals = [{**one, "is_told": True} for one in key.refusals]
    key.save(update_fields=["alarmed_at", "refusals"])
    for one in untold:
        used = {"used_at": moment(datetime.fromisoformat(one["at"]))}
        used |= {"address": one["address"], "because": one["because"]}
        log.record(event_of(key.agent, "agent.key_misused", SYSTEM, at, {**describe_key(key), **used}))
    notify_of_key(key, Notification.Kind.KEY_MISUSED, [*_owners(key), *_keepers()], at=at)
    return True


def _keepers() -> list[str]:
    """Who keeps the agents and can revoke their keys; where nobody does, who keeps accounts and can find somebody."""
    found = (User.objects.holding(role).order_by("email") for role in (Role.AGENTS, Role.ACCOUNTS))
    addresses = (list(people.values_list("email", flat=True)) for people in found)
    return next(filter(None, addresses), [])


def _owners(key: AgentKey) -> list[str]:
    """Who answers for it, and can read mail here."""
    return [one.email for one in (key.owner, key.agent.owner) if one.is_active]
