"""What does an action type need? Each row is one immutable version of one policy."""

from __future__ import annotations

import hashlib
from typing import Any, Self

import uuid_utils.compat as uuid
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from approvals.models import policy_rules
from approvals.models.choices import BreachAction, Pattern, Risk, Tone
from audit.message import Subject

ANY_ACTION_TYPE = "*"
ANY_TONE = "any"
"""Some evidence, of whatever tone."""
TONES_DEMANDED = [(ANY_TONE, "Any: some evidence"), *Tone.choices]
DAY_MINUTES = 24 * 60
SUBJECT_LENGTH = 64

TERMS = (
    "pattern",
    "risk",
    "sla_minutes",
    "validity_minutes",
    "reviewers",
    "quorum",
    "breach_action",
    "escalation",
    "reminder_share",
    "minimum_confidence",
    "condition",
    "shadow_condition",
    "locked_fields",
    "headline",
    "required_evidence",
    "required_evidence_tones",
    "allow_self_approval",
    "require_initiated_by",
    "notes",
)
"""What a version says; another word in one of them makes another version."""


class PolicyQuerySet(models.QuerySet["Policy"]):
    """Filters by the words of the policy pages."""

    def current(self) -> Self:
        """The version of each policy that judges what comes in now."""
        return self.filter(retired_at=None)


