"""Who is asked instead? For one request, or for several at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import BadRequest
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from approvals import authority, lifecycle
from approvals.exceptions import InvalidInput, NotPermitted, Refused, UnknownAddress
from approvals.models import Approval
from approvals.texts import LONGEST_REASON
from approvals.views.kept_posts import shown_again
from approvals.views.page import PersonRequest, carried, onward, show, signed_in
from approvals.views.readable import NUL
from approvals.views.refusals import cleaned, redrawn_by, refused, status_of
from approvals.views.request.access import Case, load
from approvals.views.request.requests import footer_context
from audit import clock
from grants.models import User

MOST_AT_ONCE = 100
ONE_MORE = "nobody"
"""Stands for nobody's place in `instead_of`: no address looks like this."""


class ReassignmentForm(forms.Form):
    """Whom to ask, in whose place, and why. The lifecycle says what is wrong with each."""

    to = forms.CharField(required=False, max_length=254)
    instead_of = forms.CharField(required=False, max_length=254)
    reason = forms.CharField(required=False, max_length=LONGEST_REASON)
    accepts_unknown = forms.CharField(required=False, max_length=254)


class BulkForm(forms.Form):
    """Whom to ask on several requests, and why; `of` is the person in whose place, on each of them."""

    of = forms.CharField(required=False, max_length=254)
    to = forms.CharField(required=False, max_length=254)
    reason = forms.CharField(required=False, max_length=LONGEST_REASON)
    accepts_unknown = forms.CharField(required=False, max_length=254)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one of several; `refusal` is empty where it was handed on.

    `approval` is None for one that is not in the list any more.
    """

    approval: Approval | None
    refusal: str = ""


def _redraw(request: PersonRequest, pk: UUID, refusal: Refused) -> HttpResponse:
    return _show(request, load(request, pk), refusal=refusal)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
@redrawn_by(_redraw)
def reassignment(request: PersonRequest, pk: UUID) -> HttpResponse:
    """GET: whom to ask instead. POST: they are asked, and told."""
    case = load(request, pk)
    if not case.hand_on_ruling.allowed:
        raise NotPermitted(case.hand_on_ruling.reason)
    if request.method != "POST":
        away = redirect(case.approval.get_absolute_url() + carried(request))
        return _show(request, case) if case.may_hand_on else away
    posted = cleaned(ReassignmentForm(request.POST))
    if not posted["instead_of"]:
        sentence = "Choose in whose place."
        raise InvalidInput.at("instead_of", "none_chosen", sentence)
    instead_of = "" if posted["instead_of"] == ONE_MORE else posted["instead_of"]
    lifecycle.reassign(pk, by=request.user, instead_of=instead_of, **_asked(posted))
    return onward(request, case.approval.get_absolute_url())


def _asked(posted: dict[str, Any]) -> dict[str, Any]:
    """Who is asked, and why. An unknown address is accepted only as it was shown: one typed since is asked about."""
    return {
        "to": posted["to"],
        "reason": posted["reason"],
        "accepts_unknown": posted["to"] == posted["accepts_unknown"],
    }


def _show(request: PersonRequest, case: Case, *, refusal: Refused | None = None) -> HttpResponse:
    typed, not_sent = shown_again(request, "reassignment", pk=case.approval.pk)
    context = {
        "case": case,
        "approval": case.approval,
        "at": case.at,
        "colleagues": authority.receivers(case.approval, by=case.person, at=case.at),
        "one_more": ONE_MORE,
        "is_restricted": authority.is_restricted(case.approval),
        "typed": typed,
        **refused(refusal or not_sent),
        **footer_context(request, case),
    }
    return show(
        request,
        "approvals/request/reassignment.html",
        context,
        fragment="approvals/request/_reassignment.html",
    )


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def reassignments(request: PersonRequest) -> HttpResponse:
    """Hand on several requests that name `of`, by default oneself. Each that is not handed on says why."""
    of = (request.POST.get("of") or request.GET.get("of") or request.user.email).strip().lower()
    rows = _naming(of, request.user)
    if request.method != "POST":
        if NUL in of:
            raise BadRequest
        return _show_several(request, of, rows)
    try:
        chosen, posted = _chosen(request, rows)
        outcomes = [_hand_on(approval, of, request.user, posted) for approval in chosen]
    except InvalidInput as refusal:
        response = _show_several(request, of, rows, refusal=refusal)
        response.status_code = status_of(refusal)
        return response
    outcomes += [Outcome(None, "decided or handed on meanwhile")] * (_count_chosen(request) - len(chosen))
    return _show_several(request, of, _naming(of, request.user), outcomes=outcomes)


def _chosen(request: PersonRequest, rows: list[Approval]) -> tuple[list[Approval], dict[str, Any]]:
    posted = cleaned(BulkForm(request.POST))
    if not _count_chosen(request):
        sentence = "Choose at least one request."
        raise InvalidInput.at("approvals", "none_chosen", sentence)
    return [row for row in rows if str(row.pk) in request.POST.getlist("approvals")], posted


def _count_chosen(request: PersonRequest) -> int:
    return len(set(request.POST.getlist("approvals")))


def _hand_on(approval: Approval, of: str, by: User, posted: dict[str, Any]) -> Outcome:
    """Raises UnknownAddress: it concerns all of them, so it is asked about before any is handed on."""
    try:
        lifecycle.reassign(approval.pk, by=by, instead_of=of, **_asked(posted))
    except UnknownAddress:
        raise
    except Refused as refusal:
        return Outcome(approval, str(refusal))
    return Outcome(approval)


def _show_several(
    request: PersonRequest,
    of: str,
    rows: list[Approval],
    *,
    outcomes: Sequence[Outcome] = (),
    refusal: Refused | None = None,
) -> HttpResponse:
    failed = any(outcome.refusal for outcome in outcomes)
    context = {
        "of": of,
        "is_own": of == request.user.email,
        "rows": rows,
        "at": clock.now(),
        "outcomes": outcomes,
        "done": sum(not outcome.refusal for outcome in outcomes),
        "typed": request.POST if failed or refusal else {},
        "chosen": request.POST.getlist("approvals"),
        **refused(refusal),
    }
    return show(request, "approvals/request/reassignments.html", context)


def _naming(email: str, by: User) -> list[Approval]:
    """The pending requests that name that address and that `by` may hand on, the next deadline first.

    Empty for text that can be no address; the form says what is wrong with it.
    """
    if NUL in email:
        return []
    rows = Approval.objects.pending().assigned_to(email).filter(authority.hands_on(by, at=clock.now()))
    return list(rows.select_related("agent").by_deadline()[:MOST_AT_ONCE])
