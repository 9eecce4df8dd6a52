"""A support agent answers a known question from the handbook, with its sources: nobody needs to look."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from approvals.seeds.cases.parts import evidence, step

ANSWER = """\
Hi Jonas,

You can download every invoice yourself: open Settings → Billing → Invoices, tick the months you \
need and choose “Export as PDF” or “Export as CSV”. Only people with the Billing role see that page; \
your workspace owner can give you the role under Settings → People.

Invoices stay available for ten years, also after a change of plan.

Kind regards,
Meridian Support"""

SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "ticket": {"type": "string", "title": "Ticket"},
        "answer": {
            "type": "string",
            "format": "textarea",
            "title": "Answer",
            "minLength": 1,
            "maxLength": 4000,
        },
        "sources": {
            "type": "array",
            "title": "Sources",
            "items": {"type": "string", "format": "uri"},
            "minItems": 1,
        },
    },
    "required": ["ticket", "answer", "sources"],
    "additionalProperties": False,
}


def body(at: datetime) -> dict[str, Any]:
    return {
        "actionType": "knowledge_answer",
        "action": "Answer ticket SUP-58213: how to download earlier invoices",
        "summary": "A question that the help centre answers word for word",
        "rationale": (
            "The question matches one published article, which was reviewed this quarter. Every sentence "
            "of the answer is backed by one of the two cited articles, and it neither touches the account "
            "nor promises anything."
        ),
        "confidence": 0.92,
        "risk": "low",
        "evidence": [
            evidence(
                "Source",
                "Help centre: Download your invoices",
                "emerald",
                "https://help.meridian.example/invoices",
            ),
            evidence(
                "Source", "Help centre: Roles in Billing", "emerald", "https://help.meridian.example/roles"
            ),
            evidence("Confidence", "0.92", "emerald"),
            evidence("Customer", "Jonas Becker, Team plan", "slate"),
        ],
        "payload": {
            "ticket": "SUP-58213",
            "answer": ANSWER,
            "sources": ["https://help.meridian.example/invoices", "https://help.meridian.example/roles"],
        },
        "payloadSchema": SCHEMA,
        "lockedFields": ["/ticket"],
        "workflow": "support-answers",
        "runId": f"support-{at:%Y%m%d-%H%M%S}",
        "context": {
            "trigger": "New ticket SUP-58213 from the contact form",
            "steps": [
                step(
                    at, 2, "Classify the ticket", "Billing, how-to; no complaint, no personal data asked for"
                ),
                step(at, 1.5, "Search the help centre", "2 articles above the relevance threshold"),
                step(at, 1, "Draft the answer", "118 words, each claim with its source"),
                step(at, 0.5, "Check against the sources", "All claims supported"),
            ],
        },
    }
