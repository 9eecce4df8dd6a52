"""What do the demo's action types need?"""

from __future__ import annotations

from typing import Any

from approvals import policy_table
from approvals.models import Policy
from approvals.models.choices import Pattern, Risk
from audit.message import SYSTEM

TERMS: dict[str, dict[str, Any]] = {
    "knowledge_answer": {"pattern": Pattern.NONE, "risk": Risk.LOW},
    "external_email": {"pattern": Pattern.APPROVAL_GATE, "risk": Risk.MEDIUM, "sla_minutes": 60},
    "account_modification": {
        "pattern": Pattern.APPROVAL_GATE,
        "risk": Risk.HIGH,
        "sla_minutes": 120,
        "reviewers": ["finance@example.com"],
    },
    "access_change": {
        "pattern": Pattern.APPROVAL_GATE,
        "risk": Risk.HIGH,
        "sla_minutes": 240,
        "reviewers": ["security@example.com"],
    },
}


def ensure_policies() -> None:
    """A first version where none stands; what somebody changed stays changed."""
    standing = set(Policy.objects.current().filter(workflow="").values_list("action_type", flat=True))
    for action_type, terms in TERMS.items():
        if action_type not in standing:
            policy_table.publish(Policy(action_type=action_type, **terms), by=SYSTEM)
