"""Does the signed log bear out what would be carried out? What the tables say by themselves lets nobody proceed.

People who get around the database's guards can write rows; without the log's key they cannot write the event that
says the same (docs/rules.md: bound-to-the-log).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog
from django.db import transaction

from approvals import payload
from approvals.exceptions import LogKeyMissing, NotInLog
from approvals.lifecycle.beats import lock
from approvals.models import Approval, Notification, PayloadVersion, Vote
from approvals.models.choices import Disposition, Status
from approvals.notifications import notify
from audit import clock, verify
from audit.clock import rfc3339
from audit.keys import UnknownKey
from grants.models import User

logger = structlog.get_logger(__name__)

SENTENCE = (
    "The signed log does not bear out that exactly this payload may be carried out: do not execute it. The "
    "administrators are told; submit the action again."
)
"""What an agent reads; the log of the process says what disagrees."""

KEY_MISSING = (
    "The process that answers does not hold yet the key that signed this in the log: do not execute it now. Nothing "
    "was changed; ask again in a few seconds."
)
"""What an agent reads while a new key of the log is put in place."""

Refusal = NotInLog | LogKeyMissing

EVENTS = {
    str(Status.APPROVED): "approval.granted",
    str(Status.NOT_REQUIRED): "approval.not_required",
    str(Status.DRAFT): "draft.recorded",
}
"""By status, the event without which nothing of a request is carried out."""

VOTED = "approval.voted"
CLAIMED = "approval.claimed"
ENDINGS = frozenset(
    {
        CLAIMED,
        "approval.cancelled",
        "approval.expired",
        "approval.superseded",
        "draft.used",
        "draft.discarded",
        "draft.replaced",
    }
)
"""The events after which nobody proceeds."""


def require(approval: Approval) -> None:
    """Raises NotInLog unless the log says, signed, that these very bytes may be carried out; call `alarm` then.

    The request is approved, a draft, or one that the policy lets run; where it is claimed, the log has to tell of this
    claim and no other. Raises LogKeyMissing where this process cannot tell, which alarms nobody.
    """
    if refusal := _refusals([approval]).get(approval.pk):
        raise refusal


def require_votes(approval: Approval, version: PayloadVersion, votes: Collection[Vote]) -> None:
    """Raises NotInLog unless the log says of each vote, signed, that its person approved this version; `alarm` then.

    In one query. Raises LogKeyMissing where this process cannot tell.
    """
    events = verify.said_of([approval.as_subject()], [VOTED])[approval.as_subject()]
    said = {one.body["data"]["vote"]: _approved(one.body) for one in events if one.type == VOTED and one.body}
    for vote in votes:
        if said.get(str(vote.pk)) == _approved_by(vote, version):
            continue
        _require_keys(approval, events)
        raise NotInLog(
            _of_doubts(events) or f"The log does not say that vote {vote.pk} is as the table has it."
        )


def _approved(body: Mapping[str, Any]) -> tuple[object, ...]:
    data = body["data"]
    people = (data["person"]["id"], data["on_behalf_of"]["id"], data["policy_seat"])
    return (*people, data["verdict"], body["payload_version"], body["payload_sha256"])


def _approved_by(vote: Vote, version: PayloadVersion) -> tuple[object, ...]:
    people = (str(vote.user_id), str(vote.principal_id), vote.fills_policy_seat)
    digest = payload.digest(bytes(version.canonical)).hex()
    return (*people, Vote.Verdict.APPROVE.value, version.number, digest)


def unproven(approvals: Collection[Approval], *, at: datetime) -> dict[UUID, Refusal]:
    """Those whose agent would be told to proceed at that moment, and which the log does not bear out; and why.

    In one query, and none where no agent would proceed. Where the log says otherwise the administrators are told.
    """
    proceeding = [one for one in approvals if one.disposition(at) == Disposition.PROCEED]
    found = _refusals(proceeding) if proceeding else {}
    for pk, refusal in list(found.items()):
        if isinstance(refusal, LogKeyMissing):
            continue
        if is_so := _once_locked(pk, at):
            alarm(pk, str(is_so))
        else:
            del found[pk]
    return found


@transaction.atomic
def _once_locked(approval_id: UUID, at: datetime) -> Refusal | None:
    """Why it is refused while nobody changes it: what was read before its events may have ended in between."""
    approval = lock(approval_id)
    if approval.disposition(at) != Disposition.PROCEED:
        return None
    return _refusals([approval]).get(approval_id)


@transaction.atomic
def alarm(approval_id: UUID, objection: str) -> None:
    """Say in the process's log what disagrees, once an hour, and tell the administrators once; of each request."""
    at = clock.now()
    if not _is_logged(approval_id, at):
        logger.critical("request_not_in_log", approval=str(approval_id), objection=objection)
    approval = lock(approval_id)
    if approval.notifications.filter(kind=Notification.Kind.NOT_IN_LOG).exists():
        return
    staff = User.objects.filter(is_staff=True, is_active=True).order_by("email")
    addresses = list(staff.values_list("email", flat=True))
    notify(approval, Notification.Kind.NOT_IN_LOG, addresses, at=at)


