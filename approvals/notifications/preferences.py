"""What does a person want to hear, and where? Each event, through e-mail and through channels of their own."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from approvals import vault
from approvals.exceptions import InvalidInput
from approvals.models import Channel, Choice, Notification, Policy
from approvals.models.channel import ChannelQuerySet
from approvals.notifications import channels
from approvals.notifications.channels import email
from approvals.notifications.routing import EMAIL, NEVER_SILENT, Route, look_up
from audit import clock, log
from audit.message import START, Actor, NewEvent
from grants.models import User

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

Kind = Notification.Kind

EVENTS: dict[str, StrPromise] = {
    Kind.REQUESTED: gettext_lazy("A request needs your decision"),
    Kind.REMINDER: gettext_lazy("A request still needs it, and time runs out"),
    Kind.BREACHED: gettext_lazy("A deadline passed"),
    Kind.ESCALATED: gettext_lazy("A request is escalated to you"),
    Kind.REASSIGNED: gettext_lazy("A request is handed to you"),
    Kind.TAKEN_BACK: gettext_lazy("A request handed to you is taken back"),
    Kind.VOTES_VOIDED: gettext_lazy("An edit made your approval void"),
    Kind.DECIDED: gettext_lazy("A request that names you is decided"),
    Kind.MENTIONED: gettext_lazy("You are mentioned in a comment"),
    Kind.LEFT_OPEN: gettext_lazy("A reviewer has left a request open"),
    Kind.UNDERSTAFFED: gettext_lazy("Too few people can decide a request"),
    Kind.DRAFT: gettext_lazy("A draft is there to use"),
    Kind.MISMATCH: gettext_lazy("An agent executed something else"),
    Kind.NOT_IN_LOG: gettext_lazy("The signed log does not say what a request says"),
    Kind.GRANT_GIVEN: gettext_lazy("Authority is lent"),
    Kind.GRANT_STARTED: gettext_lazy("Lent authority starts"),
    Kind.GRANT_ENDED: gettext_lazy("Lent authority ends"),
    Kind.POOL: gettext_lazy("Anything new in the pool, and its passed deadlines"),
}
"""In the order of the page; the last is for approvers."""

MOST_CHANNELS = 5
LONGEST_NAME = 80
LAST_ONE = gettext_lazy(
    "Somebody is always told of a passed deadline: leave at least one channel on for “%(event)s”. "
    "Nothing was changed."
)


@transaction.atomic
def choose(user: User, wanted: Collection[tuple[str, Route]]) -> None:
    """Hear of exactly these. Raises InvalidInput where nothing would tell of a passed deadline."""
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    routes: list[Route] = [EMAIL, *own_channels(user).values_list("pk", flat=True)]
    for event in NEVER_SILENT:
        if not any((event, route) in wanted for route in routes):
            raise _last_one(event)
    Choice.objects.bulk_create(
        [
            Choice(user=user, event=event, channel_id=route, is_on=(event, route) in wanted)
            for event in EVENTS
            for route in routes
        ],
        update_conflicts=True,
        unique_fields=["user", "event", "channel"],
        update_fields=["is_on"],
    )


def chosen(user: User) -> set[tuple[str, Route]]:
    """What the person hears of, and where."""
    routes = look_up([user.email])
    return {(event, route) for event in EVENTS for route in routes.of(user.email, event)}


def own_channels(user: User) -> ChannelQuerySet:
    """The person's channels besides e-mail, in the order in which they came."""
    return Channel.objects.in_use().filter(owner=user)


@transaction.atomic
def add_own(user: User, *, kind: str, name: str, address: str) -> Channel:
    """Raises InvalidInput with what does not fit beside its field."""
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    if own_channels(user).count() >= MOST_CHANNELS:
        full = ngettext(
            "You have %(count)d channel: remove one first.",
            "You have %(count)d channels: remove one first.",
            MOST_CHANNELS,
        )
        raise _invalid("kind", full % {"count": MOST_CHANNELS})
    return _add(Channel(owner=user, kind=kind, name=name), address, by=user.as_actor())


@transaction.atomic
def add_of_policy(policy: Policy, *, kind: str, name: str, address: str, by: Actor) -> Channel:
    """A channel that hears of every breach under the policy, whatever its version. Raises InvalidInput."""
    channel = Channel(action_type=policy.action_type, workflow=policy.workflow, kind=kind, name=name)
    return _add(channel, address, by=by)


@transaction.atomic
def remove(channel: Channel, *, by: Actor) -> None:
    """Wipe where it leads. Raises InvalidInput where it is the last that tells its owner of a passed deadline."""
    locked = Channel.objects.select_for_update(of=("self",)).select_related("owner").get(pk=channel.pk)
    if locked.removed_at:
        return
    if locked.owner:
        _require_another(locked.owner, locked)
    at = clock.now()
    locked.removed_at, locked.sealed = at, b""
    locked.save(update_fields=["removed_at", "sealed"])
    log.record(_event(locked, "channel.removed", by, at))


def check_channel(kind: str, name: str, address: str) -> None:
    """Raises InvalidInput beside the field that does not fit."""
    if kind not in kinds_to_add():
        raise _invalid("kind", _("Choose one of the channels."))
    if not name.isprintable() or not 0 < len(name.strip()) <= LONGEST_NAME:
        named = ngettext(
            "Name it in up to %(count)d character.", "Name it in up to %(count)d characters.", LONGEST_NAME
        )
        raise _invalid("name", named % {"count": LONGEST_NAME})
    channels.of_kind(kind).check(address.strip())


def kinds_to_add() -> dict[str, channels.Adapter]:
    """Every channel that takes an address of its own: all but e-mail, which everybody has."""
    return {kind: adapter for kind, adapter in channels.all_kinds().items() if kind != email.KIND}


def _add(channel: Channel, address: str, *, by: Actor) -> Channel:
    channel.name = " ".join(channel.name.split())
    check_channel(channel.kind, channel.name, address)
    channel.sealed, channel.created_at = vault.seal(address.strip()), clock.now()
    channel.save(force_insert=True)
    log.record(_event(channel, "channel.added", by, channel.created_at), after=START)
    return channel


def _event(channel: Channel, event: str, by: Actor, at: datetime) -> NewEvent:
    return NewEvent(channel.as_subject(), event, actor=by, at=at, data=_facts(channel))


def _require_another(owner: User, leaving: Channel) -> None:
    heard = chosen(owner)
    for event in NEVER_SILENT:
        if not any(name == event and route != leaving.pk for name, route in heard):
            raise _last_one(event)


def _last_one(event: str) -> InvalidInput:
    return _invalid(event, LAST_ONE % {"event": EVENTS[event]})


def _invalid(field: str, sentence: str) -> InvalidInput:
    return InvalidInput.at(field, "unfit", sentence)


def _facts(channel: Channel) -> dict[str, object]:
    policy = {"action_type": channel.action_type, "workflow": channel.workflow}
    return {
        "kind": channel.kind,
        "name": channel.name,
        "owner": channel.owner.email if channel.owner else None,
        "policy": None if channel.owner else policy,
    }
