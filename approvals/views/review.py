"""What exactly would be approved, and what does approving it take? A page of its own, before the button."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from approvals import lifecycle, safeguards
from approvals.exceptions import InvalidInput, Refused, StaleVersion
from approvals.lifecycle.beats import require_pending
from approvals.models import PayloadVersion
from approvals.payload import Bound, PayloadForm
from approvals.views import drafts
from approvals.views.access import Case, load, load_to_decide
from approvals.views.ending import edits_of
from approvals.views.headlines import headline_of
from approvals.views.page import PersonRequest, carried, onward, show, signed_in
from approvals.views.refusals import redrawn_by, refused, status_of
from approvals.views.requests import VIEWS, footer_context, form_of, show_request


def _redraw_request(request: PersonRequest, pk: UUID, refusal: Refused) -> HttpResponse:
    return show_request(request, load(request, pk), refusal=refusal)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
@redrawn_by(_redraw_request)
def review(request: PersonRequest, pk: UUID) -> HttpResponse:
    """GET: the page that approves. POST: keep what was typed in the payload's form, and go there."""
    case = load_to_decide(request, pk)
    if request.method == "POST":
        return _keep_edits(request, case)
    draft = drafts.draft_of(case.approval, request.user)
    if draft.is_stale or not case.awaits_person:
        return redirect(case.approval.get_absolute_url() + carried(request))
    return show_review(request, case)


def show_review(request: PersonRequest, case: Case, *, refusal: Refused | None = None) -> HttpResponse:
    """The review page; with `refusal` what stands against the decision, and what was typed is still there."""
    context = review_context(request, case) | refused(refusal) | {"typed": request.POST}
    context["ticked"] = {int(index) for index in request.POST.getlist("acknowledged") if index in _INDEXES}
    return show(request, "approvals/review.html", context, fragment="approvals/_review.html")


def review_context(request: PersonRequest, case: Case) -> dict[str, Any]:
    """The final payload, its changes, and what this approval asks for."""
    draft = drafts.draft_of(case.approval, case.person)
    needed = safeguards.needed(case.approval, is_edited=draft.is_edited)
    evidence = [item for item in case.approval.evidence_to_acknowledge() if item[0] in needed.acknowledge]
    return {
        "case": case,
        "approval": case.approval,
        "at": case.at,
        "draft": draft,
        "headline": headline_of(case.approval, draft.value),
        "needed": needed,
        "to_acknowledge": evidence,
        "proposal_edits": edits_of(case.approval),
        "votes_left": case.approval.quorum - len(case.approving),
        **footer_context(request, case),
    }


_INDEXES = {str(index) for index in range(50)}
"""An agent sends at most 50 evidence items."""


def _keep_edits(request: PersonRequest, case: Case) -> HttpResponse:
    """Save the working copy, say that the request was opened, go on to the review page."""
    approval, base = case.approval, _base_version(request, case)
    bound = keep_typed(request, case)
    if bound.is_reshaped:
        return show_request(request, case, form=bound.form)
    if bound.errors:
        refusal = InvalidInput("The payload needs mending before it can be reviewed.", bound.errors)
        return _with_status(show_request(request, case, form=bound.form, refusal=refusal), status_of(refusal))
    require_pending(approval)
    if base.number != approval.current_version:
        raise StaleVersion(
            "Somebody edited the payload since this page was made. Look at it as it now stands."
        )
    if request.POST.get("view") in VIEWS:
        return onward(request, approval.get_absolute_url(), view=request.POST["view"])
    lifecycle.open_request(approval.pk, by=request.user)
    return onward(request, reverse("approvals:review", args=[approval.pk]))


def keep_typed(request: PersonRequest, case: Case) -> Bound:
    """What was typed in the payload's form; saved as the working copy where it fits. Raises InvalidInput."""
    base = _base_version(request, case)
    bound = _form_posted(request, case, base).bind(request.POST)
    if not bound.is_reshaped and not bound.errors:
        drafts.save(case.approval, request.user, base=base, source=bound.text)
    return bound


def _form_posted(request: PersonRequest, case: Case, base: PayloadVersion) -> PayloadForm:
    """The form as the page had it: the whole as JSON where it posts one field for all."""
    saved = drafts.draft_of(case.approval, case.person)
    source = saved.source if saved.base.number == base.number else base.source
    return form_of(drafts.Draft(case.approval, base, source), as_json="payload" in request.POST)


def _base_version(request: PersonRequest, case: Case) -> PayloadVersion:
    """The version that the form was made from."""
    posted = request.POST.get("version", "")
    versions = {str(version.number): version for version in case.approval.versions.all()}
    if posted not in versions:
        raise InvalidInput(
            "The form does not say which version of the payload it shows. Load the page again."
        )
    return versions[posted]


def _with_status(response: HttpResponse, status: int) -> HttpResponse:
    response.status_code = status
    return response
