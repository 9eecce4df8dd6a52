"""Which actions wait in the demo's inbox? Four, from one that needs nobody to one that needs two people.

Each body is what an agent would POST to `/api/v1/approvals`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from approvals.seeds import agents
from approvals.seeds.cases import access_revocation, knowledge_answer, outreach_email, payment_terms


@dataclass(frozen=True, slots=True)
class DemoCase:
    """Which agent proposes it, and the body that it sends at a given moment."""

    agent: str
    body: Callable[[datetime], dict[str, Any]]


CASES = (
    DemoCase(agents.SUPPORT, knowledge_answer.body),
    DemoCase(agents.SALES, outreach_email.body),
    DemoCase(agents.VENDORS, payment_terms.body),
    DemoCase(agents.ACCESS, access_revocation.body),
)
