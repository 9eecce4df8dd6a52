"""People say something to one another about a request. It stands in its history."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.views.decorators.http import require_POST

from approvals import lifecycle
from approvals.exceptions import Refused
from approvals.views.access import load
from approvals.views.page import PersonRequest, onward, signed_in
from approvals.views.refusals import redrawn_by
from approvals.views.requests import show_request


def _redraw(request: PersonRequest, pk: UUID, refusal: Refused) -> HttpResponse:
    return show_request(request, load(request, pk), refusal=refusal)


@require_POST
@signed_in
@redrawn_by(_redraw)
def comments(request: PersonRequest, pk: UUID) -> HttpResponse:
    """Add one. Whoever may read the request may."""
    approval = load(request, pk).approval
    lifecycle.comment(approval.pk, by=request.user, text=request.POST.get("text", ""))
    return onward(request, approval.get_absolute_url())
