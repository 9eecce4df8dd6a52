"""What do all lifecycle functions share? How they lock a request and how they record what happened."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import KW_ONLY, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.db.models.functions import Now

from approvals import payload, wakeups
from approvals.exceptions import AlreadyDecided
from approvals.models import Approval, Assignment, PayloadVersion
from audit import log
from audit.message import Actor, Authority, NewEvent
from grants.models import DelegatedGrant, User


def lock(approval_id: UUID) -> Approval:
    """The request with its row locked until the transaction ends. Raises Approval.DoesNotExist.

    The lock leaves out the row's key, so that rows that only point to the request, such as notifications, are
    inserted without waiting.
    """
    return (
        Approval.objects.select_for_update(of=("self",), no_key=True)
        .with_parties()
        .prefetch_related("assignments", "versions")
        .get(pk=approval_id)
    )


def moment(approval: Approval) -> datetime:
    """The database's clock, read with the request locked. It also reads where the request's chain of events ends."""
    at, approval.chain = log.look(approval.as_subject())
    return at


def lock_authority(by: User, *, concerned: Iterable[str] = ()) -> None:
    """Lock what a person's authority rests on: the grants lent to them, their account, and the lenders' accounts.

    `concerned` are the addresses of others whose accounts matter. A grant that is revoked meanwhile, a membership
    that ends or an account that is deactivated either came first, and counts, or waits for this decision. Grants are
    locked before people, each in the order of their ids, so that no two decisions wait for one another in a circle.
    """
    grants = DelegatedGrant.objects.unrevoked().filter(grantee=by, expires_at__gt=Now())
    locked = list(grants.select_for_update(no_key=True, of=("self",)).order_by("pk"))
    people = Q(pk__in={by.pk, *(grant.grantor_id for grant in locked)}) | Q(email__in=list(concerned))
    list(User.objects.select_for_update(no_key=True).filter(people).order_by("pk").values("pk"))


def require_pending(approval: Approval) -> None:
    """Raises AlreadyDecided, in words for the person who came second."""
    if approval.is_pending:
        return
    if approval.is_draft:
        raise AlreadyDecided(
            "This is a draft to use by hand: nobody is asked to decide it. Nothing was changed."
        )
    raise AlreadyDecided(f"This request is already {approval.state_name.lower()}. Nothing was changed.")


@dataclass(frozen=True, slots=True)
class RequestEvent:
    """Something that has happened to a request. `version` is the payload version that it is about."""

    approval: Approval
    type: str
    _: KW_ONLY
    actor: Actor
    at: datetime
    data: dict[str, Any]
    version: PayloadVersion | None = None
    authority: Authority | None = None

    def for_log(self) -> NewEvent:
        """The event as the audit log takes it."""
        return NewEvent(
            self.approval.as_subject(),
            self.type,
            actor=self.actor,
            at=self.at,
            authority=self.authority,
            payload_version=self.version.number if self.version else None,
            payload_sha256=bytes(self.version.sha256) if self.version else None,
            data=self.data,
        )


def record(*events: RequestEvent, people: Iterable[str] | None = None) -> None:
    """Append the events to their requests' chains, and wake those who wait for these requests.

    `people` are the addresses whose open inboxes it concerns; by default those named on the requests.
    """
    approvals = {event.approval.pk: event.approval for event in events}
    ends = {one.as_subject(): one.chain for one in approvals.values() if one.chain}
    written = log.record_many([event.for_log() for event in events], ends=ends)
    for event, stored in zip(events, written, strict=True):
        event.approval.chain = stored.as_head()
    if people is None:
        people = [named.email for one in approvals.values() for named in one.assignments.all()]
    wakeups.publish_after_commit(*approvals, people=people)


def asked_of(approvals: Iterable[Approval]) -> dict[UUID, list[str]]:
    """The addresses that each request is still asked of, in one query and without model objects."""
    asked: dict[UUID, list[str]] = {approval.pk: [] for approval in approvals}
    still_so = Assignment.objects.filter(approval__in=list(asked), is_open=True).order_by("pk")
    for approval_id, email in still_so.values_list("approval_id", "email"):
        asked[approval_id].append(email)
    return asked


def new_version(
    approval: Approval, source: str, value: Any, *, at: datetime, **fields: Any
) -> PayloadVersion:
    """A payload version, not yet saved: its canonical bytes and their hash."""
    canonical = payload.canonical(value)
    return PayloadVersion(
        approval=approval,
        canonical=canonical,
        sha256=payload.digest(canonical),
        source=source,
        created_at=at,
        **fields,
    )


def changes_since_first(approval: Approval, version: PayloadVersion) -> list[dict[str, Any]]:
    """An RFC 6902 patch from what the agent proposed to this version."""
    if version.number == 1:
        return []
    return payload.patch(approval.version(1).value, version.value)
