"""A person uses a draft by hand, or discards it. The agent executes nothing."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from approvals import authority
from approvals.exceptions import AlreadyDecided, LogKeyMissing, NotInLog, NotPermitted
from approvals.lifecycle import warrant
from approvals.lifecycle.beats import RequestEvent, as_stored, lock, moment, record
from approvals.models import Approval
from approvals.models.choices import Status
from audit.message import Authority
from grants.models import User


def use_draft(approval_id: UUID, *, by: User) -> Approval:
    """Note that this person used the draft. Raises NotPermitted, AlreadyDecided.

    Raises NotInLog where the log does not say that an agent left this payload: the administrators are told then.
    """
    try:
        return _settle(approval_id, Status.USED, "draft.used", by=by)
    except NotInLog as error:
        warrant.alarm(approval_id, str(error))
        raise NotInLog(
            _("The signed log does not say that the agent left this draft: do not use it.")
        ) from None
    except LogKeyMissing:
        raise LogKeyMissing(
            _("A key of the signed log is being replaced. Nothing was changed: try again in a few seconds.")
        ) from None


def discard_draft(approval_id: UUID, *, by: User) -> Approval:
    """Note that nobody wants the draft. Raises NotPermitted, AlreadyDecided."""
    return _settle(approval_id, Status.DISCARDED, "draft.discarded", by=by)


@transaction.atomic
def _settle(approval_id: UUID, status: Status, event: str, *, by: User) -> Approval:
    """Nobody is told: the others who were named find it gone from their drafts."""
    approval = lock(approval_id, by=by)
    at = moment(approval)
    by = as_stored(by)
    ruling = authority.may_use_draft(by, approval, at=at)
    if not ruling.allowed:
        raise NotPermitted(ruling.reason)
    principal = ruling.principal or by
    if not approval.is_draft:
        # Translators: the state is a word such as “used” or “discarded”.
        sentence = _("This is no open draft: it is %(state)s. Nothing was changed.")
        raise AlreadyDecided(sentence % {"state": approval.state_name.lower()})
    if status == Status.USED:
        warrant.require(approval)
    approval.status, approval.decided_at = status, at
    approval.save(update_fields=["status", "decided_at"])
    version = approval.version()
    used = Authority(
        basis=ruling.basis,
        principal=str(principal.pk),
        grant_id=str(ruling.grant.pk) if ruling.grant else None,
    )
    data = {
        "action_type": approval.action_type,
        "on_behalf_of": principal.as_facts(),
        "payload": version.value,
    }
    record(
        RequestEvent(approval, event, actor=by.as_actor(), at=at, version=version, authority=used, data=data)
    )
    return approval
