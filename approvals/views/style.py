"""How does each part of the pages look, in each of its states? Drawn by the pages' own templates; only in DEBUG."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import render

from approvals import payload
from approvals.exceptions import FieldError, InvalidInput
from approvals.models import Agent, Approval
from approvals.models.choices import Resolution, Risk, Status
from approvals.tones import Tone
from approvals.views.inbox.headlines import Part
from approvals.views.page import PersonRequest, signed_in
from audit import clock

_VALUE: dict[str, Any] = {
    "vendor": "V-10938",
    "to": "dana@acme.example",
    "amount": 18450.5,
    "isUrgent": False,
    "terms": "Net-60",
    "due": "2026-12-04",
    "note": "Dear Dana,\n\nplease find our order attached.",
    "copies": ["a@acme.example", "b@acme.example"],
    "lines": [{"description": "Pallet", "quantity": 2}, {"description": "Box", "quantity": 3}],
}
_SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["to", "amount"],
    "properties": {
        "vendor": {"type": "string", "title": "Vendor number"},
        "to": {"type": "string", "format": "email", "title": "Recipient", "description": "One address."},
        "amount": {"type": "number", "minimum": 0, "title": "Amount"},
        "isUrgent": {"type": "boolean", "title": "Urgent"},
        "terms": {"enum": ["Net-30", "Net-60"], "title": "Terms"},
        "due": {"type": "string", "format": "date", "title": "Due"},
        "note": {"type": "string", "maxLength": 2000, "title": "Note"},
        "copies": {"type": "array", "items": {"type": "string"}, "title": "Copies"},
        "lines": {
            "type": "array",
            "title": "Lines",
            "items": {"properties": {"description": {"type": "string"}, "quantity": {"type": "integer"}}},
        },
        "reference": {"type": "string", "title": "Reference"},
    },
}
_ORDER = {
    "currency": "EUR",
    "lines": [{"description": "Pallet", "quantity": 3, "unitPrice": 12.5, "lineTotal": 37.5}],
    "total": 40,
}
_EMPTY = ("no_match", "no_authority", "no_drafts", "nothing_decided", "nothing")


@signed_in
def style(request: PersonRequest) -> HttpResponse:
    """The whole set on one page. It reads and stores nothing."""
    if not settings.DEBUG:
        raise Http404
    at = clock.now()
    wrong = [
        FieldError("/to", "format", "An e-mail address."),
        FieldError("/amount", "minimum", "At least 0."),
    ]
    requests = [_request(status, at) for status in Status]
    context = {
        "at": at,
        "approval": requests[0],
        "tones": [_evidence(tone) for tone in Tone],
        "risks": Risk.values,
        "times": [at - timedelta(minutes=12), at + timedelta(minutes=9), at + timedelta(hours=3)],
        "requests": requests,
        "headlines": {str(requests[0].pk): [Part("18,450.50 EUR", "18450.5"), Part("Kestrel Components")]},
        "on_behalf_of": {str(requests[1].pk): "Elena Marsh"},
        "viewing": {str(requests[0].pk): "Hannah Weiss is viewing"},
        "empty_states": [SimpleNamespace(kind=kind, next=None) for kind in _EMPTY],
        "tabs": [
            {"name": name, "label": name.capitalize(), "count": count, "query": f"?tab={name}"}
            for name, count in (("me", "3"), ("pool", "99+"), ("decided", "0"))
        ],
        "filters": SimpleNamespace(tab="me", after="", has_deadlines=True, set_aside=()),
        "payload_form": _form(_VALUE, locked=("/vendor",)),
        "changes": payload.comparison(_VALUE, _edited(), _SCHEMA),
        "correction": SimpleNamespace(rendering=payload.rendering_of(_ORDER), copy=None),
        "refusal": InvalidInput("Two fields do not fit.", wrong),
        "errors": {name: [f"Say {name}."] for name in ("to", "reason", "resolution", "comment")},
        "resolutions": Resolution.of_people(),
        "case": _case(awaits_person=True),
        "decided": _case(awaits_person=False),
        "warnings": [SimpleNamespace(message="Everybody named is away until 4 December.")],
    }
    return render(request, "approvals/style/style.html", context)


def _evidence(tone: Tone) -> dict[str, str]:
    return {
        "label": "Contract",
        "value": "CON-4821",
        "tone": tone.value,
        "url": "https://contracts.acme.example/4821",
    }


def _request(status: Status, at: datetime) -> Approval:
    """A request that is in no table."""
    return Approval(
        action="Pay purchase order PO-20931 to Kestrel Components",
        agent=Agent(name="Purchasing agent"),
        workflow="purchasing",
        evidence=[_evidence(tone) for tone in Tone],
        risk=Risk.HIGH,
        status=status,
        deadline=at + timedelta(minutes=9),
        current_version=1,
    )


def _form(value: dict[str, Any], **options: Any) -> payload.PayloadForm:
    """A form of which one field does not fit."""
    form = payload.build_form(json.dumps(value), _SCHEMA, **options)
    return form.bind({"payload/to": ["nobody"], "payload/to-state": ["value"]}).form


def _edited() -> dict[str, Any]:
    without = {key: value for key, value in _VALUE.items() if key != "due"}
    return {
        **without,
        "amount": 18000,
        "note": "Dear Dana,\n\nplease find our new order attached.",
        "new": True,
    }


def _case(*, awaits_person: bool) -> SimpleNamespace:
    """As much of a Case as the footer asks for."""
    ruling = SimpleNamespace(reason="You have no part in this request.")
    return SimpleNamespace(awaits_person=awaits_person, may_hand_on=True, may_reject=False, ruling=ruling)
