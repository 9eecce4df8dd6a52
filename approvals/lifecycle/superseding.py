"""An agent proposes a request anew: the earlier one ends, so that only one of them is ever carried out."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from approvals.exceptions import AlreadySuperseded, CannotSupersede
from approvals.lifecycle.beats import RequestEvent, lock, record
from approvals.lifecycle.closing import tell_who_was_asked
from approvals.models import AgentKey, Approval
from approvals.models.choices import Status


def lock_to_supersede(earlier: UUID) -> Approval:
    """The earlier request, locked. Raises AlreadySuperseded, or CannotSupersede if it may have been carried out."""
    before = lock(earlier)
    if before.successor_id:
        raise AlreadySuperseded(
            f"The request in supersedes was superseded before, by {before.successor_id}: send that id, or null."
        )
    if before.is_claimed:
        raise CannotSupersede(
            "The request in supersedes was claimed, so it may have been carried out. Send null, and say in the "
            "rationale what should follow from it."
        )
    if before.status in (Status.NOT_REQUIRED, Status.USED):
        raise CannotSupersede(
            "The request in supersedes was carried out without a decision: nothing is left to take its place."
        )
    return before


def end(before: Approval, successor: Approval, *, key: AgentKey, at: datetime) -> None:
    """End a request that `lock_to_supersede` locked; its successor is stored already.

    A pending request is cancelled, and a draft discarded. A decided request keeps its state, but an approval can
    no longer be claimed.
    """
    before.successor_id = successor.pk
    was_open = before.is_pending or before.is_draft
    could_be_claimed = before.status == Status.APPROVED and not before.has_expired(at)
    if was_open or could_be_claimed:
        tell_who_was_asked(before, at)
    event, ending = _EVENTS.get(before.status, ("approval.superseded", None))
    if ending:
        before.status, before.decided_at = ending, at
        before.save(update_fields=["status", "decided_at"])
    version = before.version()
    data = {"key": key.prefix, "payload": version.value, "superseded_by": str(successor.pk)}
    actor = key.agent.as_actor()
    record(RequestEvent(before, event, actor=actor, at=at, version=version, data=data))


_EVENTS = {
    str(Status.PENDING): ("approval.cancelled", Status.CANCELLED),
    str(Status.DRAFT): ("draft.replaced", Status.DISCARDED),
}
"""By the status of the superseded request: which event records the end, and the status afterwards."""
