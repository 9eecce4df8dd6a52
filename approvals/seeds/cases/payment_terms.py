"""A vendor's payment terms change with an amendment: finance corrects the date from which they hold."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from approvals.seeds.cases.parts import evidence, step

NOTE = """\
Dear Halden Logistics accounts team,

following amendment CON-4821, signed on 12 April 2026, we have changed the payment terms for your \
account from Net-30 to Net-60. Invoices that we received before the effective date are paid on the \
earlier terms.

Please reply to this message if your records differ.

Accounts Payable, Meridian"""

TERMS = ["Net-15", "Net-30", "Net-45", "Net-60", "Net-90"]

SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "vendorId": {"type": "string", "title": "Vendor number"},
        "vendorName": {"type": "string", "title": "Vendor"},
        "contractAmendment": {"type": "string", "title": "Contract amendment"},
        "currentTerms": {"type": "string", "enum": TERMS, "title": "Current payment terms"},
        "newTerms": {"type": "string", "enum": TERMS, "title": "New payment terms"},
        "effectiveDate": {
            "type": "string",
            "format": "date",
            "title": "Effective date",
            "description": "Invoices dated on or after this day are paid on the new terms.",
        },
        "applyToOpenInvoices": {"type": "boolean", "title": "Apply to invoices that are open already"},
        "noteToVendor": {
            "type": "string",
            "format": "textarea",
            "title": "Note to the vendor",
            "maxLength": 2000,
        },
    },
    "required": [
        "vendorId",
        "vendorName",
        "contractAmendment",
        "currentTerms",
        "newTerms",
        "effectiveDate",
        "applyToOpenInvoices",
    ],
    "additionalProperties": False,
}


def body(at: datetime) -> dict[str, Any]:
    return {
        "actionType": "account_modification",
        "action": "Change payment terms of Halden Logistics from Net-30 to Net-60",
        "summary": "Contract amendment CON-4821, signed 2026-04-12",
        "rationale": (
            "Amendment CON-4821 was signed by both parties on 2026-04-12 and replaces clause 7.2 of the "
            "master agreement: Net-60 instead of Net-30. The vendor master still says Net-30, so invoices "
            "would be paid 30 days early. The scan of page 3 is partly illegible where it says from when "
            "the new terms hold; the date of signature is proposed as the effective date and should be "
            "checked against the original."
        ),
        "confidence": 0.71,
        "risk": "high",
        "slaMinutes": 120,
        "assignees": ["finance@example.com"],
        "evidence": [
            evidence(
                "Contract reference",
                "Amendment CON-4821, signed 2026-04-12 by both parties",
                "emerald",
                "https://contracts.meridian.example/CON-4821",
            ),
            evidence("Current terms", "Net-30 in the vendor master since 2023-02-01", "slate"),
            evidence("Confidence", "0.71: the effective date on page 3 was read with low certainty", "amber"),
            evidence("Open invoices", "3 invoices, 48,210.00 EUR in all, due within 30 days", "blue"),
        ],
        "payload": {
            "vendorId": "V-10938",
            "vendorName": "Halden Logistics GmbH",
            "contractAmendment": "CON-4821",
            "currentTerms": "Net-30",
            "newTerms": "Net-60",
            "effectiveDate": "2026-04-12",
            "applyToOpenInvoices": False,
            "noteToVendor": NOTE,
        },
        "payloadSchema": SCHEMA,
        "lockedFields": ["/vendorId", "/vendorName", "/contractAmendment", "/currentTerms"],
        "workflow": "vendor-operations",
        "runId": f"vendor-{at:%Y%m%d-%H%M%S}",
        "initiatedBy": "contracts@example.com",
        "context": {
            "trigger": "CON-4821 was filed as signed in the contract archive",
            "steps": [
                step(at, 26, "Read the amendment", "4 pages; clause 7.2 replaced: payment within 60 days"),
                step(at, 22, "Match the vendor", "Halden Logistics GmbH, V-10938; tax number agrees"),
                step(at, 20, "Compare the vendor master", "Payment terms Net-30; no change pending"),
                step(
                    at,
                    17,
                    "Read the effective date",
                    "Page 3, certainty 0.58: “… with effect from the first day of the m… after signature”",
                ),
                step(at, 12, "Prepare the change", "Terms, effective date and a note to the vendor"),
            ],
        },
    }
