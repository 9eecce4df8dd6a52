"""What does an action type need? Each row is one immutable version of one policy."""

from __future__ import annotations

import hashlib
from typing import Any, Self

import uuid_utils.compat as uuid
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, ProhibitNullCharactersValidator
from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from approvals.models import policy_rules
from approvals.models.choices import CRITICAL_QUORUM, TONES_DEMANDED, BreachAction, Pattern, Risk
from audit.message import Subject

ANY_ACTION_TYPE = "*"
DAY_MINUTES = 24 * 60
SUBJECT_LENGTH = 64
IDENTITY = ("action_type", "workflow")
"""The fields that say what a policy is for; no two current policies share both."""


class PolicyQuerySet(models.QuerySet["Policy"]):
    """Filters by the words of the policy pages."""

    def current(self) -> Self:
        """The version of each policy that judges what comes in now."""
        return self.filter(retired_at=None)

    def of(self, action_type: str, workflow: str) -> Self:
        """All versions of one policy."""
        return self.filter(action_type=action_type, workflow=workflow)

    def saying(self, text: str) -> Self:
        """With that text in the title, the action type or the workflow, in whichever case."""
        names = models.Q(action_type__icontains=text) | models.Q(workflow__icontains=text)
        return self.filter(names | models.Q(title__icontains=text))


