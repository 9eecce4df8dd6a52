"""Through which channels does a person hear of an event? As they chose; through e-mail and all their own if not."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from approvals.models import Approval, Channel, Choice, Notification
from grants.models import ApproverMembership

Kind = Notification.Kind
Route = UUID | None
"""A channel's id, or None for e-mail."""

EMAIL: Route = None

NEVER_SILENT = (Kind.BREACHED, Kind.ESCALATED)
"""Somebody is always told of a breach: the last channel for these cannot be switched off."""

OF_ACCOUNTS = (
    *(Kind.INVITED, Kind.RESET, Kind.CREDENTIALS, Kind.MORE_AUTHORITY, Kind.LOOSENING),
    *(Kind.KEY_EXPIRES, Kind.KEY_MISUSED, Kind.KEYS_STOPPED),
)
"""These come by e-mail whatever a person chose: nobody takes an account, more authority or a key in silence."""

OFF_AT_FIRST = frozenset({Kind.POOL})
"""What one hears of only by choice."""


@dataclass(frozen=True, slots=True)
class Routes:
    """The channels and choices of some people, looked up once for all of them: `known` are their addresses."""

    known: frozenset[str]
    channels: Mapping[str, Sequence[Route]]
    choices: Mapping[tuple[str, str, Route], bool]

    def with_people(self, addresses: Collection[str]) -> Routes:
        """Those of these people too; who is known already is not looked up again."""
        unknown = set(addresses) - self.known
        if not unknown:
            return self
        more = look_up(unknown)
        return Routes(
            self.known | more.known, {**self.channels, **more.channels}, {**self.choices, **more.choices}
        )

    def of(self, address: str, kind: str) -> list[Route]:
        """An address without an account chose nothing: e-mail. Empty where the person switched all off."""
        everything = [EMAIL, *self.channels.get(address, ())]
        wanted = [
            route
            for route in everything
            if self.choices.get((address, kind, route), kind not in OFF_AT_FIRST)
        ]
        return wanted or ([EMAIL] if kind in NEVER_SILENT else [])


def look_up(addresses: Collection[str]) -> Routes:
    """Two queries, however many they are."""
    channels: defaultdict[str, list[Route]] = defaultdict(list)
    own = Channel.objects.in_use().filter(owner__email__in=addresses)
    for address, pk in own.values_list("owner__email", "pk"):
        channels[address].append(pk)
    chosen = Choice.objects.filter(user__email__in=addresses)
    rows = chosen.values_list("user__email", "event", "channel_id", "is_on")
    choices: dict[tuple[str, str, Route], bool] = {
        (address, event, pk): is_on for address, event, pk, is_on in rows
    }
    return Routes(frozenset(addresses), dict(channels), choices)


NOBODY = Routes(frozenset(), {}, {})
"""Nobody was looked up yet."""


def pool_watchers(at: datetime) -> list[str]:
    """The approvers who chose to hear of everything in the pool."""
    members = ApproverMembership.objects.open(at).filter(user__is_active=True).values("user")
    chosen = Choice.objects.filter(event=Kind.POOL, is_on=True, user__in=members).order_by("user__email")
    return list(dict.fromkeys(chosen.values_list("user__email", flat=True)))


def team_channels(approvals: Iterable[Approval]) -> dict[tuple[str, str], list[UUID]]:
    """Those of the requests' policies, by the policy's action type and workflow."""
    action_types = {approval.policy.action_type for approval in approvals}
    found: defaultdict[tuple[str, str], list[UUID]] = defaultdict(list)
    rows = Channel.objects.in_use().of_teams().filter(action_type__in=action_types)
    for action_type, workflow, pk in rows.values_list("action_type", "workflow", "pk"):
        found[action_type, workflow].append(pk)
    return dict(found)
