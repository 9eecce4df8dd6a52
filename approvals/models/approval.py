"""A request: one proposed action with everything a person needs to decide it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar

import uuid_utils.compat as uuid
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from approvals.models.agent import Agent, AgentKey
from approvals.models.approval_queries import ApprovalQuerySet
from approvals.models.choices import (
    DECIDED_BY_PEOPLE,
    UNDECIDED,
    BreachAction,
    Disposition,
    Pattern,
    Resolution,
    Risk,
    Status,
    Tone,
    state_name,
)
from approvals.models.policy import Policy
from audit.message import Head, Subject

if TYPE_CHECKING:
    # For what two methods return alone: the keys of these need this module.
    from approvals.models.decision import Vote
    from approvals.models.payload import PayloadVersion

MOST_EVIDENCE = 50
"""Items of evidence of one request."""


class Approval(models.Model):
    """One proposed action, from its submission to its outcome.

    `current_version` is a number, not a key: the versions point here, and a circle of keys would need
    deferring. Most columns never change after the insert; migration 0002 holds the triggers.
    """

    TRANSITIONS: ClassVar[dict[str, tuple[str, ...]]] = {
        Status.PENDING: (Status.APPROVED, Status.REJECTED, Status.CANCELLED),
        Status.APPROVED: (),
        Status.REJECTED: (),
        Status.CANCELLED: (),
        Status.NOT_REQUIRED: (),
        Status.DRAFT: (Status.USED, Status.DISCARDED),
        Status.USED: (),
        Status.DISCARDED: (),
    }

    id = models.UUIDField(primary_key=True, default=uuid.uuid7, editable=False)
    agent = models.ForeignKey(Agent, on_delete=models.PROTECT, related_name="approvals", db_index=False)
    key = models.ForeignKey(AgentKey, on_delete=models.PROTECT, related_name="+")
    agent_owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
        editable=False,
        help_text=_("who answered for the agent when it asked; set by a trigger"),
    )
    key_owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
        editable=False,
        help_text=_("who answered for the key when it asked; set by a trigger"),
    )
    key_minter = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
        editable=False,
        help_text=_("who made the key; set by a trigger, empty where no person did"),
    )
    idempotency_key = models.CharField(max_length=200)
    request_sha256 = models.BinaryField(max_length=32, help_text=_("of the submitted body's RFC 8785 bytes"))

    action_type = models.CharField(max_length=100)
    action = models.CharField(max_length=300, help_text=_("the proposed action in plain language"))
    summary = models.CharField(max_length=1000, blank=True)
    rationale = models.TextField()
    confidence = models.FloatField(null=True, help_text=_("0 to 1, as the agent says"))
    evidence = models.JSONField(default=list, help_text="[{label, value, tone, url}]")
    context = models.JSONField(null=True, help_text="{trigger, steps: [{name, output, at}]}")
    workflow = models.CharField(max_length=100, blank=True)
    run_id = models.CharField(max_length=200, blank=True)
    initiated_by = models.EmailField(blank=True, help_text=_("on whose behalf the agent runs"))
    supersedes = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="superseded_by")
    successor = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
        editable=False,
        help_text=_("the request that superseded this one, kept by a trigger"),
    )
    payload_schema = models.TextField(blank=True, help_text=_("JSON Schema, as it was sent"))
    locked_fields = ArrayField(models.CharField(max_length=500), default=list, help_text=_("JSON pointers"))

    policy = models.ForeignKey(Policy, on_delete=models.PROTECT, related_name="approvals")
    pattern = models.CharField(max_length=20, choices=Pattern.choices)
    risk = models.CharField(max_length=10, choices=Risk.choices)
    reasons = models.JSONField(default=list, help_text=_("the policy's verdict, in sentences"))
    quorum = models.PositiveSmallIntegerField(default=1)
    sla_minutes = models.PositiveIntegerField(null=True)
    deadline = models.DateTimeField(null=True)
    breach_action = models.CharField(
        max_length=20, choices=BreachAction.choices, blank=True, help_text=_("only of what waits for people")
    )
    shadow_would_run = models.BooleanField(
        null=True,
        help_text=_("what the policy's candidate condition would have done; null where none is tried"),
    )
    shadow_reason = models.TextField(blank=True)

    alike = models.CharField(
        max_length=16,
        default="",
        db_default="",
        editable=False,
        help_text=_("the same in requests of one agent, action type and payload shape"),
    )

    status = models.CharField(max_length=20, choices=Status.choices)
    resolution = models.CharField(max_length=20, choices=Resolution.choices, blank=True)
    current_version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField()
    remind_at = models.DateTimeField(
        null=True, help_text=_("when who has not voted is reminded; null once told")
    )
    breached_at = models.DateTimeField(null=True)
    escalate_at = models.DateTimeField(null=True, help_text=_("when the ladder's next step is asked"))
    approvers_asked_at = models.DateTimeField(
        null=True, help_text=_("when the approvers were last asked, since those told were too few")
    )
    administrators_told_at = models.DateTimeField(
        null=True, help_text=_("when they were told that too few people can decide it; null while enough can")
    )
    decided_at = models.DateTimeField(null=True)
    valid_until = models.DateTimeField(null=True, help_text=_("an approval can be claimed until then"))
    claimed_at = models.DateTimeField(
        null=True, editable=False, help_text=_("the claim's, kept by a trigger")
    )
    expired_at = models.DateTimeField(
        null=True, help_text=_("when it was noted that nobody claimed it in time")
    )

    chain: Head | None = None
    """Where its events end, once read with the row locked (`lifecycle.beats.moment`); good in that transaction."""

    read_at: datetime | None = None
    """The database's clock when it was read, where it was read `whole` or locked."""

    warnings: list[dict[str, str]] | None = None
    """What `reach` found about it when it was submitted; None where nobody has looked."""

    objects = ApprovalQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["agent", "idempotency_key"], name="approval_idempotent"),
            models.CheckConstraint(condition=Q(status__in=Status.values), name="approval_known_status"),
            models.CheckConstraint(condition=Q(risk__in=Risk.values), name="approval_known_risk"),
            models.CheckConstraint(
                condition=Q(confidence=None) | Q(confidence__gte=0, confidence__lte=1),
                name="approval_confidence_0_to_1",
            ),
            models.CheckConstraint(
                condition=Q(sla_minutes=None) | Q(sla_minutes__gt=0), name="approval_sla_above_zero"
            ),
            models.CheckConstraint(
                condition=Q(deadline=None) | Q(deadline__gt=models.F("created_at")),
                name="approval_deadline_after_creation",
            ),
            models.CheckConstraint(
                condition=~Q(pattern=Pattern.APPROVAL_GATE)
                | Q(deadline__isnull=False, sla_minutes__isnull=False),
                name="approval_gate_has_deadline",
            ),
            models.CheckConstraint(
                condition=~Q(status=Status.PENDING) | Q(deadline__isnull=False, sla_minutes__isnull=False),
                name="approval_pending_has_deadline",
            ),
            models.CheckConstraint(
                condition=Q(breach_action__in=["", *BreachAction.values]),
                name="approval_no_breach_approves",
            ),
            models.CheckConstraint(
                condition=~Q(risk=Risk.CRITICAL) | Q(breach_action__in=["", BreachAction.ESCALATE]),
                name="approval_critical_escalates",
            ),
            models.CheckConstraint(
                condition=(
                    Q(pattern=Pattern.DRAFT_ONLY, status__in=[Status.DRAFT, Status.USED, Status.DISCARDED])
                    | Q(pattern__in=[Pattern.NONE, Pattern.EXCEPTION_BASED], status=Status.NOT_REQUIRED)
                    | Q(
                        pattern__in=[Pattern.APPROVAL_GATE, Pattern.EXCEPTION_BASED],
                        status__in=[Status.PENDING, Status.APPROVED, Status.REJECTED, Status.CANCELLED],
                    )
                ),
                name="approval_status_fits_pattern",
            ),
            models.CheckConstraint(condition=Q(quorum__gte=1), name="approval_quorum_at_least_1"),
            models.CheckConstraint(
                condition=~Q(risk=Risk.CRITICAL) | Q(quorum__gte=2), name="approval_critical_takes_two"
            ),
            models.CheckConstraint(
                condition=~Q(risk=Risk.CRITICAL, status=Status.NOT_REQUIRED),
                name="approval_critical_never_unattended",
            ),
            models.CheckConstraint(
                condition=Q(status=Status.REJECTED, resolution__in=Resolution.values)
                | (~Q(status=Status.REJECTED) & Q(resolution="")),
                name="approval_rejected_says_how",
            ),
            models.CheckConstraint(
                condition=Q(status__in=UNDECIDED, decided_at=None)
                | (~Q(status__in=UNDECIDED) & Q(decided_at__isnull=False)),
                name="approval_decided_has_time",
            ),
            models.CheckConstraint(
                condition=Q(status=Status.APPROVED, valid_until__isnull=False)
                | (~Q(status=Status.APPROVED) & Q(valid_until=None)),
                name="approval_approved_has_validity",
            ),
        ]
        indexes = [
            models.Index(
                fields=["deadline", "id"],
                condition=Q(status=Status.PENDING),
                name="approval_pending_by_deadline",
            ),
            models.Index(
                fields=["risk", "deadline", "id"],
                condition=Q(status=Status.PENDING),
                name="approval_pending_by_risk",
            ),
            models.Index(
                fields=["action_type", "deadline", "id", "risk"],
                condition=Q(status=Status.PENDING),
                name="approval_pending_by_type",
            ),
            models.Index(
                fields=["agent", "deadline", "id", "risk", "action_type", "workflow"],
                condition=Q(status=Status.PENDING),
                name="approval_pending_by_agent",
            ),
            models.Index(
                fields=["workflow", "deadline", "id", "risk", "action_type"],
                condition=Q(status=Status.PENDING),
                name="approval_pending_by_workflow",
            ),
            models.Index(
                fields=["alike", "deadline", "id"],
                condition=Q(status=Status.PENDING),
                name="approval_pending_alike",
            ),
            models.Index(fields=["-id"], condition=Q(status=Status.DRAFT), name="approval_drafts"),
            # What the sweep looks for; each holds only what is still to be done.
            models.Index(
                fields=["deadline", "id"],
                condition=Q(status=Status.PENDING, breached_at=None),
                name="approval_to_breach",
            ),
            models.Index(
                fields=["escalate_at", "id"],
                condition=Q(status=Status.PENDING, escalate_at__isnull=False),
                name="approval_to_escalate",
            ),
            models.Index(
                fields=["remind_at", "id"],
                condition=Q(status=Status.PENDING, remind_at__isnull=False),
                name="approval_to_remind",
            ),
            models.Index(
                fields=["valid_until", "id"],
                condition=Q(status=Status.APPROVED, claimed_at=None, expired_at=None),
                name="approval_to_expire",
            ),
            models.Index(fields=["agent", "-id"], name="approval_of_agent"),
            models.Index(
                fields=["-decided_at", "-id"],
                condition=Q(status__in=DECIDED_BY_PEOPLE),
                name="approval_decided",
            ),
            models.Index(
                fields=["risk", "-decided_at", "-id"],
                condition=Q(status__in=DECIDED_BY_PEOPLE),
                name="approval_decided_by_risk",
            ),
            models.Index(
                fields=["action_type", "-decided_at", "-id", "risk"],
                condition=Q(status__in=DECIDED_BY_PEOPLE),
                name="approval_decided_by_type",
            ),
            models.Index(
                fields=["agent", "-decided_at", "-id", "risk", "action_type", "workflow"],
                condition=Q(status__in=DECIDED_BY_PEOPLE),
                name="approval_decided_by_agent",
            ),
            models.Index(
                fields=["workflow", "-decided_at", "-id", "risk", "action_type"],
                condition=Q(status__in=DECIDED_BY_PEOPLE),
                name="approval_decided_by_workflow",
            ),
        ]

    def __str__(self) -> str:
        return self.action

    def get_absolute_url(self) -> str:
        return reverse("approvals:request", args=[self.pk])

    def as_subject(self) -> Subject:
        """The chain of events about this request."""
        return Subject(kind="approval", id=str(self.pk))

    @property
    def is_pending(self) -> bool:
        return self.status == Status.PENDING

    @property
    def is_draft(self) -> bool:
        """To be used by hand; the agent executes nothing."""
        return self.status == Status.DRAFT

    @property
    def state_name(self) -> str:
        """Where it stands, with how a rejection came about."""
        return state_name(self.status, self.resolution)

    @property
    def is_critical(self) -> bool:
        return self.risk == Risk.CRITICAL

    def is_overdue(self, now: datetime) -> bool:
        """Pending past its deadline, whether or not the sweep has come by."""
        return self.is_pending and self.deadline is not None and self.deadline <= now

    def is_rejected_by_deadline(self, now: datetime) -> bool:
        """Overdue, with a policy that rejects then: no decision counts any more, even before the sweep."""
        return self.is_overdue(now) and self.breach_action == BreachAction.REJECT

    def has_expired(self, now: datetime) -> bool:
        """Approved, and no longer to be claimed."""
        return self.valid_until is not None and self.valid_until <= now

    def disposition(self, now: datetime) -> Disposition:
        """What the agent does now. Once claimed or superseded it is `stop`: the next to read it must not execute it."""
        if self.is_pending:
            return Disposition.WAIT
        if self.status == Status.NOT_REQUIRED:
            return Disposition.PROCEED
        is_over = self.is_claimed or self.successor_id is not None or self.has_expired(now)
        if self.status == Status.APPROVED and not is_over:
            return Disposition.PROCEED
        return Disposition.STOP

    @property
    def is_claimed(self) -> bool:
        return hasattr(self, "claim")

    def version(self, number: int | None = None) -> PayloadVersion:
        """That payload version; the current one when no number is given."""
        wanted = number or self.current_version
        prefetched = (version for version in self.versions.all() if version.number == wanted)
        return next(prefetched, None) or self.versions.get(number=wanted)

    def approving_votes(self) -> list[Vote]:
        """The approvals that count, the oldest first: those of the current version."""
        return [one for one in self.votes.all() if one.is_approval and one.version == self.current_version]

    def evidence_to_acknowledge(self) -> list[tuple[int, dict[str, Any]]]:
        """Red and amber items with their index: each is ticked from medium risk on."""
        items = enumerate(self.evidence)
        return [(index, item) for index, item in items if Tone(item["tone"]).needs_acknowledgement]
