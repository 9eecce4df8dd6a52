"""What does a person's passkey sign? The page's script asks before it posts a critical decision. Nothing is decided."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse, JsonResponse

from approvals import lifecycle
from approvals.exceptions import NotPermitted, Refused
from approvals.lifecycle import ToSign, Words
from approvals.models import Approval
from approvals.views.page import PersonRequest, post_only, signed_in
from approvals.views.refusals import cleaned, status_of
from approvals.views.request.access import load_to_decide
from approvals.views.request.decisions import DecisionForm, RejectionForm, attestation_of, edited_text


@signed_in
@post_only("approvals:request", "pk")
def signing(request: PersonRequest, pk: UUID) -> HttpResponse:
    """What the posted form would decide, as a question to the passkey: `nonce`, WebAuthn's `options`, the `manifest`.

    Where it would be refused, `sentence` says why; posting the form itself then shows it in full.
    """
    try:
        asked = _asked(request, pk)
    except (Http404, Approval.DoesNotExist):
        return JsonResponse({"sentence": ""}, status=404)
    except NotPermitted as refusal:
        return JsonResponse({"sentence": str(refusal)}, status=403)
    except Refused as refusal:
        return JsonResponse({"sentence": str(refusal)}, status=status_of(refusal))
    return JsonResponse({"nonce": asked.nonce, "options": asked.options, "manifest": asked.manifest})


def _asked(request: PersonRequest, pk: UUID) -> ToSign:
    load_to_decide(request, pk)
    if request.POST.get("verdict") == "reject":
        rejecting = RejectionForm(request.POST)
        words = _words(cleaned(rejecting))
        return lifecycle.prepare_rejection(pk, by=request.user, seen=rejecting.seen(), words=words)
    approving = DecisionForm(request.POST)
    posted = cleaned(approving)
    return lifecycle.prepare_approval(
        pk,
        by=request.user,
        seen=approving.seen(),
        attestation=attestation_of(posted),
        edited=edited_text(request, pk),
    )


def _words(posted: dict[str, Any]) -> Words:
    return Words(posted["comment"], resolution=posted["resolution"], category=posted["category"])