class Policy(models.Model):
    """One version of what an action type, in one workflow or in any, needs.

    A request keeps the version that judged it, so a later version never weakens what is open.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid7, editable=False)
    action_type = models.CharField(
        max_length=100,
        validators=[policy_rules.validate_action_type],
        help_text="* stands for every action type without a policy.",
    )
    workflow = models.CharField(
        max_length=100,
        blank=True,
        validators=[policy_rules.validate_name],
        help_text="Empty: in any workflow.",
    )
    version = models.PositiveIntegerField(default=1, editable=False)
    pattern = models.CharField(
        max_length=20,
        choices=Pattern.choices,
        default=Pattern.APPROVAL_GATE,
        help_text="A critical action is gated whatever stands here, and a draft stays a draft.",
    )
    risk = models.CharField(
        max_length=10, choices=Risk.choices, help_text="The least: an agent can only raise it."
    )
    sla_minutes = models.PositiveIntegerField(
        "SLA (minutes)",
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text="How long a request waits for a decision. An agent may ask for less, never for more. "
        "Empty: as long as the agent says.",
    )
    validity_minutes = models.PositiveIntegerField(
        "validity (minutes)",
        default=DAY_MINUTES,
        validators=[MinValueValidator(1)],
        help_text="How long an approval can be claimed.",
    )
    reviewers = ArrayField(
        models.EmailField(), default=list, blank=True, help_text="Comma-separated e-mail addresses."
    )
    quorum = models.PositiveSmallIntegerField(
        default=1,
        validators=[MinValueValidator(1), MaxValueValidator(20)],
        help_text="How many different people approve. Critical: at least two.",
    )
    breach_action = models.CharField(
        "when the deadline passes",
        max_length=20,
        blank=True,
        choices=BreachAction.choices,
        help_text="Empty: low and medium tell, high and critical escalate. Nothing approves.",
    )
    escalation = models.JSONField(
        "escalation ladder",
        default=list,
        blank=True,
        validators=[policy_rules.validate_escalation],
        help_text="Who is asked how many minutes after the deadline. Critical: at least one step.",
    )
    reminder_share = models.FloatField(
        null=True,
        blank=True,
        validators=[MinValueValidator(0), MaxValueValidator(1), policy_rules.validate_finite],
        help_text="The share of the SLA after which reviewers are reminded, e.g. 0.75.",
    )
    minimum_confidence = models.FloatField(
        null=True,
        blank=True,
        validators=[MinValueValidator(0), MaxValueValidator(1), policy_rules.validate_finite],
        help_text="Below it, or without a confidence, a person looks at an exception-based action.",
    )
    condition = models.TextField(
        blank=True,
        validators=[policy_rules.validate_condition],
        help_text="CEL. Where it holds, a person looks: payload.amount > 5000 || confidence < 0.8",
    )
    shadow_condition = models.TextField(
        "candidate condition",
        blank=True,
        validators=[policy_rules.validate_condition],
        help_text="On trial behind a gate: each request records what it would have done. "
        "The word false stands for the confidence alone.",
    )
    locked_fields = ArrayField(
        models.CharField(max_length=500),
        default=list,
        blank=True,
        validators=[policy_rules.validate_pointers],
        help_text="Comma-separated JSON pointers that no reviewer may edit, e.g. /to.",
    )
    headline = ArrayField(
        models.CharField(max_length=500),
        default=list,
        blank=True,
        validators=[policy_rules.validate_pointers],
        help_text="Comma-separated JSON pointers to the amount or target that the screens show.",
    )
    required_evidence = ArrayField(
        models.CharField(max_length=120),
        default=list,
        blank=True,
        help_text="Comma-separated labels of evidence without which a proposal is refused.",
    )
    required_evidence_tones = ArrayField(
        models.CharField(max_length=10, choices=TONES_DEMANDED),
        default=list,
        blank=True,
        help_text="Tones of evidence without each of which a proposal is refused.",
    )
    allow_self_approval = models.BooleanField(
        default=False,
        help_text="Whoever the agent runs for, or who answers for it, may decide. Low and medium only.",
    )
    require_initiated_by = models.BooleanField(
        default=False, help_text="Refuse a proposal that does not say on whose behalf the agent runs."
    )
    notes = models.TextField(
        blank=True, help_text="For reviewers: the escalation path in words, and whom to ask."
    )
    reason = models.TextField(
        blank=True,
        max_length=500,
        help_text="Why this change. Needed to let actions run before a trial of 30 decided requests.",
    )
    created_at = models.DateTimeField(editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, editable=False, related_name="+"
    )
    retired_at = models.DateTimeField(null=True, editable=False)

    objects = PolicyQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "policies"
        ordering = ["action_type", "workflow", "-version"]
        constraints = [
            models.UniqueConstraint(
                fields=["action_type", "workflow", "version"], name="policy_one_per_version"
            ),
            models.UniqueConstraint(
                fields=["action_type", "workflow"],
                condition=models.Q(retired_at=None),
                name="policy_one_current",
            ),
            models.CheckConstraint(
                condition=Q(sla_minutes=None) | Q(sla_minutes__gt=0), name="policy_sla_above_zero"
            ),
            models.CheckConstraint(condition=Q(validity_minutes__gt=0), name="policy_validity_above_zero"),
            models.CheckConstraint(condition=Q(pattern__in=Pattern.values), name="policy_known_pattern"),
            models.CheckConstraint(condition=Q(risk__in=Risk.values), name="policy_known_risk"),
            models.CheckConstraint(condition=Q(quorum__gte=1), name="policy_quorum_at_least_1"),
            models.CheckConstraint(
                condition=Q(breach_action__in=["", *BreachAction.values]), name="policy_no_breach_approves"
            ),
            models.CheckConstraint(
                condition=~Q(risk=Risk.CRITICAL) | Q(quorum__gte=2, breach_action=BreachAction.ESCALATE),
                name="policy_critical_takes_two_and_escalates",
            ),
            models.CheckConstraint(
                condition=Q(minimum_confidence=None)
                | Q(minimum_confidence__gte=0, minimum_confidence__lte=1),
                name="policy_confidence_0_to_1",
            ),
            models.CheckConstraint(
                condition=Q(reminder_share=None) | Q(reminder_share__gte=0, reminder_share__lte=1),
                name="policy_reminder_0_to_1",
            ),
            models.CheckConstraint(
                condition=~Q(pattern=Pattern.EXCEPTION_BASED)
                | Q(minimum_confidence__isnull=False)
                | ~Q(condition=""),
                name="policy_exception_says_when",
            ),
            models.CheckConstraint(
                condition=Q(shadow_condition="") | Q(pattern=Pattern.APPROVAL_GATE),
                name="policy_shadow_stands_behind_a_gate",
            ),
            models.CheckConstraint(
                condition=Q(required_evidence_tones__contained_by=[ANY_TONE, *Tone.values]),
                name="policy_known_tones",
            ),
            models.CheckConstraint(
                condition=Q(allow_self_approval=False) | Q(risk__in=[Risk.LOW, Risk.MEDIUM]),
                name="policy_self_approval_below_high",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} (version {self.version})"

    def clean(self) -> None:
        """What must hold between fields. Raises ValidationError with a sentence beside each field."""
        policy_rules.check_together(self)

    @property
    def name(self) -> str:
        """What the policy is for: its action type, and the workflow where there is one."""
        return f"{self.action_type} in {self.workflow}" if self.workflow else self.action_type

    @property
    def identity(self) -> tuple[str, str]:
        """The action type and the workflow: what no two current policies share."""
        return self.action_type, self.workflow

    @property
    def effective_breach_action(self) -> BreachAction:
        """At the policy's own risk; a request's verdict knows better where the agent raised it."""
        return self.breach_action_at(Risk(self.risk))

    def breach_action_at(self, risk: Risk) -> BreachAction:
        """Critical is held and escalated, whatever the policy says (DESIGN §4.3)."""
        if risk == Risk.CRITICAL or not self.breach_action:
            return BreachAction.usual(risk)
        return BreachAction(self.breach_action)

    @property
    def escalation_targets(self) -> list[str]:
        """Everybody on the ladder, each once, the first to be asked first."""
        return list(dict.fromkeys(email for step in self.escalation for email in step["emails"]))

    @property
    def tones_in_words(self) -> list[str]:
        """The tones that it demands, as the screens say them."""
        return [dict(TONES_DEMANDED)[tone] for tone in self.required_evidence_tones]

    def terms(self) -> dict[str, Any]:
        """All that a version says, without whose and which it is."""
        return {name: getattr(self, name) for name in TERMS}

    def as_subject(self) -> Subject:
        """The chain of events about this policy in all its versions; a long name stands as its SHA-256."""
        name = f"{self.action_type}/{self.workflow}"
        fits = len(name) <= SUBJECT_LENGTH
        return Subject(kind="policy", id=name if fits else hashlib.sha256(name.encode()).hexdigest())
