"""A person used a draft by hand, or throws it away. Only a POST says so."""

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
def use(request: PersonRequest, pk: UUID) -> HttpResponse:
    """Note that the draft was used."""
    approval = load(request, pk).approval
    lifecycle.use_draft(approval.pk, by=request.user)
    return onward(request, approval.get_absolute_url())


@require_POST
@signed_in
@redrawn_by(_redraw)
def discarding(request: PersonRequest, pk: UUID) -> HttpResponse:
    """Note that nobody wants the draft."""
    approval = load(request, pk).approval
    lifecycle.discard_draft(approval.pk, by=request.user)
    return onward(request, approval.get_absolute_url())
