"""No commit changes a request, a policy, an agent or a key without its event in the same transaction.

Deferred triggers look once all is written, so the order within a transaction does not matter. They ask only where what
the log tells of has changed. Nothing is asked of rows that are there already, and no row is written.
"""

from collections.abc import Sequence
from importlib import import_module

from django.db import migrations

binding = import_module("audit.migrations.0005_bound_to_transactions")

PROPOSED = ("approval.requested", "approval.not_required", "draft.recorded")
STATUSES = {
    "approved": ("approval.granted",),
    "rejected": ("approval.rejected",),
    "cancelled": ("approval.cancelled",),
    "used": ("draft.used",),
    "discarded": ("draft.discarded", "draft.replaced"),
}
BEGUN = {"pending": PROPOSED[:1], "not_required": PROPOSED[1:2], "draft": PROPOSED[2:]}
SUCCEEDED = ("approval.superseded", "approval.cancelled", "draft.replaced")
ASKED = ("approval.reassigned", "approval.taken_back", "approval.escalated")

POLICY = """CASE WHEN length(NEW.action_type || '/' || NEW.workflow) <= 64 THEN NEW.action_type || '/' || NEW.workflow
        ELSE encode(sha256(convert_to(NEW.action_type || '/' || NEW.workflow, 'UTF8')), 'hex') END"""
ON_VOTE = [("insert", "INSERT", "", ("approval.voted",))]


def differs(*columns: str) -> str:
    """Whether an UPDATE gives any of these another value."""
    old, new = (", ".join(f"{row}.{one}" for one in columns) for row in ("OLD", "NEW"))
    return f"({old}) IS DISTINCT FROM ({new})"


REQUEST = [
    *((f"as_{one}", "INSERT", f"NEW.status = '{one}'", types) for one, types in BEGUN.items()),
    *(
        (f"to_{one}", "UPDATE", f"NEW.status = '{one}' AND OLD.status <> '{one}'", types)
        for one, types in STATUSES.items()
    ),
    ("version", "UPDATE", differs("current_version"), ("approval.edited",)),
    ("breach", "UPDATE", differs("breached_at"), ("approval.sla_breach",)),
    ("expiry", "UPDATE", differs("expired_at"), ("approval.expired",)),
    ("successor", "UPDATE", differs("successor_id"), SUCCEEDED),
    ("claim", "UPDATE", differs("claimed_at"), ("approval.claimed",)),
]


def of_request(table: str, changes: Sequence[tuple[str, str, str, Sequence[str]]]) -> migrations.RunSQL:
    bound: migrations.RunSQL = binding.bind(
        f"approvals_{table}", "approval", "NEW.approval_id::text", changes
    )
    return bound


class Migration(migrations.Migration):
    dependencies = [("approvals", "0040_clocks"), ("audit", "0005_bound_to_transactions")]

    operations = [
        binding.bind("approvals_approval", "approval", "NEW.id::text", REQUEST),
        of_request("payloadversion", [("insert", "INSERT", "NEW.number > 1", ("approval.edited",))]),
        of_request("vote", ON_VOTE),
        of_request("voteseat", ON_VOTE),
        of_request("opening", [("insert", "INSERT", "", ("approval.opened",))]),
        of_request("comment", [("insert", "INSERT", "", ("approval.commented",))]),
        of_request("claim", [("insert", "INSERT", "", ("approval.claimed",))]),
        of_request(
            "assignment",
            [
                ("insert", "INSERT", "", (*PROPOSED, *ASKED)),
                (
                    "update",
                    "UPDATE",
                    differs("removed_at", "source", "placed_by_id", "in_place_of_id"),
                    ASKED,
                ),
            ],
        ),
        binding.bind(
            "approvals_outcome",
            "approval",
            "NEW.claim_id::text",
            [
                ("insert", "INSERT", "NOT NEW.is_mismatch", ("execution.reported",)),
                ("mismatch", "INSERT", "NEW.is_mismatch", ("execution.mismatch",)),
            ],
        ),
        binding.bind(
            "approvals_policy",
            "policy",
            POLICY,
            [
                ("insert", "INSERT", "", ("policy.changed",)),
                ("update", "UPDATE", differs("retired_at"), ("policy.changed",)),
            ],
        ),
        binding.bind(
            "approvals_agent",
            "agent",
            "NEW.id::text",
            [
                ("insert", "INSERT", "", ("agent.created",)),
                (
                    "update",
                    "UPDATE",
                    differs("name", "owner_id", "action_types", "workflows", "is_active"),
                    ("agent.changed",),
                ),
            ],
        ),
        binding.bind(
            "approvals_agentkey",
            "agent",
            "NEW.agent_id::text",
            [
                ("insert", "INSERT", "", ("agent.key_created", "agent.key_rotated")),
                (
                    "update",
                    "UPDATE",
                    differs("owner_id", "prefix", "secret_sha256", "expires_at", "revoked_at"),
                    ("agent.key_revoked", "agent.key_rotated"),
                ),
            ],
        ),
    ]
