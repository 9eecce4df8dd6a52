"""Which action needs whom, and what would a proposal get? Reviewers read it here; administrators change it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from itertools import zip_longest
from typing import Any, Concatenate, ParamSpec

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from approvals import authority
from approvals.exceptions import InvalidInput, TooLarge
from approvals.models import Policy
from approvals.models.choices import ANY_TONE, Tone
from approvals.policy import (
    ENOUGH,
    TEMPLATE,
    Verdict,
    shadow_summary,
    try_sample,
    warnings_of_each,
    warnings_of_table,
)
from approvals.views.page import PersonRequest, show, signed_in
from approvals.views.refusals import forbidden
from audit import clock

VERSIONS = 20
P = ParamSpec("P")


@dataclass(frozen=True, slots=True)
class Row:
    """One policy of the table."""

    policy: Policy
    warnings: list[str]


@dataclass(frozen=True, slots=True)
class Trial:
    """A sample proposal as it was typed, with the policy's verdict, or with what is wrong with the sample."""

    sample: str
    verdict: Verdict | None = None
    refusal: InvalidInput | TooLarge | None = None

    @property
    def asked(self) -> str:
        """The addresses of the people whom the verdict names; empty where the approvers are asked."""
        return ", ".join(reviewer.email for reviewer in self.verdict.reviewers) if self.verdict else ""


def readers_only(
    view: Callable[Concatenate[PersonRequest, P], HttpResponse],
) -> Callable[Concatenate[PersonRequest, P], HttpResponse]:
    """Let only reviewers, auditors and administrators read the policies."""

    @wraps(view)
    def wrapped(request: PersonRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if authority.may_read_policies(request.user, at=clock.now()):
            return view(request, *args, **kwargs)
        return forbidden(
            request,
            _("The policies are for people who decide requests, and nobody has named you as a reviewer yet."),
        )

    return wrapped


@require_safe
@signed_in
@readers_only
def policies(request: PersonRequest) -> HttpResponse:
    """The table of current policies, with warnings."""
    current = list(Policy.objects.current())
    each = warnings_of_each(current)
    context = {
        "rows": [Row(policy, each[policy]) for policy in current],
        "warnings": warnings_of_table(current),
    }
    return show(request, "approvals/policies/policies.html", context)


@require_safe
@signed_in
@readers_only
def template(request: PersonRequest) -> HttpResponse:
    """The starting table, to fill in and load."""
    response = HttpResponse(TEMPLATE.read_bytes(), content_type="text/yaml; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="policies.yaml"'
    return response


@require_safe
@signed_in
@readers_only
def policy(request: PersonRequest, action_type: str) -> HttpResponse:
    """One policy; `?workflow=` names the one for a workflow."""
    found = _find(request, action_type)
    return _show(request, found, Trial(_sample(found)))


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
@readers_only
def trial(request: PersonRequest, action_type: str) -> HttpResponse:
    """The policy's verdict on the sample that was typed; nothing is stored."""
    found = _find(request, action_type)
    if request.method != "POST":
        address = reverse("approvals:policy", args=[action_type])
        return redirect(f"{address}?{urlencode({'workflow': found.workflow})}" if found.workflow else address)
    sample = request.POST.get("sample", "")
    try:
        return _show(request, found, Trial(sample, verdict=try_sample(found, sample)))
    except (InvalidInput, TooLarge) as refusal:
        return _show(request, found, Trial(sample, refusal=refusal), status=422)


def _find(request: PersonRequest, action_type: str) -> Policy:
    workflow = request.GET.get("workflow", "")
    # A NUL is no name, and PostgreSQL takes none.
    found = Policy.objects.current().of(action_type, workflow)
    if "\0" in action_type + workflow or not (current := found.first()):
        raise Http404
    return current


def _show(request: PersonRequest, found: Policy, trial: Trial, *, status: int = 200) -> HttpResponse:
    versions = Policy.objects.of(*found.identity)
    context: dict[str, Any] = {
        "policy": found,
        "warnings": warnings_of_each([found])[found],
        "shadow": shadow_summary(found) if found.shadow_condition else None,
        "needed": ENOUGH,
        "versions": versions.select_related("created_by").order_by("-version")[:VERSIONS],
        "trial": trial,
        "at": clock.now(),
    }
    return show(
        request,
        "approvals/policies/policy.html",
        context,
        fragment="approvals/policies/_trial.html",
        status=status,
    )


def _sample(found: Policy) -> str:
    """A sample to start from, with the fields that the policy looks at."""
    payload = {pointer.rpartition("/")[2]: "" for pointer in found.headline}
    sample: dict[str, Any] = {"risk": found.risk, "confidence": 0.9, "payload": {"amount": 5000} | payload}
    if "amount" in payload:
        sample["payload"]["amount"] = 5000
    tones = [tone for tone in found.required_evidence_tones if tone != ANY_TONE]
    labels = found.required_evidence or (["Source"] if found.required_evidence_tones else [])
    pairs = zip_longest(labels, tones) if labels else ()
    sample["evidence"] = [
        {"label": label or "Source", "value": "", "tone": tone or Tone.SLATE} for label, tone in pairs
    ]
    if found.require_initiated_by:
        sample["initiatedBy"] = "somebody@example.com"
    if not found.sla_minutes:
        sample["slaMinutes"] = 60
    return json.dumps(sample, indent=2, ensure_ascii=False)
