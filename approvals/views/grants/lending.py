"""What does a person want to lend, to whom, and until when? And what would that cover?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from approvals import authority, delegation
from approvals.authority import PersonAuthority
from approvals.delegation import GrantTerms
from approvals.exceptions import InvalidInput, TooManyAttempts
from approvals.models import Policy
from approvals.models.choices import Risk
from approvals.views.colleagues import colleagues
from approvals.views.fields import MomentField, TextField, zone_posted
from approvals.views.inbox.counting import bounded
from approvals.views.page import PersonRequest, onward, show, signed_in
from approvals.views.people import address_of, known_to, show_found, which
from approvals.views.refusals import cleaned, refused, say_when, status_of
from audit import clock
from grants.models import DelegatedGrant, User

EVERYTHING = "everything"
MOST_SUGGESTED = 50
RECENT = 200
"""How many of the pending requests are looked through for names to offer."""
_UNTYPED: dict[str, Any] = {
    **dict.fromkeys(("grantee", "scope", "more_workflows", "highest_risk", "reason"), ""),
    **dict.fromkeys(("action_types", "workflows"), ()),
    **dict.fromkeys(("starts_at", "expires_at")),
}


class ListField(forms.Field):
    """Every value that was posted under the name, as texts."""

    widget = forms.SelectMultiple

    def to_python(self, value: Any) -> list[str]:
        return [str(one) for one in value or []]


class LendingForm(forms.Form):
    """What was typed. `delegation` says what is valid; here only text that is no moment is refused."""

    grantee = forms.CharField(required=False)
    scope = forms.CharField(required=False)
    action_types = ListField(required=False)
    workflows = ListField(required=False)
    more_workflows = forms.CharField(required=False)
    highest_risk = forms.CharField(required=False)
    starts_at = MomentField(required=False)
    expires_at = MomentField(required=False)
    reason = TextField(required=False, strip=False)

    def __init__(self, posted: QueryDict) -> None:
        super().__init__(posted)
        self.zone = zone_posted(posted)
        for field in self.fields.values():
            if isinstance(field, MomentField):
                field.zone = self.zone


@dataclass(frozen=True, slots=True)
class Preview:
    """The grant as it would be, and how many requests it would cover now; or what is still missing."""

    grant: DelegatedGrant | None = None
    covers: str = ""
    missing: tuple[str, ...] = ()


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def lending(request: PersonRequest) -> HttpResponse:
    """GET: the form to lend one's authority with. POST: it is lent."""
    form = LendingForm(request.POST)
    if request.method != "POST":
        return _show(request, form)
    try:
        posted = cleaned(form)
        grant = delegation.give(request.user, _grantee(request), _terms(posted))
    except (InvalidInput, TooManyAttempts) as refusal:
        return _show(request, form, refusal=refusal)
    return onward(request, grant.get_absolute_url())


@require_safe
@signed_in
def grantees(request: PersonRequest) -> HttpResponse:
    """The options of "Whom": the people whom this person may know of, each with why they cannot hold it."""
    at = clock.now()
    people = known_to(request.user, at=at)
    return show_found(request, people, at=at, refusals=lambda found: _refusals(request, found))


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def preview(request: PersonRequest) -> HttpResponse:
    """What would be lent, as far as it was typed; nothing is stored."""
    if request.method != "POST":
        return redirect("approvals:lending")
    form = LendingForm(request.POST)
    return _show(request, form, preview=_preview(request, form))


def _show(
    request: PersonRequest,
    form: LendingForm,
    *,
    refusal: InvalidInput | TooManyAttempts | None = None,
    preview: Preview | None = None,
) -> HttpResponse:
    at = clock.now()
    reads_policies = authority.may_read_policies(request.user, at=at)
    context = {
        "at": at,
        "zone": form.zone,
        "typed": request.POST or {"grantee": request.GET.get("grantee", "")},
        "typed_action_types": request.POST.getlist("action_types"),
        "typed_workflows": request.POST.getlist("workflows"),
        "action_types": _offered(request, "action_type"),
        "workflows": _offered(request, "workflow"),
        "risks": Risk.choices,
        "colleagues": list(colleagues(request.user, reads_policies=reads_policies)[:MOST_SUGGESTED]),
        "search": reverse("approvals:grantees"),
        "which": which(refusal, "grantee", at=at, refusals=lambda people: _refusals(request, people)),
        "longest_days": DelegatedGrant.LONGEST_WHOLE.days,
        "preview": preview,
        **refused(refusal),
    }
    page, fragment = "approvals/grants/lending.html", "approvals/grants/_preview.html"
    status = status_of(refusal) if refusal else 200
    response = show(request, page, context, fragment=fragment, status=status)
    say_when(response, refusal)
    return response


def _grantee(request: PersonRequest) -> str:
    return address_of(request.POST, "grantee", known_to(request.user, at=clock.now()))


def _refusals(request: PersonRequest, people: Sequence[User]) -> dict[UUID, str]:
    return {user.pk: delegation.may_hold(user, of=request.user) for user in people}


def _terms(posted: dict[str, Any]) -> GrantTerms:
    return GrantTerms(
        is_whole=posted["scope"] == EVERYTHING,
        action_types=posted["action_types"],
        workflows=[*posted["workflows"], *posted["more_workflows"].split(",")],
        highest_risk=posted["highest_risk"],
        starts_at=posted["starts_at"],
        expires_at=posted["expires_at"],
        reason=posted["reason"],
    )


def _preview(request: PersonRequest, form: LendingForm) -> Preview:
    """By the fields that decide what is covered: person, scope and risk. Times and reason may still be missing."""
    at = clock.now()
    form.full_clean()
    posted = _UNTYPED | form.cleaned_data
    settled = replace(_terms(posted), starts_at=None, expires_at=at + timedelta(days=1), reason="-")
    try:
        grant = delegation.prepare(request.user, _grantee(request), settled, at=at)
    except InvalidInput as refusal:
        return Preview(missing=tuple(error.message for error in refusal.errors))
    return Preview(grant, bounded(authority.would_cover(grant, at=at)))


def _offered(request: PersonRequest, column: str) -> list[str]:
    """Names to tick: those of the policies, those of what waits for this person, and what they ticked before."""
    waiting = (
        PersonAuthority(request.user, clock.now()).decidable().order_by("-pk").values_list(column, flat=True)
    )
    named = Policy.objects.current().values_list(column, flat=True)
    ticked = request.POST.getlist(f"{column}s")
    return sorted({*named, *waiting[:RECENT], *ticked[: delegation.LONGEST_SCOPE]} - {"", "*"})
