"""What is typed into the payload's form is saved while it is typed; the page's script asks for it."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpResponse, JsonResponse

from approvals.exceptions import NotPermitted, Refused
from approvals.views.access import load_to_decide
from approvals.views.page import PersonRequest, post_only, signed_in
from approvals.views.refusals import status_of
from approvals.views.review import keep_typed


@signed_in
@post_only("approvals:request", "pk")
def edits(request: PersonRequest, pk: UUID) -> HttpResponse:
    """Keep the posted form, and say when in `saved` (null where it holds no edit), or in `sentence` why not."""
    try:
        _, _, copy = keep_typed(request, load_to_decide(request, pk))
    except NotPermitted as refusal:
        return JsonResponse({"sentence": str(refusal)}, status=403)
    except Http404:
        return JsonResponse({"sentence": "This request is not here, or not yours to see."}, status=404)
    except Refused as refusal:
        return JsonResponse({"sentence": str(refusal)}, status=status_of(refusal))
    return JsonResponse({"saved": copy.updated_at.isoformat() if copy else None})
