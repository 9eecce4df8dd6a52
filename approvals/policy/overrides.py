"""What does a policy take over from, and which policies of a workflow does a stricter one raise with it?

An agent names the workflow, so a workflow's policy never asks for less than its action type's, unless that was agreed
to (docs/rules.md: workflows-never-weaken).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from approvals.models import Policy
from approvals.models.choices import CRITICAL_QUORUM, BreachAction, Pattern, Risk
from approvals.models.policy import ANY_ACTION_TYPE
from approvals.policy import strength

Identity = tuple[str, str]

DEMANDS = ("required_evidence", "required_evidence_tones", "locked_fields")
"""The terms of which each entry is agreed to by itself: what the base demands later was never left out on purpose."""


def judged_before(policy: Policy, current: Mapping[Identity, Policy]) -> tuple[list[Policy], bool]:
    """The current policies that judge what this one would, and whether it would judge what none does yet.

    `current` holds the policies of the action type and of every one (`*`), in all workflows.
    """
    action_type, workflow = policy.identity
    if own := current.get(policy.identity):
        return [own], False
    if workflow:
        wanted: Iterable[Identity] = [(action_type, ""), (ANY_ACTION_TYPE, workflow), (ANY_ACTION_TYPE, "")]
        found = [current[one] for one in wanted if one in current][:1]
        return found, not found
    if action_type == ANY_ACTION_TYPE:
        return [], True
    taken_over = [
        one
        for (kind, where), one in sorted(current.items())
        if kind == ANY_ACTION_TYPE and (action_type, where) not in current
    ]
    return taken_over, (ANY_ACTION_TYPE, "") not in current


def raised(override: Policy, before: Policy | None, base: Policy) -> Policy | None:
    """The next version of a workflow's policy, beside the stricter `base` that follows `before`; None if it stays.

    Each term in which it asked for no less than the earlier base, and now would, becomes the base's. What cannot be
    put together, such as two ladders, stays as it was agreed to.
    """
    agreed = _agreed(override, before) if before else set()
    weaker = strength.looser_terms(base, override) - agreed - {"escalation"}
    changed = {name: _stricter(name, override, base) for name in weaker}
    for name in agreed.intersection(DEMANDS):
        if later := set(getattr(base, name)) - set(getattr(before, name)) - set(getattr(override, name)):
            changed[name] = [*getattr(override, name), *sorted(later)]
    if not changed:
        return None
    terms = override.terms() | changed
    if terms["pattern"] == Pattern.EXCEPTION_BASED != override.pattern:
        terms |= {name: getattr(base, name) for name in ("minimum_confidence", "condition")}
    if "risk" in weaker and "risk" in override.condition and terms["pattern"] == Pattern.EXCEPTION_BASED:
        terms["pattern"] = Pattern.APPROVAL_GATE  # what its condition says of another risk, nobody looked at
    reason = f"Raised with {base}, so that the workflow asks for no less."
    return _settled(
        Policy(action_type=override.action_type, workflow=override.workflow, reason=reason, **terms), base
    )


def _agreed(override: Policy, before: Policy) -> set[str]:
    """The terms in which it asked for less than the earlier base: somebody agreed to that."""
    looser = strength.looser_terms(before, override)
    # A condition that was put together from both asks for no less, though it cannot be compared.
    return looser - {"condition"} if override.condition.endswith(f" || ({before.condition})") else looser


def _stricter(name: str, override: Policy, base: Policy) -> object:
    """The term that asks for no less than either."""
    own, wanted = getattr(override, name), getattr(base, name)
    if name == "reviewers":
        return [email for email in own if email in wanted] or wanted
    if name == "condition":
        return f"({own}) || ({wanted})" if own else wanted
    return [*own, *(one for one in wanted if one not in own)] if isinstance(own, list) else wanted


def _settled(policy: Policy, base: Policy) -> Policy:
    """What must hold between the terms, by the stricter of the choices."""
    if policy.pattern != Pattern.APPROVAL_GATE:
        policy.shadow_condition = ""
    if policy.risk in (Risk.HIGH, Risk.CRITICAL):
        policy.allow_self_approval = False
    if policy.risk == Risk.CRITICAL:
        policy.quorum, policy.breach_action = max(policy.quorum, CRITICAL_QUORUM), BreachAction.ESCALATE
        policy.escalation = policy.escalation or base.escalation
    return policy
