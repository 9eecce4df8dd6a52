"""Who is asked instead? For one request, or for several at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import BadRequest
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from approvals import authority, lifecycle
from approvals.exceptions import InvalidInput, NotPermitted, Refused, UnknownAddress
from approvals.models import Approval
from approvals.models.approval_queries import ApprovalQuerySet
from approvals.texts import LONGEST_REASON
from approvals.views.kept_posts import shown_again
from approvals.views.page import PersonRequest, carried, onward, show, signed_in
from approvals.views.people import address_of, bare, known_to, show_found, which
from approvals.views.readable import NUL
from approvals.views.refusals import cleaned, redrawn_by, refused, status_of
from approvals.views.request.access import Case, load
from approvals.views.request.picking import objections_of, to_ask
from approvals.views.request.requests import footer_context
from audit import clock
from grants.models import User

MOST_AT_ONCE = 100
LONGEST_PERSON = 420
"""Characters: a name and an address."""
ONE_MORE = "nobody"
"""Stands for nobody's place in `instead_of`: no address looks like this."""


class ReassignmentForm(forms.Form):
    """Whom to ask, in whose place, and why. The lifecycle says what is wrong with each."""

    to = forms.CharField(required=False, max_length=LONGEST_PERSON)
    instead_of = forms.CharField(required=False, max_length=254)
    reason = forms.CharField(required=False, max_length=LONGEST_REASON)
    accepts_unknown = forms.CharField(required=False, max_length=LONGEST_PERSON)


class BulkForm(forms.Form):
    """Whom to ask on several requests, and why; `of` is the person in whose place, on each of them."""

    of = forms.CharField(required=False, max_length=254)
    to = forms.CharField(required=False, max_length=LONGEST_PERSON)
    reason = forms.CharField(required=False, max_length=LONGEST_REASON)
    accepts_unknown = forms.CharField(required=False, max_length=LONGEST_PERSON)


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
        sentence = _("Choose in whose place.")
        raise InvalidInput.at("instead_of", "none_chosen", sentence)
    instead_of = "" if posted["instead_of"] == ONE_MORE else posted["instead_of"]
    asked = _asked(posted, address_of(request.POST, "to", to_ask(case)))
    lifecycle.reassign(pk, by=request.user, instead_of=instead_of, **asked)
    return onward(request, case.approval.get_absolute_url())


def _asked(posted: dict[str, Any], to: str) -> dict[str, Any]:
    """Who is asked, and why. An unknown address is accepted only as it was shown: one typed since is asked about."""
    return {
        "to": to,
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
        "search": reverse("approvals:receivers", args=[case.approval.pk]),
        "which": which(
            refusal,
            "to",
            at=case.at,
            approval=case.approval,
            refusals=lambda people: objections_of(case, people),
        ),
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
    if NUL in request.GET.get("of", ""):
        raise BadRequest
    try:
        of = _of(request)
    except InvalidInput as refusal:
        return _show_several(request, request.GET.get("of", ""), [], refusal=refusal)
    rows = _naming(of, request.user)
    if request.method != "POST":
        return _show_several(request, of, rows)
    try:
        chosen, posted = _chosen(request, rows)
        among = _to_ask(request.user, of, clock.now())
        asked = _asked(posted, address_of(request.POST, "to", among))
        outcomes = [_hand_on(approval, of, request.user, asked) for approval in chosen]
    except InvalidInput as refusal:
        return _show_several(request, of, rows, refusal=refusal)
    outcomes += [Outcome(None, _("One was decided or handed on meanwhile."))] * (
        _count_chosen(request) - len(chosen)
    )
    return _show_several(request, of, _naming(of, request.user), outcomes=outcomes)


def _chosen(request: PersonRequest, rows: list[Approval]) -> tuple[list[Approval], dict[str, Any]]:
    posted = cleaned(BulkForm(request.POST))
    if not _count_chosen(request):
        sentence = _("Choose at least one request.")
        raise InvalidInput.at("approvals", "none_chosen", sentence)
    return [row for row in rows if str(row.pk) in request.POST.getlist("approvals")], posted


def _count_chosen(request: PersonRequest) -> int:
    return len(set(request.POST.getlist("approvals")))


@require_safe
@signed_in
def receivers_of_several(request: PersonRequest) -> HttpResponse:
    """The options of "Whom to ask instead" for several requests; the most is said of each request when it is sent."""
    at = clock.now()
    try:
        of = _of(request)
    except InvalidInput:
        of = ""  # whom it is in place of is still being typed
    people = _to_ask(request.user, of, at)
    return show_found(request, people, at=at, refusals=lambda found: _never(request.user, of, found))


def _of(request: PersonRequest) -> str:
    """The address of the person in whose place others are asked; by default one's own. Raises InvalidInput."""
    typed = request.POST if request.POST.get("of") else request.GET
    text = typed.get("of", "")
    if not text or "@" in bare(text):
        return (bare(text) or request.user.email).lower()
    return address_of(typed, "of", known_to(request.user, at=clock.now()))


@require_safe
@signed_in
def named_on_several(request: PersonRequest) -> HttpResponse:
    """The options of "Those that name"."""
    at = clock.now()
    return show_found(request, known_to(request.user, at=at), at=at, refusals=lambda found: {})


def _to_ask(by: User, of: str, at: datetime) -> QuerySet[User]:
    """Among whom a person looks who hands several requests on: with the approvers, if there are any to hand on."""
    hands_on = NUL not in of and _pending_of(of, by, at).exists()
    return known_to(by, at=at, with_approvers=hands_on)


def _never(by: User, of: str, people: Sequence[User]) -> dict[UUID, str]:
    """Why each of these people cannot be asked on any of them."""
    reasons = {user.pk: authority.never_receives(user.email, user, by=by) for user in people}
    asked_already = {
        user.pk: _("They are asked already: choose somebody else.") for user in people if user.email == of
    }
    return {**asked_already, **{pk: reason for pk, reason in reasons.items() if reason}}


def _hand_on(approval: Approval, of: str, by: User, asked: dict[str, Any]) -> Outcome:
    """Raises UnknownAddress: it concerns all of them, so it is asked about before any is handed on."""
    try:
        lifecycle.reassign(approval.pk, by=by, instead_of=of, **asked)
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
    at = clock.now()
    failed = any(outcome.refusal for outcome in outcomes)
    context = {
        "of": of,
        "is_own": of == request.user.email,
        "rows": rows,
        "at": at,
        "search_of": reverse("approvals:named-on-several"),
        "which_of": which(refusal, "of", at=at, refusals=lambda people: {}),
        "search": f"{reverse('approvals:receivers-of-several')}?{urlencode({'of': of})}",
        "which": which(refusal, "to", at=at, refusals=lambda people: _never(request.user, of, people)),
        "outcomes": outcomes,
        "done": sum(not outcome.refusal for outcome in outcomes),
        "typed": request.POST if failed or refusal else {},
        "chosen": request.POST.getlist("approvals"),
        **refused(refusal),
    }
    status = status_of(refusal) if refusal else 200
    return show(request, "approvals/request/reassignments.html", context, status=status)


def _naming(email: str, by: User) -> list[Approval]:
    """The pending requests that name that address and that `by` may hand on, the next deadline first.

    Empty for text that can be no address; the form says what is wrong with it.
    """
    if NUL in email:
        return []
    rows = _pending_of(email, by, clock.now())
    return list(rows.select_related("agent").by_deadline()[:MOST_AT_ONCE])


def _pending_of(email: str, by: User, at: datetime) -> ApprovalQuerySet:
    return Approval.objects.pending().assigned_to(email).filter(authority.hands_on(by, at=at))
