"""What can an administrator look up about requests? All of it; here nothing is decided."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from approvals.admin.veiled import VeiledAdmin
from approvals.models import Approval, Assignment, Claim, Opening, Outcome, PayloadVersion, Vote
from audit.admin import ReadOnlyAdmin
from grants.models import User


@admin.register(Approval)
class ApprovalAdmin(ReadOnlyAdmin):
    list_display = ["action", "action_type", "risk", "status", "agent", "deadline", "created_at"]
    list_filter = ["status", "risk", "pattern"]
    list_select_related = ["agent"]
    search_fields = ["=id", "action", "action_type", "agent__name", "assignments__email"]
    fieldsets = [
        (None, {"fields": ["id", "action", "action_type", "status", "resolution", "risk", "quorum"]}),
        (_("Times"), {"fields": ["created_at", "deadline", "breached_at", "decided_at", "valid_until"]}),
        (
            _("What the agent wrote"),
            {"fields": ["summary", "rationale", "confidence", "evidence", "context"]},
        ),
        (_("Payload"), {"fields": ["current_version", "payload_schema", "locked_fields"]}),
        (
            _("Where it comes from"),
            {"fields": ["agent", "key", "workflow", "run_id", "initiated_by", "supersedes"]},
        ),
        (_("Policy"), {"fields": ["policy", "pattern", "sla_minutes", "reasons"]}),
    ]

    def view_on_site(self, approval: Approval) -> str:
        """The request's own page."""
        return approval.get_absolute_url()


@admin.register(Assignment)
class AssignmentAdmin(ReadOnlyAdmin):
    list_display = ["email", "approval", "source", "created_at", "removed_at", "is_open"]
    list_filter = ["is_open", "source"]
    list_select_related = ["approval"]
    search_fields = ["email", "=approval__id"]
    fields = ["approval", "email", "source", "created_at", "removed_at", "is_open", "deadline"]


@admin.register(PayloadVersion)
class PayloadVersionAdmin(VeiledAdmin):
    list_display = ["approval", "number", "edited_by", "created_at", "sha256_hex"]
    list_select_related = ["approval", "edited_by"]
    search_fields = ["=approval__id"]
    ordering = ["-id"]
    fields = ["approval", "number", "edited_by", "created_at", "sha256_hex", "source"]
    readonly_fields = ["sha256_hex"]

    def tells(self, reader: User) -> Q:
        """A new version comes with its editor's vote."""
        return Q(edited_by__isnull=False) & ~Q(edited_by=reader)

    @admin.display(description="SHA-256")
    def sha256_hex(self, version: PayloadVersion) -> str:
        return version.digest


@admin.register(Vote)
class VoteAdmin(VeiledAdmin):
    list_display = ["approval", "user", "principal", "verdict", "version", "basis", "is_late", "decided_at"]
    list_filter = ["verdict", "basis", "is_late"]
    list_select_related = ["approval", "user", "principal"]
    search_fields = ["=approval__id", "=grant__id", "user__email", "principal__email"]
    ordering = ["-decided_at"]
    fields = [
        "id", "approval", "version", "sha256_hex", "verdict", "user", "principal", "basis", "grant",
        "resolution", "category", "comment", "sentence", "acknowledged",
        "notified_at", "opened_at", "decided_at", "is_late",
    ]  # fmt: skip
    readonly_fields = ["sha256_hex"]

    @admin.display(description=_("payload's SHA-256"))
    def sha256_hex(self, vote: Vote) -> str:
        return bytes(vote.payload_sha256).hex()


@admin.register(Opening)
class OpeningAdmin(VeiledAdmin):
    list_display = ["approval", "user", "opened_at"]
    list_select_related = ["approval", "user"]
    search_fields = ["=approval__id", "user__email"]
    ordering = ["-id"]
    fields = ["approval", "user", "opened_at"]

    def tells(self, reader: User) -> Q:
        """Whoever looked at it is among those who may have voted."""
        return ~Q(user=reader)


@admin.register(Claim)
class ClaimAdmin(ReadOnlyAdmin):
    list_display = ["approval", "key", "claimed_at"]
    list_select_related = ["approval", "key"]
    search_fields = ["=approval__id"]
    ordering = ["-claimed_at"]
    fields = ["approval", "claim_id", "idempotency_key", "key", "claimed_at"]


@admin.register(Outcome)
class OutcomeAdmin(ReadOnlyAdmin):
    list_display = ["claim", "status", "is_mismatch", "reported_at"]
    list_filter = ["status", "is_mismatch"]
    search_fields = ["=claim__approval__id"]
    ordering = ["-reported_at"]
    fields = ["claim", "status", "detail", "sha256_hex", "is_mismatch", "reported_at"]
    readonly_fields = ["sha256_hex"]

    @admin.display(description=_("SHA-256 of what was executed"))
    def sha256_hex(self, outcome: Outcome) -> str:
        return bytes(outcome.payload_sha256).hex()
