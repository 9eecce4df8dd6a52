"""Must a human look at this at all, at what risk, by when, and by whom?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from approvals.exceptions import FieldError, InvalidInput
from approvals.models import Policy
from approvals.models.approval import Assignment
from approvals.models.choices import Pattern, Risk
from approvals.models.policy import ANY_ACTION_TYPE

QUORUM = {Risk.CRITICAL: 2}
"""How many distinct people; 1 where the risk is not named."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """What of a submission the policy looks at. `sla_minutes` and `risk` None: as the policy says."""

    action_type: str
    workflow: str = ""
    risk: str | None = None
    sla_minutes: int | None = None
    assignees: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Reviewer:
    """An address that the request names, and who named it."""

    email: str
    source: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the policy makes of a proposal; `reasons` are sentences for the reviewer."""

    pattern: Pattern
    risk: Risk
    sla_minutes: int | None
    quorum: int
    reviewers: tuple[Reviewer, ...]
    reasons: tuple[str, ...]

    @property
    def is_gated(self) -> bool:
        """Whether the action waits for people."""
        return self.pattern == Pattern.APPROVAL_GATE


def find(action_type: str, workflow: str) -> Policy:
    """The current policy for (action type, workflow), else the action type, else `*` (DESIGN §4.8).

    Raises InvalidInput with the list of known action types where none stands (DESIGN §4.7).
    """
    candidates = {
        (policy.action_type, policy.workflow): policy
        for policy in Policy.objects.current().filter(
            action_type__in=[action_type, ANY_ACTION_TYPE], workflow__in=[workflow, ""]
        )
    }
    for wanted in ((action_type, workflow), (action_type, ""), (ANY_ACTION_TYPE, "")):
        if wanted in candidates:
            return candidates[wanted]
    known = sorted(set(Policy.objects.current().values_list("action_type", flat=True)))
    raise _refuse(
        "/actionType",
        "unknown_action_type",
        f"No policy covers {action_type!r}. Known action types: {', '.join(known) or 'none yet'}.",
    )


def evaluate(policy: Policy, proposal: Proposal) -> Verdict:
    """Judge a proposal by a policy. Pure: no query, no clock.

    An agent can raise what the policy asks and never lower it (DESIGN §4.1). Raises InvalidInput where the
    proposal lacks what the policy needs.
    """
    risk = Risk.higher(policy.risk, proposal.risk or policy.risk)
    reasons = [
        f"The policy for {policy.name}, version {policy.version}, sets the risk to at least {policy.risk}."
    ]
    if risk != policy.risk:
        reasons.append(f"The agent raised the risk to {risk}.")
    pattern = _pattern(policy, risk, reasons)
    is_gated = pattern == Pattern.APPROVAL_GATE
    reviewers = _reviewers(policy, proposal)
    if is_gated and risk.rank >= Risk.HIGH.rank and not reviewers:
        raise _refuse(
            "/assignees",
            "assignee_required",
            f"A {risk} action needs at least one named reviewer: name one in assignees, or in the policy.",
        )
    quorum = QUORUM.get(risk, 1)
    if quorum > 1:
        reasons.append(f"A {risk} action takes {quorum} different people.")
    return Verdict(
        pattern=pattern,
        risk=risk,
        sla_minutes=_sla_minutes(policy, proposal) if is_gated else None,
        quorum=quorum,
        reviewers=reviewers,
        reasons=tuple(reasons),
    )


def _pattern(policy: Policy, risk: Risk, reasons: list[str]) -> Pattern:
    if policy.pattern == Pattern.NONE and risk == Risk.CRITICAL:
        reasons.append("A critical action never runs without people, whatever its pattern.")
        return Pattern.APPROVAL_GATE
    if policy.pattern == Pattern.NONE:
        reasons.append("The policy lets this action run, and records it.")
    return Pattern(policy.pattern)


def _reviewers(policy: Policy, proposal: Proposal) -> tuple[Reviewer, ...]:
    """The policy's and the agent's, each address once; who is in both counts as the policy's."""
    sources = dict.fromkeys((email.lower() for email in proposal.assignees), Assignment.Source.AGENT)
    sources |= dict.fromkeys((email.lower() for email in policy.reviewers), Assignment.Source.POLICY)
    return tuple(Reviewer(email, source) for email, source in sources.items())


def _sla_minutes(policy: Policy, proposal: Proposal) -> int:
    """The shorter of the policy's and the agent's (DESIGN §4.1, §4.2)."""
    named = [minutes for minutes in (policy.sla_minutes, proposal.sla_minutes) if minutes is not None]
    if not named:
        raise _refuse(
            "/slaMinutes",
            "sla_required",
            f"The policy for {policy.name} sets no SLA: send slaMinutes, a number of minutes above zero.",
        )
    if min(named) <= 0:
        raise _refuse("/slaMinutes", "sla_above_zero", "slaMinutes is a number of minutes above zero.")
    return min(named)


def _refuse(pointer: str, code: str, sentence: str) -> InvalidInput:
    return InvalidInput(sentence, [FieldError(pointer, code, sentence)])
