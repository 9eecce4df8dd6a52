"""What is proposed, why is it mine to decide, and where does it stand?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from approvals import lifecycle, reach
from approvals.exceptions import Refused
from approvals.views.inbox.filters import Filters
from approvals.views.inbox.inbox import inbox_context
from approvals.views.inbox.queues import Inbox
from approvals.views.kept_posts import forget, shown_again
from approvals.views.page import PersonRequest, post_only, show, signed_in, wants_fragment
from approvals.views.refusals import refused
from approvals.views.request.access import Case, load
from approvals.views.request.corrections import as_it_stands, newest_corrections
from approvals.views.request.editors import edited_by
from approvals.views.request.ending import edits_of, ending
from approvals.views.request.following import done_before, next_of
from approvals.views.request.form_pages import FormPage, page_of
from approvals.views.request.history import lines, mark_of
from approvals.views.request.keeping import take_up
from approvals.views.request.precedents import precedents_of
from approvals.views.request.succession import succession_of, successor_of
from approvals.views.request.voiding import voided_of

AS_FORM, AS_JSON, OPEN = VIEWS = ("form", "json", "open")
"""How the payload is edited: field by field, whole, or every field at once."""
FORMS = ("review", "edits", "comments")
"""The names of the addresses to which the forms of the request's page are posted."""


@require_safe
@signed_in
def request_page(request: PersonRequest, pk: UUID) -> HttpResponse:
    """Everything that a decision needs, in the order in which a person asks for it."""
    return show_request(request, load(request, pk))


@signed_in
@post_only("approvals:request", "pk")
def opening(request: PersonRequest, pk: UUID) -> HttpResponse:
    """The page says that it is open; a POST, so that no link scanner says so."""
    lifecycle.open_request(load(request, pk).approval.pk, by=request.user)
    return HttpResponse(status=204)


def show_request(
    request: PersonRequest,
    case: Case,
    *,
    page: FormPage | None = None,
    refusal: Refused | None = None,
    typed: Mapping[str, Any] | None = None,
    status: int = 200,
) -> HttpResponse:
    """The request's page; with `page` what was typed there, with `refusal` what stands against it."""
    as_json = request.GET.get("view") == AS_JSON
    shown, not_sent = shown_again(request, *FORMS, pk=case.approval.pk)
    if not_sent:
        page = take_up(case.approval, case.person, shown) if case.ruling.allowed else None
        forget(request)
    context = request_context(request, case, page, as_json=as_json) | refused(refusal or not_sent)
    context["typed"] = shown if typed is None else typed
    if not wants_fragment(request):
        queues = Inbox(case.person, case.at, Filters.read(request.GET), case.held)
        context = inbox_context(request, queues, current=case.approval) | context
    return show(
        request,
        "approvals/request/request.html",
        context,
        fragment="approvals/request/_request.html",
        status=status,
    )


def request_context(
    request: PersonRequest, case: Case, page: FormPage | None = None, *, as_json: bool = False
) -> dict[str, Any]:
    """What the request's page and its footer show."""
    correction, before = newest_corrections(case.approval, case.person)
    history = lines(case)
    is_used = case.awaits_person and not correction.is_stale
    current, kept = (correction, before) if is_used else (as_it_stands(case.approval), correction)
    return {
        "case": case,
        "approval": case.approval,
        "at": case.at,
        "correction": current,
        "page": (page or page_of(current, as_json=as_json)) if case.awaits_person else None,
        "open_all": request.GET.get("view") == OPEN,
        "kept": kept if kept and kept.changes else None,
        "proposal_edits": edits_of(case.approval),
        "edited_by": edited_by(case),
        "succession": succession_of(case),
        "precedents": precedents_of(case),
        "voided": voided_of(case),
        "successor": successor_of(case),
        "history": history,
        "mark": mark_of(history),
        "done": done_before(request, case),
        "warnings": [] if case.is_lost else reach.warnings(case.approval, at=case.at, people=case.people),
        **footer_context(request, case),
    }


def footer_context(request: PersonRequest, case: Case) -> dict[str, Any]:
    """How it ended, if it did, and what to open next."""
    is_done = not (case.awaits_person or case.approval.is_draft)
    found, url = next_of(request, case) if is_done else (None, "")
    return {
        "ending": None if case.approval.is_pending or case.approval.is_draft else ending(case),
        "next": found,
        "next_url": url,
    }
