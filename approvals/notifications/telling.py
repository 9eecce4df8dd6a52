"""What is written so that somebody is told? Rows, in the transaction of what they tell."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import uuid_utils.compat as uuid
from django.db import connection

from approvals.models import AgentKey, Approval, Loosening, Notification
from approvals.notifications.routing import NOBODY, Routes, look_up
from grants.models import DelegatedGrant, User
from patience import statements


@dataclass(frozen=True, slots=True)
class Told:
    """One thing to tell a person about a request, through the channels that they chose."""

    kind: Notification.Kind
    approval: Approval
    address: str


@dataclass(frozen=True, slots=True)
class TeamTold:
    """One thing to tell a policy's own channel about a request."""

    kind: Notification.Kind
    approval: Approval
    channel: UUID


def tell(told: Iterable[Told | TeamTold], *, at: datetime, routes: Routes = NOBODY) -> None:
    """Write a message for each, and each of their channels; `routes` are those that were looked up before."""
    told = list(told)
    routes = routes.with_people({one.address for one in told if isinstance(one, Told)})
    _write(
        (
            (one.kind, one.approval.pk, None, one.address if isinstance(one, Told) else "", channel)
            for one in told
            for channel in (routes.of(one.address, one.kind) if isinstance(one, Told) else [one.channel])
        ),
        at,
    )


def notify(approval: Approval, kind: Notification.Kind, recipients: Iterable[str], *, at: datetime) -> None:
    """Tell several people one thing about a request."""
    tell((Told(kind, approval, address) for address in dict.fromkeys(recipients)), at=at)


def notify_of_grant(
    grant: DelegatedGrant, kind: Notification.Kind, recipients: Iterable[str], *, at: datetime
) -> None:
    """Tell several people one thing about a grant."""
    addresses = list(dict.fromkeys(recipients))
    routes = look_up(addresses)
    _write(
        (
            (kind, None, grant.pk, address, channel)
            for address in addresses
            for channel in routes.of(address, kind)
        ),
        at,
    )


def notify_person(person: User, kind: Notification.Kind, *, at: datetime) -> None:
    """Tell a person of their own account: by e-mail, whatever they chose to hear of."""
    notify_about_person(person, kind, [person.email], at=at)


def notify_about_person(
    person: User, kind: Notification.Kind, recipients: Iterable[str], *, at: datetime
) -> None:
    """Tell several people what happens to a person's account: by e-mail, whatever they chose to hear of."""
    Notification.objects.bulk_create(
        Notification(kind=kind, person=person, recipient=address, created_at=at, next_attempt_at=at)
        for address in recipients
    )


def notify_of_loosening(asked: Loosening, recipients: Iterable[str], *, at: datetime) -> None:
    """Tell several people that a rule is to be loosened: by e-mail, whatever they chose to hear of."""
    Notification.objects.bulk_create(
        Notification(
            kind=Notification.Kind.LOOSENING,
            loosening=asked,
            recipient=address,
            created_at=at,
            next_attempt_at=at,
        )
        for address in recipients
    )


def notify_of_key(key: AgentKey, kind: Notification.Kind, recipients: Iterable[str], *, at: datetime) -> None:
    """Tell several people, each once, what happens to an agent's key: by e-mail, whatever they chose to hear of."""
    Notification.objects.bulk_create(
        Notification(kind=kind, agent_key=key, recipient=address, created_at=at, next_attempt_at=at)
        for address in dict.fromkeys(recipients)
    )


_COLUMNS = "id, created_at, next_attempt_at, attempts, last_error, kind, approval_id, grant_id, recipient, channel_id"
_COPY = f"COPY approvals_notification ({_COLUMNS}) FROM STDIN"
_INSERT = f"""
    INSERT INTO approvals_notification ({_COLUMNS})
    SELECT id, %s, %s, 0, '', kind, approval_id, grant_id, recipient, channel_id
    FROM unnest(%s::uuid[], %s::text[], %s::uuid[], %s::uuid[], %s::text[], %s::uuid[])
        AS told (id, kind, approval_id, grant_id, recipient, channel_id)
"""  # nosec B608 # noqa: S608 - a constant
_Row = tuple[str, UUID | None, UUID | None, str, UUID | None]

FEW = 100
"""Messages that one INSERT writes; more go by COPY, since a sweep writes them by the hundred thousand."""


def _write(rows: Iterable[_Row], at: datetime) -> None:
    rows = list(rows)
    if not rows:
        return
    if len(rows) <= FEW or statements.is_pipelined():
        kinds, *others = (list(column) for column in zip(*rows, strict=True))
        ids = [uuid.uuid7() for _ in rows]
        statements.execute(_INSERT, [at, at, ids, [str(kind) for kind in kinds], *others])
        return
    with connection.cursor() as cursor, cursor.copy(_COPY) as copy:
        for kind, *about in rows:
            copy.write_row((uuid.uuid7(), at, at, 0, "", str(kind), *about))
