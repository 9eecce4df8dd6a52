"""What a reviewer types into the payload's form: the page's script saves it, the reviewer may discard it."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpResponse, JsonResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from approvals import lifecycle
from approvals.exceptions import EditedElsewhere, NotPermitted, Refused
from approvals.views.page import PersonRequest, onward, post_only, show, signed_in
from approvals.views.refusals import status_of
from approvals.views.request import corrections
from approvals.views.request.access import load, load_to_decide
from approvals.views.request.review import keep_typed
from audit import clock

_ELSEWHERE = _(
    # Translators: stands behind “Not saved:”.
    "you edited this payload in another tab or on another device. Press Review decision to see both."
)


@signed_in
@post_only("approvals:request", "pk")
def edits(request: PersonRequest, pk: UUID) -> HttpResponse:
    """Keep the posted form, and say when in `saved` (null where it holds no edit), for the person to read in
    `in_words`; or in `sentence` why not.
    """
    try:
        _, _, copy = keep_typed(request, load_to_decide(request, pk))
    except NotPermitted as refusal:
        return JsonResponse({"sentence": str(refusal)}, status=403)
    except Http404:
        return JsonResponse(
            {"sentence": gettext("This request is not here, or not yours to see.")}, status=404
        )
    except EditedElsewhere as refusal:
        return JsonResponse({"sentence": str(_ELSEWHERE)}, status=status_of(refusal))
    except Refused as refusal:
        return JsonResponse({"sentence": str(refusal)}, status=status_of(refusal))
    if copy is None:
        return JsonResponse({"saved": None})
    return JsonResponse(
        {"saved": clock.rfc3339(copy.updated_at), "in_words": clock.in_words(copy.updated_at)}
    )


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def discarding(request: PersonRequest, pk: UUID) -> HttpResponse:
    """GET: asks once, and shows what would go. POST: this person's edits of the request are gone."""
    case = load(request, pk)
    correction = corrections.correction_of(case.approval, case.person)
    if request.method == "POST":
        lifecycle.discard_edits(case.approval, by=case.person)
    if request.method == "POST" or correction.copy is None:
        return onward(request, case.approval.get_absolute_url())
    context = {"approval": case.approval, "at": case.at, "correction": correction}
    return show(request, "approvals/request/edits_discarding.html", context)
