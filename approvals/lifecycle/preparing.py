"""What is a passkey asked to sign? What a decision would store, worked out just as the decision does it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from approvals import signing
from approvals.exceptions import InvalidInput
from approvals.lifecycle import decision, safeguards
from approvals.lifecycle.ballot import Words, draft_of
from approvals.lifecycle.beats import lock, moment
from approvals.lifecycle.decision import Seen
from approvals.lifecycle.safeguards import Attestation
from approvals.models import Approval
from grants.models import User


@dataclass(frozen=True, slots=True)
class ToSign:
    """`options` are WebAuthn's for the browser; `nonce` comes back with the signature; `manifest` is what is signed."""

    nonce: str
    options: dict[str, Any]
    manifest: dict[str, Any]


@transaction.atomic
def prepare_approval(
    approval_id: UUID, *, by: User, seen: Seen, attestation: Attestation, edited: str | None = None
) -> ToSign:
    """What the person's passkey signs to approve. Raises what `approve` would; nothing is decided."""
    approval = lock(approval_id, by=by)
    at = moment(approval)
    person, ruling = decision.ruled(approval, by, seen, at)
    version, is_edited = decision.final_version(approval, person, seen, edited, at)
    _require_critical(approval)
    asked = signing.Assertion("", {})
    safeguards.check(approval, attestation.with_proof(asked), is_edited=is_edited)
    draft = draft_of(approval, version, person, ruling, Words.of(attestation))
    return _asked(draft, approval)


@transaction.atomic
def prepare_rejection(approval_id: UUID, *, by: User, seen: Seen, words: Words) -> ToSign:
    """What the person's passkey signs to reject. Raises what `reject` would; nothing is decided."""
    approval = lock(approval_id, by=by)
    at = moment(approval)
    person, ruling = decision.ruled(approval, by, seen, at)
    decision.require_words(words)
    _require_critical(approval)
    return _asked(draft_of(approval, approval.version(), person, ruling, words), approval)


def _require_critical(approval: Approval) -> None:
    if not signing.is_critical(approval):
        raise InvalidInput.at("passkey", "not_critical", _("This decision takes no passkey."))


def _asked(draft: signing.Draft, approval: Approval) -> ToSign:
    at = moment(approval)
    passkeys = signing.settled(draft.by, at)
    if not passkeys:
        raise InvalidInput.at("passkey", "no_passkey", _("You have no passkey that signs decisions yet."))
    return ToSign(*signing.question(draft, passkeys, at))
