"""What exactly would be approved, and what does approving it take? A page of its own, before the button."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from approvals import lifecycle
from approvals.exceptions import EditedElsewhere, InvalidInput, Refused, StaleVersion
from approvals.models import WorkingCopy
from approvals.models.approval import MOST_EVIDENCE
from approvals.payload import Bound
from approvals.views.inbox.headlines import headline_of
from approvals.views.kept_posts import shown_again
from approvals.views.page import PersonRequest, carried, onward, show, signed_in
from approvals.views.refusals import redrawn_by, refused, status_of
from approvals.views.request import corrections
from approvals.views.request.access import Case, load, load_to_decide
from approvals.views.request.editors import edited_by, left_by
from approvals.views.request.ending import edits_of
from approvals.views.request.form_pages import FormPage, base_version, read_post
from approvals.views.request.keeping import keep
from approvals.views.request.proofs import ways
from approvals.views.request.requests import VIEWS, footer_context, show_request

LEADS_TO = {
    "rejection": "approvals:rejection",
    "reassignment": "approvals:reassignment",
    "save": "approvals:request",
}
"""Where a button of the payload's form leads besides the review page. What was typed is kept, fit or not."""


def _redraw_request(request: PersonRequest, pk: UUID, refusal: Refused) -> HttpResponse:
    case = load(request, pk)
    page = typed_page(request, case) if isinstance(refusal, EditedElsewhere) else None
    return show_request(request, case, page=page, refusal=refusal)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
@redrawn_by(_redraw_request)
def review(request: PersonRequest, pk: UUID) -> HttpResponse:
    """GET: the page that approves. POST: keep what was typed in the payload's form, and go there."""
    case = load_to_decide(request, pk)
    if request.method == "POST":
        return _keep_edits(request, case)
    correction = corrections.correction_of(case.approval, request.user)
    if correction.is_stale or not correction.is_fit or not case.awaits_person:
        return redirect(case.approval.get_absolute_url() + carried(request))
    return show_review(request, case)


def show_review(request: PersonRequest, case: Case, *, refusal: Refused | None = None) -> HttpResponse:
    """The review page; with `refusal` what stands against the decision, and what was typed is still there."""
    typed, not_sent = shown_again(request, "decision", pk=case.approval.pk)
    context = review_context(request, case) | refused(refusal or not_sent) | {"typed": typed}
    context["ticked"] = {int(index) for index in typed.getlist("acknowledged") if index in _INDEXES}
    return show(request, "approvals/request/review.html", context, fragment="approvals/request/_review.html")


def review_context(request: PersonRequest, case: Case) -> dict[str, Any]:
    """The final payload, its changes, and what this approval asks for."""
    correction = corrections.correction_of(case.approval, case.person)
    needed = lifecycle.safeguards_of(case.approval, is_edited=correction.is_edited)
    evidence = [item for item in case.approval.evidence_to_acknowledge() if item[0] in needed.acknowledge]
    return {
        "case": case,
        "approval": case.approval,
        "at": case.at,
        "correction": correction,
        "headline": headline_of(case.approval, correction.value),
        "needed": needed,
        "ways": ways(request, case),
        "to_acknowledge": evidence,
        "proposal_edits": edits_of(case.approval),
        "edited_by": edited_by(case),
        "left_by": left_by(correction.base, case),
        "votes_left": case.approval.quorum - (0 if correction.is_edited else len(case.approving)),
        **footer_context(request, case),
    }


_INDEXES = {str(index) for index in range(MOST_EVIDENCE)}


def _keep_edits(request: PersonRequest, case: Case) -> HttpResponse:
    """Keep what was typed, say that the request was opened, go on to the review page."""
    approval = case.approval
    page, bound = keep_typed(request, case)[:2]
    lifecycle.require_pending(approval)
    if page.base.number != approval.current_version:
        raise StaleVersion(
            _("Somebody edited the payload since this page was made. Look at it as it now stands.")
        )
    if bound.is_reshaped:
        return show_request(request, case, page=page)
    if leads_to := LEADS_TO.get(request.POST.get("then", "")):
        return onward(request, reverse(leads_to, args=[approval.pk]))
    if bound.errors:
        refusal = InvalidInput(_("The payload needs mending before it can be reviewed."), bound.errors)
        return show_request(request, case, page=page, refusal=refusal, status=status_of(refusal))
    if request.POST.get("view") in VIEWS:
        return onward(request, approval.get_absolute_url(), view=request.POST["view"])
    lifecycle.open_request(approval.pk, by=request.user)
    return onward(request, reverse("approvals:review", args=[approval.pk]))


def keep_typed(request: PersonRequest, case: Case) -> tuple[FormPage, Bound, WorkingCopy | None]:
    """The posted page, what was typed there, and what was kept of it. Raises InvalidInput, EditedElsewhere."""
    page, bound = read_post(case.approval, base_version(case.approval, request.POST), request.POST)
    return page, bound, keep(case.approval, request.user, page, bound)


def typed_page(request: PersonRequest, case: Case) -> FormPage:
    """The posted page again, which now knows of the other edits: sent once more, it replaces them."""
    page = read_post(case.approval, base_version(case.approval, request.POST), request.POST)[0]
    other = corrections.correction_of(case.approval, case.person).copy
    return replace(page, saw=str(other.saved_as) if other else "")
