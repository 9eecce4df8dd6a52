"""A person takes back what they handed on. Only a POST does."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse

from approvals import lifecycle
from approvals.exceptions import Refused
from approvals.views.page import PersonRequest, onward, post_only, signed_in
from approvals.views.refusals import redrawn_by
from approvals.views.request.access import load
from approvals.views.request.requests import show_request


def _redraw(request: PersonRequest, pk: UUID, refusal: Refused) -> HttpResponse:
    return show_request(request, load(request, pk), refusal=refusal)


@signed_in
@post_only("approvals:request", "pk")
@redrawn_by(_redraw)
def taking_back(request: PersonRequest, pk: UUID) -> HttpResponse:
    """`of` is the address that is asked no more."""
    approval = load(request, pk).approval
    lifecycle.take_back(approval.pk, by=request.user, of=request.POST.get("of", ""))
    return onward(request, approval.get_absolute_url())
