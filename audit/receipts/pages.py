"""The receipt of one request, for auditors: to read, to print and to save. For nobody else, administrators included."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from audit import receipts
from audit.checkpoint import read
from audit.message import Actor
from audit.receipts.document import Receipt


@require_safe
@login_required
def receipt(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The page. Looking at it is an event."""
    found = _found(request, pk)
    if isinstance(found, HttpResponse):
        return found
    receipts.hand_out(found, to=_reader(request), form="page")
    return render(request, "audit/receipt.html", context_of(found))


@require_safe
@login_required
def receipt_file(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The document itself, to save."""
    found = _found(request, pk)
    if isinstance(found, HttpResponse):
        return found
    receipts.hand_out(found, to=_reader(request), form="file")
    response = HttpResponse(found.content, content_type="application/json")
    response["Content-Disposition"] = f'attachment; filename="{found.name}"'
    return response


def context_of(found: Receipt) -> dict[str, Any]:
    """What the page shows: the summary with its moments as such, and how each event is proven."""
    document = found.document
    return {
        "receipt": found,
        "summary": _with_moments(document["summary"]),
        "versions": [
            {**one, "text": _text(one["payload"]), "steps": [_step(step) for step in one["changes"]]}
            for one in _with_moments(document["summary"]["versions"])
        ],
        "events": list(
            zip(_with_moments(document["summary"]["history"]), _shown(document["events"]), strict=True)
        ),
        "hidden": sum(one["body"] is None for one in document["events"]),
        "checkpoint": document["checkpoint"],
        "statement": read(document["checkpoint"]).statement,
        "public_keys": document["public_keys"],
    }


def _found(request: HttpRequest, pk: UUID) -> Receipt | HttpResponse:
    if not (request.user.is_active and getattr(request.user, "is_auditor", False)):
        raise PermissionDenied
    try:
        return receipts.decided(str(pk))
    except receipts.UnknownRequest:
        raise Http404 from None
    except receipts.CannotProve:
        sentence = _(
            "The record cannot prove this now: its tree is damaged or a key is missing. Tell the operators."
        )
        return render(request, "audit/receipt_later.html", {"sentence": sentence}, status=503)
    except receipts.StillOpen:
        sentence = _("This request is not decided yet. A receipt is of a decision.")
    except receipts.NotProvenYet:
        sentence = _("No signed checkpoint covers all of it yet. One is signed every minute: come back then.")
    return render(request, "audit/receipt_later.html", {"sentence": sentence}, status=409)


def _reader(request: HttpRequest) -> Actor:
    person: Any = request.user
    return Actor("person", str(person.pk), person.get_full_name())


def _shown(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [one for one in events if one["body"] is not None]


def _step(step: dict[str, Any]) -> dict[str, Any]:
    return {**step, "text": _text(step["value"]) if "value" in step else ""}


def _text(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)


_MOMENTS = frozenset(
    {"at", "since", "deadline", "decided_at", "notified_at", "opened_at", "valid_until", "remind_at"}
)


def _with_moments(value: Any) -> Any:
    """The same, with the texts of the log's own moments as moments. What an agent sent is left alone."""
    if isinstance(value, list):
        return [_with_moments(one) for one in value]
    if not isinstance(value, dict):
        return value
    return {name: _moment(name, one) for name, one in value.items()}


def _moment(name: str, value: Any) -> Any:
    if name in ("payload", "changes", "context", "evidence", "manifest"):
        return value
    if name in _MOMENTS and isinstance(value, str):
        return datetime.fromisoformat(value)
    return _with_moments(value)
