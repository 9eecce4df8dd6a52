"""Which events does a policy write?"""

from __future__ import annotations

from approvals.events.loosenings import AGREED_BY, loosening
from audit.catalogue import EventType, Field

_ID = "019aae5c-3c1e-7d42-9a51-7f6b1c0d2e3f"

_TERMS = {
    "title": Field("how people call it, or empty", "E-mail to customers"),
    "pattern": Field("how much people oversee it", "approval_gate"),
    "risk": Field("the least risk it has", "medium"),
    "sla_minutes": Field("minutes until a decision is due, or null", 60),
    "validity_minutes": Field("minutes within which an approval is to be claimed", 1440),
    "reviewers": Field("the addresses of its reviewers", ["sales@example.com"]),
    "quorum": Field("how many different people must approve", 1),
    "breach_action": Field("what follows when nobody decides in time, or empty for the usual", "notify"),
    "escalation": Field(
        "whom to ask then, step by step", [{"emails": ["lead@example.com"], "after_minutes": 0}]
    ),
    "reminder_share": Field("after which share of the time reviewers are reminded, or null", 0.75),
    "minimum_confidence": Field("from which confidence on an action may run unattended, or null", None),
    "condition": Field("when people look nevertheless, in CEL", ""),
    "shadow_condition": Field("a candidate for that, on trial", ""),
    "locked_fields": Field("JSON pointers to fields that nobody edits", ["/account"]),
    "headline": Field("where the payload has the amount or target that the page shows", ["/amount"]),
    "required_evidence": Field("labels of evidence that an agent must show", ["Contract"]),
    "required_evidence_tones": Field("tones of evidence that it must show; `any` for whatever tone", ["any"]),
    "allow_self_approval": Field(
        "whether the person who started the agent may decide, at low and medium risk", False
    ),
    "require_initiated_by": Field("whether the agent must name a person here on whose behalf it runs", True),
    "allow_outside_assignees": Field("whether an agent may name assignees outside the organisation", False),
    "notes": Field("what reviewers are to heed, or empty", "Compare with the contract."),
}
EVENTS = (
    EventType(
        "policy.changed",
        "policy",
        "A policy got its first or its next version. What is open keeps the version that judged it.",
        {
            "id": Field("the version's id", _ID),
            "action_type": Field("the kind of action it is for; `*` for all", "external_email"),
            "workflow": Field("the workflow it is for, or empty for all", ""),
            "version": Field("its number, from 1", 3),
            **_TERMS,
            "reason": Field("why it was changed, or empty", "The gate caught nothing in 200 requests."),
            "agreed_by": AGREED_BY,
        },
    ),
    *loosening("policy"),
)
