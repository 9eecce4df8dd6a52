"""People say something to one another about a request. It stands in its history."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse

from approvals import lifecycle
from approvals.exceptions import EditedElsewhere, InvalidInput, Refused, TooLarge
from approvals.views.page import PersonRequest, onward, post_only, show, signed_in, wants_fragment
from approvals.views.refusals import redrawn_by, refused, status_of
from approvals.views.request.access import Case, load
from approvals.views.request.form_pages import FormPage, base_version, read_post
from approvals.views.request.history import lines, mark_of
from approvals.views.request.requests import show_request
from approvals.views.request.review import keep_typed, typed_page


def _redraw(request: PersonRequest, pk: UUID, refusal: Refused) -> HttpResponse:
    case = load(request, pk)
    if wants_fragment(request):
        return _show_history(request, case, refusal=refusal)
    return show_request(request, case, page=_kept_page(request, case), refusal=refusal)


@signed_in
@post_only("approvals:request", "pk")
@redrawn_by(_redraw)
def comments(request: PersonRequest, pk: UUID) -> HttpResponse:
    """Add one, as every reader of the request may. The page around it stays, with all that was typed there.

    Without htmx the payload's form comes along, and is kept for the person correcting it.
    """
    case = load(request, pk)
    approval = case.approval
    is_fragment = wants_fragment(request)
    if not is_fragment and _has_payload(request, case):
        # Refused before the comment is stored, which would appear twice once it is sent again.
        read_post(approval, base_version(approval, request.POST), request.POST)
    lifecycle.comment(approval.pk, by=request.user, text=request.POST.get("text", ""))
    case = load(request, pk)
    if is_fragment:
        return _show_history(request, case)
    try:
        if _has_payload(request, case):
            keep_typed(request, case)
    except EditedElsewhere as refusal:
        page = typed_page(request, case)
        return show_request(request, case, page=page, refusal=refusal, typed={}, status=status_of(refusal))
    return onward(request, approval.get_absolute_url())


def _has_payload(request: PersonRequest, case: Case) -> bool:
    return "version" in request.POST and case.awaits_person


def _kept_page(request: PersonRequest, case: Case) -> FormPage | None:
    """The payload's form as it was posted beside a refused comment; kept, unless other edits are in the way.

    None where none was posted, or one that no page of this request has.
    """
    if not _has_payload(request, case):
        return None
    try:
        page, _, _ = keep_typed(request, case)
    except EditedElsewhere:
        return typed_page(request, case)
    except (InvalidInput, TooLarge):
        return None
    return page


def _show_history(request: PersonRequest, case: Case, *, refusal: Refused | None = None) -> HttpResponse:
    history = lines(case)
    context = {
        "case": case,
        "approval": case.approval,
        "at": case.at,
        "history": history,
        "mark": mark_of(history),
        "typed": request.POST if refusal else {},
        **refused(refusal),
    }
    return show(request, "approvals/request/_history.html", context)
