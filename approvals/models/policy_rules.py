"""What makes a field of a policy invalid, and what does the database refuse?

The rules between fields are `Policy.clean`.
"""

from __future__ import annotations

import math
import re
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as _

from approvals import conditions, payload
from approvals.exceptions import InvalidInput
from approvals.models.choices import ANY_TONE, CRITICAL_QUORUM, BreachAction, Pattern, Risk, Tone

LONGEST_LADDER = 10
YEAR = 366 * 24 * 60
"""Minutes: the most that a request waits, an approval can be claimed, or a step of the ladder takes."""
NAME = r"[A-Za-z0-9][A-Za-z0-9_.:-]{0,99}"
"""The pattern of an action type's name, and of a workflow's."""


def validate_name(text: str) -> None:
    if not re.fullmatch(NAME, text):
        raise ValidationError(_("Use letters, digits, and _ . : - between them; no spaces."))


def validate_action_type(text: str) -> None:
    if text != "*":
        validate_name(text)


def validate_finite(number: float) -> None:
    if not math.isfinite(number):
        raise ValidationError(_("Write a number in digits."))


def validate_condition(source: str) -> None:
    try:
        conditions.check(source)
    except conditions.InvalidCondition as refusal:
        raise ValidationError(str(refusal), code=refusal.code) from None


def validate_pointers(pointers: list[str]) -> None:
    try:
        payload.check_locked(pointers)
    except InvalidInput as refusal:
        raise ValidationError([error.message for error in refusal.errors]) from None
    if "" in pointers:
        raise ValidationError(_("Name a field, such as /to: an empty pointer names the whole payload."))


def validate_escalation(ladder: Any) -> None:
    """`[{"emails": [address, …], "after_minutes": 0 or more}, …]`."""
    if not isinstance(ladder, list) or len(ladder) > LONGEST_LADDER:
        sentence = _("The ladder is a list of at most %(most)s steps.")
        raise ValidationError(sentence % {"most": LONGEST_LADDER})
    for number, step in enumerate(ladder, start=1):
        _validate_step(number, step)


def _validate_step(number: int, step: Any) -> None:
    if not isinstance(step, dict) or set(step) != {"emails", "after_minutes"}:
        # Translators: emails and after_minutes are the names of fields.
        sentence = _("Step %(number)s must have emails and after_minutes, and nothing else.")
        raise ValidationError(sentence % {"number": number})
    minutes, emails = step["after_minutes"], step["emails"]
    is_number = isinstance(minutes, int) and not isinstance(minutes, bool)
    if not is_number or not 0 <= minutes <= YEAR:
        sentence = _("Step %(number)s must say after how many minutes: a whole number from 0 on.")
        raise ValidationError(sentence % {"number": number})
    if not isinstance(emails, list) or not emails:
        raise ValidationError(_("Step %(number)s names nobody.") % {"number": number})
    for email in emails:
        try:
            validate_email(email)
        except (ValidationError, TypeError):
            sentence = _("Step %(number)s: “%(email)s” is not an e-mail address.")
            raise ValidationError(sentence % {"number": number, "email": email}) from None


CONSTRAINTS: list[models.BaseConstraint] = [
    models.UniqueConstraint(fields=["action_type", "workflow", "version"], name="policy_one_per_version"),
    models.UniqueConstraint(
        fields=["action_type", "workflow"],
        condition=Q(retired_at=None),
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
        condition=~Q(risk=Risk.CRITICAL)
        | Q(quorum__gte=CRITICAL_QUORUM, breach_action=BreachAction.ESCALATE),
        name="policy_critical_takes_two_and_escalates",
    ),
    models.CheckConstraint(
        condition=Q(minimum_confidence=None) | Q(minimum_confidence__gte=0, minimum_confidence__lte=1),
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
"""What the database holds whatever Python does."""
