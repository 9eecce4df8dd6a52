"""What does a policy look at, and does the proposal bring all that the policy asks for?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from approvals.exceptions import FieldError, InvalidInput
from approvals.models import Policy
from approvals.models.choices import ANY_TONE, Risk, Status, Tone


@dataclass(frozen=True, kw_only=True, slots=True)
class Proposal:
    """What the policy looks at. `sla_minutes` and `risk` None: as the policy says."""

    action_type: str
    workflow: str = ""
    risk: str | None = None
    sla_minutes: int | None = None
    assignees: Sequence[str] = ()
    confidence: float | None = None
    payload: Mapping[str, Any] = field(default_factory=dict)
    evidence: Sequence[Mapping[str, Any]] = ()
    context: Mapping[str, Any] | None = None
    agent: str = ""
    initiated_by: str = ""

    def variables(self, risk: Risk) -> dict[str, Any]:
        """What a condition may look at; the risk is the effective one."""
        return {
            "payload": self.payload,
            "confidence": self.confidence,
            "risk": str(risk),
            "workflow": self.workflow,
            "agent": self.agent,
            "evidence": list(self.evidence),
            "context": self.context or {},
        }


def require_whole(policy: Policy, proposal: Proposal, *, status: Status, risk: Risk, is_named: bool) -> None:
    """Raises InvalidInput that names everything which the proposal lacks.

    `status` and `risk` are the verdict's, and `is_named` whether anybody is named as a reviewer.
    """
    missing = [*_missing(policy, proposal), *_nobody_named(status, risk, is_named=is_named)]
    if status == Status.PENDING:
        missing += _missing_of_gate(policy, proposal)
    if missing:
        several = _("The policy asks for more than the proposal brings: see errors.")
        raise InvalidInput(missing[0].message if len(missing) == 1 else several, missing)


def _missing(policy: Policy, proposal: Proposal) -> list[FieldError]:
    labels = {str(item["label"]).casefold() for item in proposal.evidence}
    errors = [
        FieldError(
            "/evidence",
            "evidence_required",
            _("The policy for %(policy)s needs evidence labelled “%(label)s”: add it.")
            % {"policy": policy.name, "label": label},
        )
        for label in policy.required_evidence
        if label.casefold() not in labels
    ]
    errors += _missing_tones(policy, proposal)
    if policy.require_initiated_by and not proposal.initiated_by:
        sentence = _("The policy for %(policy)s asks on whose behalf the agent runs: send initiatedBy.")
        errors.append(FieldError("/initiatedBy", "initiated_by_required", sentence % {"policy": policy.name}))
    return errors


def _nobody_named(status: Status, risk: Risk, *, is_named: bool) -> list[FieldError]:
    """From high risk on a reviewer must be named, even where the action runs by itself. A draft needs none."""
    if is_named or risk.rank < Risk.HIGH.rank or status == Status.DRAFT:
        return []
    # Translators: risk is “high” or “critical”; assignees is the name of a field.
    sentence = _(
        "A %(risk)s action needs at least one named reviewer: name one in assignees, or in the policy."
    )
    return [FieldError("/assignees", "assignee_required", sentence % {"risk": risk.label.lower()})]


def _missing_tones(policy: Policy, proposal: Proposal) -> list[FieldError]:
    tones = {str(item.get("tone", Tone.SLATE)) for item in proposal.evidence}
    errors = []
    for tone in policy.required_evidence_tones:
        if tone in tones or (tone == ANY_TONE and tones):
            continue
        if tone == ANY_TONE:
            sentence = _("The policy for %(policy)s needs evidence: add an item to evidence.")
            said = sentence % {"policy": policy.name}
        else:
            sentence = _(
                "The policy for %(policy)s needs evidence of the tone %(tone)s (%(word)s): add an item to evidence."
            )
            said = sentence % {"policy": policy.name, "tone": tone, "word": Tone(tone).label.lower()}
        errors.append(FieldError("/evidence", "evidence_tone_required", said))
    return errors


def _missing_of_gate(policy: Policy, proposal: Proposal) -> list[FieldError]:
    """Every gated request has a deadline (docs/rules.md: every-gate-has-a-deadline)."""
    errors = []
    if proposal.sla_minutes is not None and proposal.sla_minutes <= 0:
        sentence = _("slaMinutes is a number of minutes above zero.")
        errors.append(FieldError("/slaMinutes", "sla_above_zero", sentence))
    if proposal.sla_minutes is None and policy.sla_minutes is None:
        sentence = _(
            "The policy for %(policy)s sets no SLA: send slaMinutes, a number of minutes above zero."
        )
        errors.append(FieldError("/slaMinutes", "sla_required", sentence % {"policy": policy.name}))
    return errors
