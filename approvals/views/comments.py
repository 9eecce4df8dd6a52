"""People say something to one another about a request. It stands in its history."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse

from approvals import lifecycle
from approvals.exceptions import InvalidInput, Refused
from approvals.views.access import Case, load
from approvals.views.history import lines
from approvals.views.page import PersonRequest, onward, post_only, show, signed_in, wants_fragment
from approvals.views.refusals import redrawn_by, refused
from approvals.views.requests import show_request
from approvals.views.review import keep_typed


def _redraw(request: PersonRequest, pk: UUID, refusal: Refused) -> HttpResponse:
    case = load(request, pk)
    if wants_fragment(request):
        return _show_history(request, case, refusal=refusal)
    form = keep_typed(request, case).form if _has_payload(request, case) else None
    return show_request(request, case, form=form, refusal=refusal)


@signed_in
@post_only("approvals:request", "pk")
@redrawn_by(_redraw)
def comments(request: PersonRequest, pk: UUID) -> HttpResponse:
    """Add one; whoever may read the request may. The page around it stays, with all that was typed there.

    Without htmx the payload's form comes along, and is kept for whoever was correcting it.
    """
    approval = load(request, pk).approval
    lifecycle.comment(approval.pk, by=request.user, text=request.POST.get("text", ""))
    case = load(request, pk)
    if wants_fragment(request):
        return _show_history(request, case)
    if _has_payload(request, case) and (bound := keep_typed(request, case)).errors:
        refusal = InvalidInput(
            "The comment is added. The payload needs mending before it can be kept.", bound.errors
        )
        return show_request(request, case, form=bound.form, refusal=refusal, typed={})
    return onward(request, approval.get_absolute_url())


def _has_payload(request: PersonRequest, case: Case) -> bool:
    return "version" in request.POST and case.awaits_person


def _show_history(request: PersonRequest, case: Case, *, refusal: Refused | None = None) -> HttpResponse:
    context = {
        "case": case,
        "approval": case.approval,
        "at": case.at,
        "history": lines(case),
        "typed": request.POST if refusal else {},
        **refused(refusal),
    }
    return show(request, "approvals/_history.html", context)
