"""What can somebody do to a request, prepared before the race begins? The word that comes back says what became of it."""

from __future__ import annotations

import json

from approvals import delegation, lifecycle, payload
from approvals.exceptions import NotPermitted
from approvals.lifecycle import Seen
from approvals.models import AgentKey, Approval
from audit.message import SYSTEM
from grants import membership
from grants.models import DelegatedGrant, User
from tests.factories import EMAIL_PAYLOAD, attest, make_approval, proved, seen
from tests.races.arena import Act


def approving(approval: Approval, by: User, *, edited: dict[str, str] | None = None) -> Act:
    """Approve what the page showed before the race began; the word is how the request stands by then."""
    shown, words = seen(approval), attest(approval, by=by)
    if edited is not None:
        shown = Seen(shown.version, payload.digest(payload.canonical(edited)).hex())
    text = None if edited is None else json.dumps(edited)
    return lambda: str(
        lifecycle.approve(approval.pk, by=by, seen=shown, attestation=words, edited=text).status
    )


def rejecting(approval: Approval, by: User) -> Act:
    shown, proof = seen(approval), proved(approval, by=by)
    return lambda: str(
        lifecycle.reject(approval.pk, by=by, seen=shown, resolution="declined", proof=proof).status
    )


def if_permitted(act: Act) -> Act:
    """The act, or that the person doing it has lost the authority meanwhile."""

    def attempt() -> str:
        try:
            return act()
        except NotPermitted:
            return "NotPermitted"

    return attempt


def revoking(grantor: User, grantee: User) -> Act:
    grant = DelegatedGrant.objects.unrevoked().get(grantor=grantor, grantee=grantee)

    def revoke() -> str:
        delegation.revoke(grant.pk, by=grantor)
        return "revoked"

    return revoke


def leaving(user: User) -> Act:
    def leave() -> str:
        membership.leave(user, by=SYSTEM)
        return "left"

    return leave


def deactivating(user: User) -> Act:
    def deactivate() -> str:
        User.objects.filter(pk=user.pk).update(is_active=False)
        return "deactivated"

    return deactivate


def reassigning(approval: Approval, by: User, instead_of: User, *, to: User | None = None) -> Act:
    def reassign() -> str:
        lifecycle.reassign(
            approval.pk,
            by=by,
            to=to.email if to else "third@example.com",
            reason="On leave.",
            instead_of=instead_of.email,
            accepts_unknown=True,
        )
        return "reassigned"

    return reassign


def taking_back(approval: Approval, by: User, of: User) -> Act:
    def take_back() -> str:
        lifecycle.take_back(approval.pk, by=by, of=of.email)
        return "taken back"

    return take_back


def editing(approval: Approval, by: User) -> Act:
    return approving(approval, by, edited={**EMAIL_PAYLOAD, "subject": "Corrected"})


def cancelling(approval: Approval, key: AgentKey) -> Act:
    return lambda: str(lifecycle.cancel(approval.pk, by=key).status)


def superseding(approval: Approval, key: AgentKey) -> Act:
    def supersede() -> str:
        make_approval(key=key, supersedes=approval.pk)
        return "superseded"

    return supersede


def claiming(approval: Approval, key: AgentKey, idempotency_key: str) -> Act:
    def claim() -> str:
        lifecycle.claim(approval.pk, by=key, idempotency_key=idempotency_key)
        return "claimed"

    return claim
