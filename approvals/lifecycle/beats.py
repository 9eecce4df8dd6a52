"""What do all lifecycle functions share? How they lock a request and how they record what happened."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import KW_ONLY, dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from django.utils.translation import gettext as _

from approvals import payload, wakeups
from approvals.exceptions import AlreadyDecided
from approvals.models import WHOLE, Approval, Assignment, PayloadVersion, from_rows
from approvals.models.among import among
from audit import log
from audit.message import Actor, Authority, NewEvent, Subject
from grants.models import User
from patience import statements


def lock(
    approval_id: UUID, *, by: User | None = None, concerned: Iterable[str] = (), agent: UUID | None = None
) -> Approval:
    """The request with its row locked until the transaction ends, read whole. Raises Approval.DoesNotExist.

    With `agent`, only where it is that agent's own.

    With `by`, what that person's authority rests on is locked as well (`_lock_authority`). What comes back is read
    after all locks, with the clock as `read_at` and the end of the request's chain of events as `chain`: another's
    change either came before, and shows, or waits. The lock leaves out the row's key, so that rows that only point to
    the request, such as notifications, are inserted without waiting.
    """
    subject = Subject(kind="approval", id=str(approval_id))
    with statements.pipelined():
        statements.execute(_LOCK, [approval_id, agent])
        if by is not None:
            _lock_authority(by, concerned)
        rows, end = statements.ask(_WHOLE, [approval_id, agent]), log.ask(subject)
        found = from_rows(rows())
        if not found:
            raise Approval.DoesNotExist
        approval = found[0]
        approval.read_at, approval.chain = end()
    return approval


def moment(approval: Approval) -> datetime:
    """The database's clock when the request was locked."""
    if approval.read_at is None:
        raise ValueError("Lock the request first: its moment is read behind the lock.")
    return approval.read_at


_THIS = "request WHERE request.id = %s AND request.agent_id = coalesce(%s, request.agent_id)"
_LOCK = f"SELECT FROM approvals_approval {_THIS} FOR NO KEY UPDATE"  # nosec B608 - constants
_WHOLE = f"SELECT {WHOLE} FROM approvals_approval {_THIS}"  # nosec B608 # noqa: S608 - constants
_LENT = """
    SELECT grantor_id FROM grants_delegatedgrant
    WHERE grantee_id = %s AND revoked_at IS NULL AND expires_at > statement_timestamp()
"""
_LOCK_GRANTS = f"{_LENT} ORDER BY id FOR NO KEY UPDATE"
_LOCK_PEOPLE = f"""
    SELECT FROM grants_user WHERE id = %s OR id IN ({_LENT}) OR email = ANY(%s)
    ORDER BY id FOR NO KEY UPDATE
"""  # nosec B608 - constants


def _lock_authority(by: User, concerned: Iterable[str]) -> None:
    """Lock what a person's authority rests on: the grants lent to them, their account, and the lenders' accounts.

    `concerned` are the addresses of others whose accounts matter. A grant that is revoked meanwhile, a membership
    that ends or an account that is deactivated either came first, and counts, or waits for this decision. Grants are
    locked before people, each in the order of their ids, so that no two decisions wait for one another in a circle.
    """
    statements.execute(_LOCK_GRANTS, [by.pk])
    statements.execute(_LOCK_PEOPLE, [by.pk, by.pk, list(concerned)])


def as_stored(person: User) -> User:
    """The person as their account stands now. Raises User.DoesNotExist."""
    rows = statements.fetch(_PERSON, [person.pk])
    if not rows:
        raise User.DoesNotExist
    return statements.instance(User, rows[0])


_PERSON = f"SELECT {statements.columns(User, 'person')} FROM grants_user person WHERE id = %s"  # nosec B608 # noqa: S608 - the model's own columns


def require_pending(approval: Approval) -> None:
    """Raises AlreadyDecided, in words for the person who came second."""
    if approval.is_pending:
        return
    if approval.is_draft:
        raise AlreadyDecided(
            _("This is a draft to use by hand: nobody is asked to decide it. Nothing was changed.")
        )
    # Translators: the state is a word such as “approved” or “rejected (needs changes)”.
    sentence = _("This request is already %(state)s. Nothing was changed.")
    raise AlreadyDecided(sentence % {"state": approval.state_name.lower()})


class Version(Protocol):
    """What an event says of the payload version that it is about."""

    @property
    def number(self) -> int: ...

    @property
    def sha256(self) -> bytes | memoryview[int]: ...


@dataclass(frozen=True, slots=True)
class RequestEvent:
    """Something that has happened to a request. `version` is the payload version that it is about."""

    approval: Approval
    type: str
    _: KW_ONLY
    actor: Actor
    at: datetime
    data: dict[str, Any]
    version: Version | None = None
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
    still_so = Assignment.objects.filter(approval__in=among(asked), is_open=True).order_by("pk")
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
