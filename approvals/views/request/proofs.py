"""With what did a person show, in the form of one decision, that it is they? And what does the page ask them for?"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms

from approvals import signing
from approvals.signing import Assertion, Proof, Ways
from approvals.views.account import again_provider
from approvals.views.account.attempts import is_own_code, is_own_password
from approvals.views.account.factor_adapter import passkeys_work
from approvals.views.account.factor_forms import CredentialField
from approvals.views.page import PersonRequest
from approvals.views.request.access import Case


class ProofForm(forms.Form):
    """A password, a code of the app, or what a passkey signed; all empty where the risk asks for none."""

    password = forms.CharField(required=False, strip=False)
    code = forms.CharField(required=False, max_length=40)
    credential = CredentialField(required=False)
    nonce = forms.CharField(required=False, max_length=40)


def proof_of(request: PersonRequest, pk: UUID, posted: dict[str, Any]) -> Proof | None:
    """The proof that came with the decision, or that their provider has just asked them anew.

    A password or code is looked at once, here. Raises TooManyAttempts.
    """
    if posted["credential"]:
        return Assertion(posted["nonce"], posted["credential"])
    if posted["password"]:
        is_right = is_own_password(request, posted["password"])
        return signing.retyped("password", request.user, pk, is_right=is_right)
    if posted["code"]:
        return signing.retyped("code", request.user, pk, is_right=is_own_code(request, posted["code"]))
    return signing.retyped("provider", request.user, pk) if again_provider.take(request, pk) else None


def ways(request: PersonRequest, case: Case) -> Ways | None:
    """With what this person may sign on this page, or None where the request takes no proof."""
    if not signing.is_critical(case.approval):
        return None
    return signing.ways_of(request.user, case.at, passkeys_work=passkeys_work(request))
