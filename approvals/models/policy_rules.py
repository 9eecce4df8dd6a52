"""What makes a policy unfit? Rules for one field, and rules between fields; the database holds most of them too."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from approvals import conditions, payload
from approvals.exceptions import InvalidInput
from approvals.models.choices import BreachAction, Pattern, Risk

if TYPE_CHECKING:
    from approvals.models.policy import Policy

LONGEST_LADDER = 10
LATEST_STEP = 366 * 24 * 60  # minutes
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:-]{0,99}")


def validate_name(text: str) -> None:
    if not _NAME.fullmatch(text):
        raise ValidationError("Use letters, digits, and _ . : - between them; no blanks.")


def validate_action_type(text: str) -> None:
    if text != "*":
        validate_name(text)


def validate_finite(number: float) -> None:
    if not math.isfinite(number):
        raise ValidationError("Write a number in digits.")


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
        raise ValidationError("Name a field, such as /to: nothing names the whole payload.")


def validate_escalation(ladder: Any) -> None:
    """`[{"emails": [address, …], "after_minutes": 0 or more}, …]`."""
    if not isinstance(ladder, list) or len(ladder) > LONGEST_LADDER:
        raise ValidationError(f"The ladder is a list of at most {LONGEST_LADDER} steps.")
    for number, step in enumerate(ladder, start=1):
        _validate_step(number, step)


def _validate_step(number: int, step: Any) -> None:
    if not isinstance(step, dict) or set(step) != {"emails", "after_minutes"}:
        raise ValidationError(f"Step {number} has emails and after_minutes, and nothing else.")
    minutes, emails = step["after_minutes"], step["emails"]
    is_number = isinstance(minutes, int) and not isinstance(minutes, bool)
    if not is_number or not 0 <= minutes <= LATEST_STEP:
        raise ValidationError(f"Step {number} says after how many minutes: a whole number from 0 on.")
    if not isinstance(emails, list) or not emails:
        raise ValidationError(f"Step {number} names nobody.")
    for email in emails:
        try:
            validate_email(email)
        except (ValidationError, TypeError):
            raise ValidationError(f"Step {number}: “{email}” is no e-mail address.") from None


def check_together(policy: Policy) -> None:
    """Raises ValidationError with every field that another one rules out."""
    errors: dict[str, str] = {}
    if policy.risk == Risk.CRITICAL:
        errors |= _of_critical(policy)
    if (
        policy.pattern == Pattern.EXCEPTION_BASED
        and policy.minimum_confidence is None
        and not policy.condition
    ):
        errors["pattern"] = "Say when a person looks: give a minimum confidence, a condition, or both."
    if policy.shadow_condition and policy.pattern != Pattern.APPROVAL_GATE:
        errors["shadow_condition"] = (
            "A candidate is tried behind an approval gate: choose that pattern, or remove it."
        )
    if policy.allow_self_approval and policy.risk in (Risk.HIGH, Risk.CRITICAL):
        errors["allow_self_approval"] = "Nobody decides for themselves at high or critical risk."
    if errors:
        raise ValidationError(errors)


def _of_critical(policy: Policy) -> dict[str, str]:
    errors = {}
    if policy.quorum < 2:
        errors["quorum"] = "A critical action takes at least two people."
    if policy.breach_action not in ("", BreachAction.ESCALATE):
        errors["breach_action"] = "A critical action is held and escalated when its deadline passes."
    if not policy.escalation:
        errors["escalation"] = "A critical action needs somebody to escalate to."
    return errors