def _is_logged(approval_id: UUID, at: datetime) -> bool:
    """Whether this process logged it within the hour; else it is noted as logged now."""
    for pk in [pk for pk, then in list(_logged.items()) if at - then >= LOG_AGAIN]:
        _logged.pop(pk, None)
    return _logged.setdefault(approval_id, at) is not at


LOG_AGAIN = timedelta(hours=1)
_logged: dict[UUID, datetime] = {}
"""When this process last logged it of which request."""


def _refusals(approvals: Collection[Approval]) -> dict[UUID, Refusal]:
    """By request, why nothing of it is carried out; those that the log bears out are left out."""
    types = {*(EVENTS[one.status] for one in approvals), *ENDINGS}
    said = verify.said_of([one.as_subject() for one in approvals], types)
    found = {one.pk: _refusal(one, said[one.as_subject()]) for one in approvals}
    return {pk: refusal for pk, refusal in found.items() if refusal}


def _refusal(approval: Approval, events: Sequence[verify.Said]) -> Refusal | None:
    try:
        _require_keys(approval, events)
    except LogKeyMissing as refusal:
        return refusal
    objection = _of_doubts(events) or _of_ending(approval, events) or _of_agent(approval, events)
    objection = objection or _of_payload(approval, events)
    return NotInLog(objection) if objection else None


def _require_keys(approval: Approval, events: Sequence[verify.Said]) -> None:
    for one in events:
        if isinstance(one.doubt, UnknownKey):
            logger.error("log_key_missing", approval=str(approval.pk), why=str(one.doubt))
            raise LogKeyMissing(KEY_MISSING)


def _of_doubts(events: Sequence[verify.Said]) -> str:
    return next((str(one.doubt) for one in events if one.doubt), "")


def _of_ending(approval: Approval, events: Sequence[verify.Said]) -> str:
    """What the log says came after; the claim of a claimed request is to be there, and nothing else."""
    said = [one.body["data"].get("claim", one.type) for one in events if one.type in ENDINGS]
    expected = [str(approval.claim.claim_id)] if approval.is_claimed else []
    if said == expected:
        return ""
    endings = ", ".join(one.type for one in events if one.type in ENDINGS) or f"no {CLAIMED}"
    return (
        f"The log has {endings}, and the table says {'claimed' if expected else 'neither claimed nor ended'}."
    )


def _of_agent(approval: Approval, events: Sequence[verify.Said]) -> str:
    actor = events[0].body["actor"] if events else {"kind": "agent", "id": str(approval.agent_id)}
    if (actor["kind"], actor["id"]) == ("agent", str(approval.agent_id)):
        return ""
    return f"{events[0].type} is by {actor['kind']} {actor['id']}, not by agent {approval.agent_id}."


def _of_payload(approval: Approval, events: Sequence[verify.Said]) -> str:
    """Whether the last event that lets it happen names the bytes that would be handed out, and until when."""
    called = EVENTS[approval.status]
    said = next((one.body for one in reversed(events) if one.type == called), None)
    if said is None:
        return f"The log has no {called} of this request."
    version = approval.version()
    digest = payload.digest(bytes(version.canonical))
    if (said["payload_version"], said["payload_sha256"]) != (version.number, digest.hex()):
        return (
            f"{called} names version {said['payload_version']} with the SHA-256 {said['payload_sha256']}; "
            f"version {version.number} has the SHA-256 {digest.hex()}."
        )
    if digest != bytes(version.sha256):
        return f"Version {version.number} says of itself that its SHA-256 is {version.digest}; it is {digest.hex()}."
    told = said["data"].get("valid_until")
    until = rfc3339(approval.valid_until) if approval.valid_until else None
    return "" if until == told else f"{called} says that it may be claimed until {told}, not {until}."