class Policy(models.Model):
    """One version of what an action type, in one workflow or in any, needs.

    A request keeps the version that judged it, so a later version never weakens what is open.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid7, editable=False)
    action_type = models.CharField(
        max_length=100,
        validators=[policy_rules.validate_action_type],
        help_text=_("* stands for every action type without a policy."),
    )
    workflow = models.CharField(
        max_length=100,
        blank=True,
        validators=[policy_rules.validate_name],
        help_text=_("Empty: in any workflow."),
    )
    title = models.CharField(
        max_length=80,
        blank=True,
        default="",
        db_default="",
        validators=[ProhibitNullCharactersValidator()],
        help_text=_("How people call it. It stands beside the action type wherever a reviewer sees it."),
    )
    version = models.PositiveIntegerField(default=1, editable=False)
    pattern = models.CharField(
        max_length=20,
        choices=Pattern.choices,
        default=Pattern.APPROVAL_GATE,
        help_text=_("A critical action is gated whatever stands here, and a draft stays a draft."),
    )
    risk = models.CharField(
        max_length=10, choices=Risk.choices, help_text=_("The least: an agent can only raise it.")
    )
    sla_minutes = models.PositiveIntegerField(
        _("SLA (minutes)"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(policy_rules.YEAR)],
        help_text=_(
            "How long a request waits for a decision. An agent may ask for less, never for more. "
            "Empty: as long as the agent says."
        ),
    )
    validity_minutes = models.PositiveIntegerField(
        _("validity (minutes)"),
        default=DAY_MINUTES,
        validators=[MinValueValidator(1), MaxValueValidator(policy_rules.YEAR)],
        help_text=_("How long an approval can be claimed."),
    )
    reviewers = ArrayField(
        models.EmailField(), default=list, blank=True, help_text=_("Comma-separated e-mail addresses.")
    )
    quorum = models.PositiveSmallIntegerField(
        default=1,
        validators=[MinValueValidator(1), MaxValueValidator(20)],
        help_text=_("How many different people approve. Critical: at least two."),
    )
    breach_action = models.CharField(
        _("when the deadline passes"),
        max_length=20,
        blank=True,
        choices=BreachAction.choices,
        help_text=_("Empty: low and medium tell, high and critical escalate. Nothing approves."),
    )
    escalation = models.JSONField(
        _("escalation ladder"),
        default=list,
        blank=True,
        validators=[policy_rules.validate_escalation],
        help_text=_("Who is asked how many minutes after the deadline. Critical: at least one step."),
    )
    reminder_share = models.FloatField(
        null=True,
        blank=True,
        validators=[MinValueValidator(0), MaxValueValidator(1), policy_rules.validate_finite],
        help_text=_("The share of the SLA after which reviewers are reminded, e.g. 0.75."),
    )
    minimum_confidence = models.FloatField(
        null=True,
        blank=True,
        validators=[MinValueValidator(0), MaxValueValidator(1), policy_rules.validate_finite],
        help_text=_("Below it, or without a confidence, a person looks at an exception-based action."),
    )
    condition = models.TextField(
        blank=True,
        validators=[policy_rules.validate_condition],
        help_text=_("CEL. Where it holds, a person looks: payload.amount > 5000 || confidence < 0.8"),
    )
    shadow_condition = models.TextField(
        _("candidate condition"),
        blank=True,
        validators=[policy_rules.validate_condition],
        help_text=_(
            "On trial behind a gate: each request records what it would have done. "
            "The word false stands for the confidence alone."
        ),
    )
    locked_fields = ArrayField(
        models.CharField(max_length=500),
        default=list,
        blank=True,
        validators=[policy_rules.validate_pointers],
        help_text=_("Comma-separated JSON pointers that no reviewer may edit, e.g. /to."),
    )
    headline = ArrayField(
        models.CharField(max_length=500),
        default=list,
        blank=True,
        validators=[policy_rules.validate_pointers],
        help_text=_("Comma-separated JSON pointers to the amount or target that the screens show."),
    )
    required_evidence = ArrayField(
        models.CharField(max_length=120),
        default=list,
        blank=True,
        help_text=_("Comma-separated labels of evidence without which a proposal is refused."),
    )
    required_evidence_tones = ArrayField(
        models.CharField(max_length=10, choices=TONES_DEMANDED),
        default=list,
        blank=True,
        help_text=_("Tones of evidence without each of which a proposal is refused."),
    )
    allow_self_approval = models.BooleanField(
        default=False,
        help_text=_("Whoever the agent runs for, or who answers for it, may decide. Low and medium only."),
    )
    require_initiated_by = models.BooleanField(
        default=False,
        help_text=_(
            "Refuse a proposal that does not name a person with an account here on whose behalf the agent runs."
        ),
    )
    allow_outside_assignees = models.BooleanField(
        default=False,
        db_default=False,
        help_text=_("An agent may name assignees outside the organisation, who are then sent messages."),
    )
    notes = models.TextField(
        blank=True, help_text=_("For reviewers: the escalation path in words, and whom to ask.")
    )
    reason = models.TextField(
        blank=True,
        max_length=500,
        help_text=_("Why this change. Needed to let actions run before a trial of 30 decided requests."),
    )
    created_at = models.DateTimeField(editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, editable=False, related_name="+"
    )
    retired_at = models.DateTimeField(null=True, editable=False)

    objects = PolicyQuerySet.as_manager()

    class Meta:
        verbose_name_plural = _("policies")
        ordering = ["action_type", "workflow", "-version"]
        constraints = policy_rules.CONSTRAINTS

    def __str__(self) -> str:
        """As the administration's log stores it, in English."""
        where = f" in {self.workflow}" if self.workflow else ""
        return f"{self.action_type}{where} (version {self.version})"

    def clean(self) -> None:
        """What must hold between fields. Raises ValidationError with a sentence beside each field."""
        errors = self._against_critical() if self.risk == Risk.CRITICAL else {}
        if self.pattern == Pattern.EXCEPTION_BASED and self.minimum_confidence is None and not self.condition:
            errors["pattern"] = gettext(
                "Say when a person looks: give a minimum confidence, a condition, or both."
            )
        if self.shadow_condition and self.pattern != Pattern.APPROVAL_GATE:
            errors["shadow_condition"] = gettext(
                "A candidate is tried behind an approval gate: choose that pattern, or remove it."
            )
        if self.allow_self_approval and self.risk in (Risk.HIGH, Risk.CRITICAL):
            errors["allow_self_approval"] = gettext("Nobody decides for themselves at high or critical risk.")
        if errors:
            raise ValidationError(errors)

    def _against_critical(self) -> dict[str, str]:
        """By field, what a critical policy may not say."""
        errors = {}
        if self.quorum < CRITICAL_QUORUM:
            errors["quorum"] = gettext("A critical action takes at least two people.")
        if self.breach_action not in ("", BreachAction.ESCALATE):
            errors["breach_action"] = gettext(
                "A critical action is held and escalated when its deadline passes."
            )
        if not self.escalation:
            errors["escalation"] = gettext("A critical action needs somebody to escalate to.")
        return errors

    @property
    def name(self) -> str:
        """What the policy is for: its action type, and the workflow where there is one."""
        if not self.workflow:
            return self.action_type
        # Translators: an action type in a workflow, as in “refund in finance”.
        name = gettext("%(action_type)s in %(workflow)s")
        return name % {"action_type": self.action_type, "workflow": self.workflow}

    @property
    def identity(self) -> tuple[str, str]:
        """The action type and the workflow, which no two current policies share."""
        return self.action_type, self.workflow

    @property
    def effective_breach_action(self) -> BreachAction:
        """The breach action at the policy's own risk. A request whose agent raised the risk may have another."""
        return self.breach_action_at(Risk(self.risk))

    def breach_action_at(self, risk: Risk) -> BreachAction:
        """The policy's, but critical is held and escalated whatever it says (docs/rules.md: critical-is-held)."""
        if risk == Risk.CRITICAL or not self.breach_action:
            return BreachAction.usual(risk)
        return BreachAction(self.breach_action)

    @property
    def escalation_targets(self) -> list[str]:
        """Every address on the ladder once, in the order in which they are asked."""
        return list(dict.fromkeys(email for step in self.escalation for email in step["emails"]))

    @property
    def tones_in_words(self) -> list[str]:
        """The tones of evidence that it demands, as the screens name them."""
        return [str(dict(TONES_DEMANDED)[tone]) for tone in self.required_evidence_tones]

    @classmethod
    def term_names(cls) -> tuple[str, ...]:
        """The fields that a new version may change: all that people fill in, but what it is for and the reason."""
        filled_in = (one.name for one in cls._meta.fields if one.editable)
        return tuple(name for name in filled_in if name not in (*IDENTITY, "reason"))

    def terms(self) -> dict[str, Any]:
        """What this version says; where it differs from the current one, it is another version."""
        return {name: getattr(self, name) for name in self.term_names()}

    def as_subject(self) -> Subject:
        """The chain of events about all versions of this policy. A name that is too long is replaced by its SHA-256."""
        name = f"{self.action_type}/{self.workflow}"
        fits = len(name) <= SUBJECT_LENGTH
        return Subject(kind="policy", id=name if fits else hashlib.sha256(name.encode()).hexdigest())
