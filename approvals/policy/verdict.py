"""Must a human look at this at all, at what risk, by when, and by whom?"""

from __future__ import annotations

from dataclasses import dataclass

from approvals.models import Policy
from approvals.models.assignment import Assignment
from approvals.models.choices import CRITICAL_QUORUM, BreachAction, Pattern, Risk, Status
from approvals.policy import autonomy
from approvals.policy.proposal import Proposal, require_whole


@dataclass(frozen=True, slots=True)
class Reviewer:
    """The address of a reviewer, and who named it."""

    email: str
    source: str


@dataclass(frozen=True, slots=True)
class Shadow:
    """What the policy's candidate condition would have done. A person decides whatever it says."""

    would_run: bool
    reason: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the policy makes of a proposal; `reasons` are sentences for the reviewer.

    `sla_minutes` and `breach_action` are None unless people are asked.
    """

    pattern: Pattern
    status: Status
    risk: Risk
    sla_minutes: int | None
    quorum: int
    reviewers: tuple[Reviewer, ...]
    breach_action: BreachAction | None
    reasons: tuple[str, ...]
    shadow: Shadow | None = None

    @property
    def is_gated(self) -> bool:
        """Whether the action waits for people."""
        return self.status == Status.PENDING


def evaluate(policy: Policy, proposal: Proposal) -> Verdict:
    """Judge a proposal by a policy. Pure: no query, no clock.

    An agent can raise what the policy asks and never lower it (docs/rules.md: agents-only-tighten). Raises
    InvalidInput, which names everything that the proposal lacks.
    """
    risk = Risk.higher(policy.risk, proposal.risk or policy.risk)
    reasons = [
        f"The policy for {policy.name}, version {policy.version}, sets the risk to at least {policy.risk}."
    ]
    if risk != policy.risk:
        reasons.append(f"The agent raised the risk to {risk}.")
    pattern, status = _outcome(policy, proposal, risk, reasons)
    is_gated = status == Status.PENDING
    reviewers = _reviewers(policy, proposal)
    require_whole(policy, proposal, status=status, risk=risk, is_named=bool(reviewers))
    return Verdict(
        pattern=pattern,
        status=status,
        risk=risk,
        sla_minutes=_sla_minutes(policy, proposal, reasons) if is_gated else None,
        quorum=_quorum(policy, risk, reasons),
        reviewers=reviewers,
        breach_action=policy.breach_action_at(risk) if is_gated else None,
        reasons=tuple(reasons),
        shadow=_shadow(policy, proposal, risk),
    )


def _outcome(policy: Policy, proposal: Proposal, risk: Risk, reasons: list[str]) -> tuple[Pattern, Status]:
    """How people are involved (docs/rules.md: critical-never-runs-alone, drafts-never-run)."""
    pattern = Pattern(policy.pattern)
    if pattern == Pattern.DRAFT_ONLY:
        reasons.append("The policy wants a draft: a person uses it by hand, and the agent does nothing.")
        return pattern, Status.DRAFT
    if pattern == Pattern.APPROVAL_GATE:
        return pattern, Status.PENDING
    if risk == Risk.CRITICAL:
        reasons.append("A critical action never runs without people, whatever its pattern.")
        return Pattern.APPROVAL_GATE, Status.PENDING
    if pattern == Pattern.NONE:
        reasons.append("The policy lets this action run, and records it.")
        return pattern, Status.NOT_REQUIRED
    terms = autonomy.AutonomyTerms(policy.minimum_confidence, policy.condition)
    ruling = _judge(terms, proposal, risk)
    reasons += ruling.reasons
    return pattern, Status.NOT_REQUIRED if ruling.may_run else Status.PENDING


def _judge(terms: autonomy.AutonomyTerms, proposal: Proposal, risk: Risk) -> autonomy.AutonomyRuling:
    return autonomy.judge(
        terms, risk=risk, confidence=proposal.confidence, variables=proposal.variables(risk)
    )


def _shadow(policy: Policy, proposal: Proposal, risk: Risk) -> Shadow | None:
    if not policy.shadow_condition:
        return None
    ruling = _judge(
        autonomy.AutonomyTerms(policy.minimum_confidence, policy.shadow_condition), proposal, risk
    )
    return Shadow(ruling.may_run, " ".join(ruling.reasons))


def _quorum(policy: Policy, risk: Risk, reasons: list[str]) -> int:
    """The policy's quorum; at least two where the risk is critical (docs/rules.md: critical-takes-two)."""
    quorum = max(policy.quorum, CRITICAL_QUORUM) if risk == Risk.CRITICAL else policy.quorum
    if quorum > policy.quorum:
        reasons.append(f"A {risk} action takes {quorum} different people.")
    elif quorum > 1:
        reasons.append(f"The policy asks for {quorum} different people.")
    return quorum


def _reviewers(policy: Policy, proposal: Proposal) -> tuple[Reviewer, ...]:
    """The policy's reviewers and the agent's, each address once. A person named by both counts as the policy's."""
    sources = dict.fromkeys((email.lower() for email in proposal.assignees), Assignment.Source.AGENT)
    sources |= dict.fromkeys((email.lower() for email in policy.reviewers), Assignment.Source.POLICY)
    return tuple(Reviewer(email, source) for email, source in sources.items())


def _sla_minutes(policy: Policy, proposal: Proposal, reasons: list[str]) -> int:
    """The policy's SLA, or the agent's where that is shorter or the policy has none."""
    longest = policy.sla_minutes
    wanted = proposal.sla_minutes or longest or 0
    if longest is None or wanted < longest:
        reasons.append(f"The agent asks for a decision within {wanted} minutes.")
        return wanted
    if wanted > longest:
        reasons.append(f"The agent asked for {wanted} minutes; the policy allows {longest}.")
    return longest
