"""Does the signed log bear out what would be carried out? What the tables say by themselves lets nobody proceed.

People who get around the database's guards can write rows; without the log's key they cannot write the event that
says the same (docs/rules.md: bound-to-the-log).
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

import structlog
from django.db import transaction

from approvals import payload
from approvals.exceptions import NotInLog
from approvals.models import Approval, Notification
from approvals.models.choices import Disposition, Status
from approvals.notifications import notify
from audit import clock, verify
from audit.clock import rfc3339
from grants.models import User

logger = structlog.get_logger(__name__)

SENTENCE = (
    "The signed log does not bear out that exactly this payload may be carried out: do not execute it. The "
    "administrators are told; submit the action again."
)
"""What an agent reads; the log of the process says what disagrees."""

EVENTS = {
    str(Status.APPROVED): "approval.granted",
    str(Status.NOT_REQUIRED): "approval.not_required",
    str(Status.DRAFT): "draft.recorded",
}
"""By status, the event without which nothing of a request is carried out."""


def require(approval: Approval) -> None:
    """Raises NotInLog unless the log says, signed, that these very bytes may be carried out; call `alarm` then.

    The request is approved, a draft, or one that the policy lets run.
    """
    if objection := _objections([approval]).get(approval.pk):
        raise NotInLog(objection)


def stopped(approvals: Collection[Approval], *, at: datetime) -> set[UUID]:
    """Those whose agent would be told to proceed at that moment, and which the log does not bear out.

    In one query, and none where no agent would proceed. The administrators are told.
    """
    proceeding = [one for one in approvals if one.disposition(at) == Disposition.PROCEED]
    found = _objections(proceeding) if proceeding else {}
    for one in proceeding:
        if one.pk in found:
            alarm(one.pk, found[one.pk])
    return set(found)


@transaction.atomic
def alarm(approval_id: UUID, objection: str) -> None:
    """Say in the process's log what disagrees, each time, and tell the administrators once of each request."""
    logger.critical("request_not_in_log", approval=str(approval_id), objection=objection)
    approval = Approval.objects.get(pk=approval_id)
    if approval.notifications.filter(kind=Notification.Kind.NOT_IN_LOG).exists():
        return
    staff = User.objects.filter(is_staff=True, is_active=True).order_by("email")
    addresses = list(staff.values_list("email", flat=True))
    notify(approval, Notification.Kind.NOT_IN_LOG, addresses, at=clock.now())


def _objections(approvals: Collection[Approval]) -> dict[UUID, str]:
    """By request, what the log says otherwise; those that it bears out are left out."""
    said = verify.last_of({one.as_subject(): EVENTS[one.status] for one in approvals})
    found = {one.pk: _objection(one, said.get(one.as_subject())) for one in approvals}
    return {pk: objection for pk, objection in found.items() if objection}


def _objection(approval: Approval, said: verify.Said | None) -> str:
    if said is None:
        return f"The log has no {EVENTS[approval.status]} of this request."
    if isinstance(said, verify.Tampered):
        return str(said)
    version = approval.version()
    digest = payload.digest(bytes(version.canonical))
    if (said["payload_version"], said["payload_sha256"]) != (version.number, digest.hex()):
        return (
            f"{said['type']} names version {said['payload_version']} with the SHA-256 {said['payload_sha256']}; "
            f"version {version.number} has the SHA-256 {digest.hex()}."
        )
    if digest != bytes(version.sha256):
        return f"Version {version.number} says of itself that its SHA-256 is {version.digest}; it is {digest.hex()}."
    until = said["data"].get("valid_until")
    if approval.valid_until and rfc3339(approval.valid_until) > until:
        return (
            f"{said['type']} says that it may be claimed until {until}, not {rfc3339(approval.valid_until)}."
        )
    return ""
