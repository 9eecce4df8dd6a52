"""The account of somebody who answers for agents or keys is closed, or opened again: what follows for the keys?

They open nothing while the account is closed: `AgentKey.why_ended` reads that at every call, so no key's row changes.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime

from django.db.models import Q, QuerySet

from approvals.keys.facts import event_of
from approvals.models import Agent, AgentKey, Notification
from approvals.notifications import notify_about_person
from audit import log
from audit.message import Actor
from grants.models import User


def note_owner_left(person: User, *, by: Actor, at: datetime) -> int:
    """Record which keys stop with this person's account, and tell administrators and other owners; returns how many.

    In the transaction that closes it. What the agents proposed stays for people to decide.
    """
    stopped = stopped_by(person, at)
    owners = Q(agents__keys__in=stopped) | Q(agent_keys__in=stopped)
    others = User.objects.filter(Q(is_staff=True) | owners, is_active=True).exclude(pk=person.pk)
    count = _record("agent.owner_left", person, by=by, at=at)
    if count:
        addresses = others.order_by("email").distinct().values_list("email", flat=True)
        notify_about_person(person, Notification.Kind.KEYS_STOPPED, list(addresses), at=at)
    return count


def note_owner_back(person: User, *, by: Actor, at: datetime) -> int:
    """Record which keys open something again with this person's account; returns how many do."""
    return _record("agent.owner_back", person, by=by, at=at)


def stopped_by(person: User, at: datetime) -> QuerySet[AgentKey]:
    """The keys that open nothing while this person's account is closed, and would otherwise."""
    return AgentKey.objects.filter(
        Q(owner=person, agent__owner=person)
        | Q(owner=person, agent__owner__is_active=True)
        | Q(agent__owner=person, owner__is_active=True),
        Q(expires_at=None) | Q(expires_at__gt=at),
        revoked_at=None,
        agent__is_active=True,
    ).select_related("agent")


def _record(event: str, person: User, *, by: Actor, at: datetime) -> int:
    keys = defaultdict[Agent, list[str]](list)
    for key in stopped_by(person, at).order_by("agent", "prefix"):
        keys[key.agent].append(key.prefix)
    if not keys:
        return 0
    locked = Agent.objects.select_for_update(no_key=True).filter(pk__in=[agent.pk for agent in keys])
    for agent in locked.order_by("pk"):
        data: dict[str, object] = {"email": person.email, "keys": keys[agent]}
        log.record(event_of(agent, event, by, at, data))
    return sum(map(len, keys.values()))
