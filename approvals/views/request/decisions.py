"""A person decides: approve what the review page showed, or reject it. Only a POST does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_http_methods

from approvals import lifecycle
from approvals.exceptions import NotPermitted, Refused, StateConflict
from approvals.lifecycle import Attestation, Seen
from approvals.models import Approval, Vote, WorkingCopy
from approvals.models.approval import MOST_EVIDENCE
from approvals.models.choices import Resolution
from approvals.signing import Proof
from approvals.texts import LONGEST_COMMENT
from approvals.views.account.entered import signed_in_by
from approvals.views.fields import TextField
from approvals.views.kept_posts import shown_again
from approvals.views.page import PersonRequest, carried, post_only, show, signed_in
from approvals.views.refusals import cleaned, redrawn_by, refused
from approvals.views.request import corrections
from approvals.views.request.access import Case, load, load_to_decide
from approvals.views.request.following import go_on
from approvals.views.request.proofs import ProofForm, proof_of, ways
from approvals.views.request.requests import footer_context
from approvals.views.request.review import show_review

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

CATEGORIES = (
    gettext_noop("Wrong recipient or target"),
    gettext_noop("Wrong amount or content"),
    gettext_noop("Not needed"),
    gettext_noop("Against a rule"),
    gettext_noop("Too little evidence"),
)
"""Stored and sent to the agent as they are here; the page shows them in its reader's language."""


class SeenForm(forms.Form):
    """What the page showed when the button was pressed."""

    version = forms.IntegerField(min_value=1, max_value=2**31 - 1)
    payload_sha256 = forms.RegexField("^[0-9a-f]{64}$")

    def seen(self) -> Seen:
        return Seen(self.cleaned_data["version"], self.cleaned_data["payload_sha256"])


def _button(verdict: str, sentence: StrPromise) -> forms.ChoiceField:
    """The button itself was pressed: Enter in a field posts the form without its value."""
    return forms.ChoiceField(choices=[(verdict, verdict)], error_messages={"required": sentence})


class DecisionForm(SeenForm, ProofForm):
    """What the reviewer states with an approval."""

    verdict = _button("approve", _("Nothing was decided: press the button that says “Approve”."))
    acknowledged = forms.TypedMultipleChoiceField(
        coerce=int, required=False, choices=[(index, index) for index in range(MOST_EVIDENCE)]
    )
    sentence = TextField(required=False, max_length=LONGEST_COMMENT)
    comment = TextField(required=False, max_length=LONGEST_COMMENT)


class RejectionForm(SeenForm, ProofForm):
    """How it ends, and what the agent is told. The lifecycle says which words a resolution needs."""

    verdict = _button("reject", _("Nothing was decided: press the button that says “Reject”."))
    resolution = forms.CharField(required=False)
    category = forms.ChoiceField(required=False, choices=[(name, name) for name in CATEGORIES])
    comment = TextField(required=False, max_length=LONGEST_COMMENT)


def _redraw_review(request: PersonRequest, pk: UUID, refusal: Refused) -> HttpResponse:
    return show_review(request, load(request, pk), refusal=refusal)


@signed_in
@post_only("approvals:review", "pk")
@redrawn_by(_redraw_review)
def decision(request: PersonRequest, pk: UUID) -> HttpResponse:
    """Approve exactly the payload that the review page showed, with this person's edits if any."""
    form = DecisionForm(request.POST)
    if not form.is_valid():
        load_to_decide(request, pk)  # who may not decide is told that, and not what the form lacks
    posted = cleaned(form)
    attestation = attestation_of(posted, proof_of(request, pk, posted))
    edited = edited_text(request, pk)
    session = signed_in_by(request)
    try:
        lifecycle.approve(
            pk, by=request.user, seen=form.seen(), attestation=attestation, edited=edited, session=session
        )
    except (Approval.DoesNotExist, NotPermitted):
        load_to_decide(request, pk)  # a stranger gets the 404 of a missing one
        raise
    except StateConflict:
        case = load_to_decide(request, pk)
        if not _has_decided(case, Vote.Verdict.APPROVE, form.seen(), posted["comment"]):
            raise
    return go_on(request, pk)


def edited_text(request: PersonRequest, pk: UUID) -> str | None:
    """The corrected payload's JSON text where this person typed one over the version as it stands."""
    if not WorkingCopy.objects.is_there(pk, request.user):
        return None
    correction = corrections.correction_of(load_to_decide(request, pk).approval, request.user)
    return correction.source if correction.is_edited and not correction.is_stale else None


def attestation_of(posted: dict[str, Any], proof: Proof | None = None) -> Attestation:
    """What the form states with an approval."""
    return Attestation(
        acknowledged=tuple(posted["acknowledged"]),
        sentence=posted["sentence"],
        comment=posted["comment"],
        proof=proof,
    )


def _redraw_rejection(request: PersonRequest, pk: UUID, refusal: Refused) -> HttpResponse:
    return _show_rejection(request, load(request, pk), refusal=refusal)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
@redrawn_by(_redraw_rejection)
def rejection(request: PersonRequest, pk: UUID) -> HttpResponse:
    """GET: how to reject. POST: it ends here, and the agent reads why."""
    case = load_to_decide(request, pk)
    if request.method != "POST":
        away = redirect(case.approval.get_absolute_url() + carried(request))
        return _show_rejection(request, case) if case.may_reject else away
    form = RejectionForm(request.POST)
    posted = cleaned(form)
    words = {name: posted[name] for name in ("resolution", "category", "comment")}
    try:
        proof = proof_of(request, pk, posted)
        session = signed_in_by(request)
        lifecycle.reject(pk, by=request.user, seen=form.seen(), proof=proof, session=session, **words)
    except StateConflict:
        if not _has_decided(case, Vote.Verdict.REJECT, form.seen(), posted["comment"]):
            raise
    return go_on(request, pk)


def _has_decided(case: Case, verdict: str, seen: Seen, comment: str) -> bool:
    """Whether this person has cast exactly this vote already: a button pressed twice decides once."""
    votes = Vote.objects.saying(
        case.approval,
        by=case.person,
        verdict=verdict,
        sha256=bytes.fromhex(seen.payload_sha256),
        comment=comment,
    )
    return votes.exists()


def _show_rejection(request: PersonRequest, case: Case, *, refusal: Refused | None = None) -> HttpResponse:
    typed, not_sent = shown_again(request, "rejection", pk=case.approval.pk)
    context = {
        "case": case,
        "approval": case.approval,
        "at": case.at,
        "version": case.approval.version(),
        "resolutions": Resolution.of_people(),
        "categories": CATEGORIES,
        "typed": typed,
        "ways": ways(request, case),
        **refused(refusal or not_sent),
        **footer_context(request, case),
    }
    return show(
        request, "approvals/request/rejection.html", context, fragment="approvals/request/_rejection.html"
    )
