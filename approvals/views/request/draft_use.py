"""A person used a draft by hand, or throws it away. Only a POST says so."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from approvals import lifecycle
from approvals.exceptions import NotPermitted, Refused
from approvals.views.page import PersonRequest, carried, post_only, show, signed_in
from approvals.views.refusals import redrawn_by
from approvals.views.request.access import Case, load
from approvals.views.request.following import go_on
from approvals.views.request.requests import show_request


def _redraw(request: PersonRequest, pk: UUID, refusal: Refused) -> HttpResponse:
    return show_request(request, load(request, pk), refusal=refusal)


@signed_in
@post_only("approvals:request", "pk")
@redrawn_by(_redraw)
def use(request: PersonRequest, pk: UUID) -> HttpResponse:
    """Note that the draft was used."""
    lifecycle.use_draft(load(request, pk).approval.pk, by=request.user)
    return go_on(request, pk)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
@redrawn_by(_redraw)
def discarding(request: PersonRequest, pk: UUID) -> HttpResponse:
    """GET: asks once, since nothing brings a draft back. POST: note that nobody wants it."""
    case = load(request, pk)
    if request.method != "POST":
        return _ask(request, case)
    lifecycle.discard_draft(pk, by=request.user)
    return go_on(request, pk)


def _ask(request: PersonRequest, case: Case) -> HttpResponse:
    if not case.draft_ruling.allowed:
        raise NotPermitted(case.draft_ruling.reason)
    if not case.approval.is_draft:
        return redirect(case.approval.get_absolute_url() + carried(request))
    return show(request, "approvals/request/discarding.html", {"approval": case.approval, "at": case.at})
