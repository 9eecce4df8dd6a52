"""May this run without a person? Only if confidence and condition say so (docs/rules.md: doubt-asks-a-person)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from approvals import conditions
from approvals.models.choices import Risk


@dataclass(frozen=True, slots=True)
class AutonomyTerms:
    """What a policy asks of an action that runs by itself. Where the condition holds, a person looks."""

    minimum_confidence: float | None
    condition: str


@dataclass(frozen=True, slots=True)
class AutonomyRuling:
    """Whether the action may run, and sentences that say why or why not."""

    may_run: bool
    reasons: tuple[str, ...]


def judge(
    terms: AutonomyTerms, *, risk: Risk, confidence: float | None, variables: Mapping[str, Any]
) -> AutonomyRuling:
    """Fails closed: a missing confidence, an absent field, a condition without an answer ask a person."""
    against = []
    if risk == Risk.CRITICAL:
        against.append("A critical action never runs without people.")
    against += _by_confidence(terms.minimum_confidence, confidence)
    against += _by_condition(terms.condition, variables)
    if against:
        return AutonomyRuling(may_run=False, reasons=tuple(against))
    return AutonomyRuling(may_run=True, reasons=(_in_favour(terms, confidence),))


def _by_confidence(minimum: float | None, confidence: float | None) -> list[str]:
    if confidence is None:
        return ["It came without a confidence, so a person looks."]
    if minimum is not None and confidence < minimum:
        return [f"Its confidence of {confidence:g} is below the {minimum:g} that the policy asks for."]
    return []


def _by_condition(condition: str, variables: Mapping[str, Any]) -> list[str]:
    if not condition:
        return []
    answer = conditions.evaluate(condition, variables)
    if answer.holds is None:
        return [f"The policy's condition has no answer, so a person looks: {answer.why}."]
    return [f"The policy's condition holds: {condition}"] if answer.holds else []


def _in_favour(terms: AutonomyTerms, confidence: float | None) -> str:
    threshold = f", at or above {terms.minimum_confidence:g}," if terms.minimum_confidence is not None else ""
    condition = ", and the policy's condition does not hold" if terms.condition else ""
    return f"It has a confidence of {confidence:g}{threshold}{condition}: nobody needs to look.".replace(
        ",,", ","
    )
