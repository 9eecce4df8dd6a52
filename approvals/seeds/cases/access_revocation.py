"""A user's API key read what it should not have: security and compliance decide together, and soon."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from approvals.seeds.cases.parts import evidence, step

REASON = """\
The key read 1,842 customer records from 214 accounts outside the owner's region within eleven \
minutes, against the data access policy (section 4.1, regional separation). Revoked as a precaution; \
the account itself stays open while the incident is investigated."""

SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "userId": {"type": "string", "title": "User"},
        "keyId": {"type": "string", "title": "API key"},
        "endSessions": {
            "type": "boolean",
            "title": "End the user's sessions too",
            "description": "Signs the user out everywhere; they can sign in again with their second factor.",
        },
        "notifyUser": {
            "type": "string",
            "enum": ["now", "after_investigation", "never"],
            "title": "Tell the user",
        },
        "incident": {"type": "string", "title": "Incident", "pattern": "^INC-[0-9]{4,6}$"},
        "reason": {
            "type": "string",
            "format": "textarea",
            "title": "Reason for the record",
            "minLength": 20,
            "maxLength": 2000,
        },
    },
    "required": ["userId", "keyId", "endSessions", "notifyUser", "incident", "reason"],
    "additionalProperties": False,
}


def body(at: datetime) -> dict[str, Any]:
    return {
        "actionType": "access_change",
        "action": "Revoke the API key of Jordan Keller after a data access violation",
        "summary": "INC-20731: bulk reading of customer records outside the user's region",
        "rationale": (
            "The key's pattern of use changed within minutes from about 30 calls an hour to 2,100, from a "
            "network never seen before, and it read records that regional separation forbids. Each "
            "further minute exposes more records. Revoking stops the reading at once and can be undone "
            "only by issuing a new key, which also stops the nightly export that runs on this one."
        ),
        "confidence": 0.96,
        "risk": "critical",
        "slaMinutes": 30,
        "assignees": ["security@example.com", "compliance@example.com"],
        "evidence": [
            evidence(
                "Records read",
                "1,842 customer records from 214 accounts outside the user's region, in 11 minutes",
                "red",
                "https://siem.meridian.example/incidents/INC-20731",
            ),
            evidence("Source network", "First seen today; hosting provider, not the company's VPN", "red"),
            evidence(
                "Side effect",
                "The nightly finance export runs on this key and will fail at 02:00 UTC",
                "amber",
            ),
            evidence("Policy", "Data access policy, section 4.1: regional separation", "slate"),
            evidence("Key", "ak_live_7f3e…91c2, issued 2025-09-03, last rotated never", "slate"),
            evidence("Confidence", "0.96", "emerald"),
        ],
        "payload": {
            "userId": "jordan.keller@meridian.example",
            "keyId": "ak_live_7f3e91c2",
            "endSessions": True,
            "notifyUser": "after_investigation",
            "incident": "INC-20731",
            "reason": REASON,
        },
        "payloadSchema": SCHEMA,
        "lockedFields": ["/userId", "/keyId", "/incident"],
        "workflow": "access-response",
        "runId": f"access-{at:%Y%m%d-%H%M%S}",
        "context": {
            "trigger": "Alert DLP-014: bulk reading across regions",
            "steps": [
                step(at, 9, "Receive the alert", "DLP-014, severity 1, key ak_live_7f3e91c2"),
                step(
                    at,
                    8,
                    "Read the access log",
                    "2,118 calls, 1,842 distinct records, 214 accounts, region EU-South",
                ),
                step(
                    at,
                    6,
                    "Look up the user",
                    "Jordan Keller, partner operations, region EU-North; on shift until 17:00",
                ),
                step(
                    at,
                    5,
                    "Look for a known reason",
                    "No change request, no migration, no support case that fits",
                ),
                step(at, 3, "Find what depends on the key", "One scheduled job: nightly finance export"),
                step(at, 1, "Open the incident", "INC-20731, on-call security lead paged"),
            ],
        },
    }
