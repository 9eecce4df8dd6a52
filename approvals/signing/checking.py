"""Is this decision signed as its risk asks? The one place where a critical decision's proof is looked at."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.utils.translation import gettext as _

from approvals.exceptions import FieldError, InvalidInput
from approvals.models import Approval
from approvals.models.choices import Risk
from approvals.signing import passkeys
from approvals.signing.invitations import Invitation, invite, use_up
from approvals.signing.manifest import Draft, manifest_of
from approvals.signing.proofs import Assertion, Proof, Retyped
from audit.verify.signatures import challenge

Signed = tuple[dict[str, Any], dict[str, Any] | None]
"""The manifest, and the passkey's signature where one signed it."""


def is_critical(approval: Approval) -> bool:
    """Whether a decision on it takes a proof of its own."""
    return Risk(approval.risk).rank >= Risk.CRITICAL.rank


def objection(approval: Approval, proof: Proof | None) -> FieldError | None:
    """What is plainly missing for a critical decision, before anything is looked up; pointers are the form's fields."""
    if not is_critical(approval) or isinstance(proof, Assertion):
        return None
    if settings.REQUIRE_PASSKEY_FOR_CRITICAL:
        sentence = _(
            "Sign with your passkey: this action is critical, and a password does not decide it here."
        )
        return FieldError("passkey", "passkey_required", sentence)
    if proof is None:
        sentence = _("Enter your password again: this action is critical.")
        return FieldError("password", "reauthentication", sentence)
    return None if proof.is_right else _wrong(proof)


def sign(draft: Draft, proof: Proof | None, *, at: datetime) -> Signed:
    """The decision's manifest, with the passkey's signature if one signed. Raises InvalidInput.

    Call it with the request locked: what is signed is worked out from the rows, and never taken from the browser.
    """
    if not is_critical(draft.approval):
        return manifest_of(draft, signed_with="session", at=at), None
    error = objection(draft.approval, proof)
    if error:
        raise InvalidInput(error.message, [error])
    if isinstance(proof, Assertion):
        return _by_passkey(draft, proof, at)
    return _by_retyping(draft, proof, at)


def question(
    draft: Draft, found: Sequence[Authenticator], at: datetime
) -> tuple[str, dict[str, Any], dict[str, Any]]:
    """What these passkeys are asked to sign: the nonce, WebAuthn's options, the manifest."""
    invitation = invite(draft.approval.pk, by=draft.by, at=at)
    manifest = _to_sign(draft, invitation)
    return invitation.nonce, passkeys.options(found, challenge(manifest)), manifest


def _to_sign(draft: Draft, invitation: Invitation) -> dict[str, Any]:
    return manifest_of(
        draft, signed_with="passkey", at=invitation.at, nonce=invitation.nonce, site=passkeys.site()
    )


def _by_retyping(draft: Draft, proof: Proof | None, at: datetime) -> Signed:
    if not isinstance(proof, Retyped) or not proof.spend(by=draft.by, request=draft.approval.pk):
        sentence = _("Enter your password again: what you entered before does not count for this decision.")
        raise InvalidInput.at("password", "reauthentication", sentence)
    return manifest_of(draft, signed_with=proof.way, at=at), None


def _by_passkey(draft: Draft, proof: Assertion, at: datetime) -> Signed:
    invitation = use_up(draft.approval.pk, proof.nonce, by=draft.by, at=at)
    if invitation is None:
        raise passkeys.refused(
            _("What your passkey signed is out of date. Press the button again to sign it anew.")
        )
    manifest = _to_sign(draft, invitation)
    signature = passkeys.verified(proof.credential, manifest, challenge(manifest), by=draft.by, at=at)
    return manifest, signature


def _wrong(proof: Retyped) -> FieldError:
    if proof.way == "code":
        sentence = _("That code is wrong, or was used before. Enter the one that your app shows now.")
        return FieldError("code", "wrong_code", sentence)
    sentence = _("That password is wrong. Enter the one you sign in with; all else you entered is kept.")
    return FieldError("password", "wrong_password", sentence)
