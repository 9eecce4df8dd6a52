"""What does the index of a pack say of each request? One line of CSV that no spreadsheet takes for a formula."""

from __future__ import annotations

import csv
import io
from typing import Any

from audit.invisible import on_one_line

_FORMULA = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""The last four are the wide forms of the first."""
HEADINGS = (
    *("request", "report", "proposed_at", "agent", "action_type", "action", "risk", "decision", "decided_at"),
    *("decided_by", "payload_version", "payload_sha256", "claimed_at", "outcome"),
)


def line(values: Any) -> bytes:
    """One row, each value neutralised."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerow([_safe(value) for value in values])
    return text.getvalue().encode()


def row(request: str, report: str, summary: dict[str, Any]) -> bytes:
    """What the summary of a receipt comes to."""
    proposal, decision = summary["proposal"] or {}, summary["decision"] or {}
    said = proposal.get("data", {})
    voters = [vote["actor"]["label"] for vote in summary["votes"]]
    return line(
        [
            *(request, report, proposal.get("at"), proposal.get("actor", {}).get("label")),
            *(said.get("action_type"), said.get("action"), said.get("risk")),
            *(decision.get("type"), decision.get("at"), "; ".join(voters)),
            *(decision.get("payload_version"), decision.get("payload_sha256")),
            *((summary["claim"] or {}).get("at"), (summary["outcome"] or {}).get("data", {}).get("status")),
        ]
    )


def _safe(value: Any) -> str:
    text = on_one_line("" if value is None else str(value))
    return f"'{text}" if text.lstrip().startswith(_FORMULA) else text
