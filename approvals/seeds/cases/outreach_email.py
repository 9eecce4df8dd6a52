"""A sales agent wants to write to a prospect: a person reads the mail before it goes out."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from approvals.seeds.cases.parts import evidence, step

BODY = """\
Hi Dana,

Your post last week about on-call load tripling while the order pipeline grew by a factor of four \
stayed with me. The part about alerts that “nobody owns” is the one we hear most often from teams at \
your stage.

We work with engineering groups of 80 to 300 people on exactly that: every alert gets an owner and a \
runbook, and pages at night usually fall by half within the first quarter. Brightwell, who run a \
similar event-driven stack, went from 41 pages a week to 17.

Would a 25-minute call in the week of the 20th be useful? I would bring their before-and-after \
numbers, and you would see quickly whether it fits Acme.

Best regards,
Elena Marsh
Meridian"""

SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "to": {"type": "string", "format": "email", "title": "To"},
        "subject": {"type": "string", "title": "Subject", "minLength": 1, "maxLength": 120},
        "body": {
            "type": "string",
            "format": "textarea",
            "title": "Message",
            "description": "Plain text. Paragraphs are separated by an empty line.",
            "minLength": 1,
            "maxLength": 5000,
        },
    },
    "required": ["to", "subject", "body"],
    "additionalProperties": False,
}


def body(at: datetime) -> dict[str, Any]:
    return {
        "actionType": "external_email",
        "action": "Send email to Head of Engineering, Acme Corp",
        "summary": "First contact about Q3: on-call load after Acme's growth",
        "rationale": (
            "Dana Whitfield became Head of Engineering at Acme Corp in January and wrote publicly about "
            "scaling problems that our product addresses. Acme fits the target profile (150 engineers, "
            "event-driven stack) and nobody here has written to them in the last twelve months. The mail "
            "refers to her own post and asks for one short call."
        ),
        "confidence": 0.84,
        "risk": "medium",
        "slaMinutes": 60,
        "assignees": ["sales@example.com"],
        "evidence": [
            evidence("Recipient", "Head of Engineering, Acme Corp", "slate"),
            evidence(
                "Personalisation source",
                "LinkedIn + company news",
                "emerald",
                "https://news.acme.example/engineering/growing-pains",
            ),
            evidence("Confidence", "0.84", "emerald"),
            evidence("Earlier contact", "None in the last 12 months; not on the do-not-contact list", "blue"),
        ],
        "payload": {
            "to": "dana.whitfield@acme.example",
            "subject": "On-call at Acme after the Q2 growth",
            "body": BODY,
        },
        "payloadSchema": SCHEMA,
        "lockedFields": ["/to"],
        "workflow": "outbound-sales",
        "runId": f"outreach-{at:%Y%m%d-%H%M%S}",
        "context": {
            "trigger": "Acme Corp entered the segment “scaling engineering teams”",
            "steps": [
                step(at, 14, "Find the person", "Dana Whitfield, Head of Engineering since January 2026"),
                step(
                    at,
                    11,
                    "Read what is public",
                    "LinkedIn post on on-call load; company news on order growth",
                ),
                step(at, 9, "Check the CRM", "No open deal, no contact in 12 months, no objection on file"),
                step(
                    at,
                    4,
                    "Draft the message",
                    "4 paragraphs, 1 question, 1 customer reference cleared for use",
                ),
            ],
        },
    }
