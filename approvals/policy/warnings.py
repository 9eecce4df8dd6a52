"""What about these policies should somebody look at again? Nothing here is refused."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from approvals import conditions
from approvals.models import Policy
from approvals.models.choices import BreachAction, Pattern, Risk
from grants.models import User

PLACEHOLDER = "nobody-yet@example.com"
"""The address that migration 0003 put onto the ladder of critical policies that had none."""

LONGEST_CRITICAL = 4 * 60  # minutes
LONGEST = 30 * 24 * 60  # minutes

_ASKING = (Pattern.APPROVAL_GATE, Pattern.EXCEPTION_BASED)


def warnings_of_table(policies: Sequence[Policy]) -> list[str]:
    """What is odd about all current policies together."""
    asked = [policy for policy in policies if policy.pattern != Pattern.NONE]
    if len({policy.action_type for policy in asked}) < 2:
        return []
    everywhere = set.intersection(*(set(policy.reviewers) for policy in asked))
    return [
        f"{email} reviews every action type: one person judges what no one person knows."
        for email in sorted(everywhere)
    ] + _alone_in_most(asked)


def _alone_in_most(asked: Sequence[Policy]) -> list[str]:
    alone = Counter(policy.reviewers[0] for policy in asked if len(policy.reviewers) == 1)
    return [
        f"{email} is the only reviewer of {count} of {len(asked)} policies: add another reviewer."
        for email, count in alone.items()
        if count * 2 > len(asked)
    ]


def warnings_of_each(policies: Iterable[Policy]) -> dict[Policy, list[str]]:
    """For each policy what is odd about it, in one query."""
    return {policy: [*found, *of_terms(policy)] for policy, found in of_people(policies).items()}


def of_terms(policy: Policy) -> list[str]:
    """What is odd about what the policy says, apart from its people."""
    found = (_deadline(policy), _ladder(policy), _quorum(policy), _ignored(policy), _unreadable(policy))
    return [sentence for sentences in found for sentence in sentences]


def of_people(policies: Iterable[Policy]) -> dict[Policy, list[str]]:
    """For each policy what is odd about its people, and about the time that a critical one gives them."""
    policies = list(policies)
    named = {email for policy in policies for email in [*policy.reviewers, *policy.escalation_targets]}
    active = set(User.objects.filter(email__in=named, is_active=True).values_list("email", flat=True))
    return {policy: [*_placeholder(policy), *_slow(policy), *_nobody(policy, active)] for policy in policies}


def _slow(policy: Policy) -> list[str]:
    longest = policy.sla_minutes or 0
    if policy.risk != Risk.CRITICAL or longest <= LONGEST_CRITICAL:
        return []
    return [f"A critical action may wait {longest} minutes: that is over four hours."]


def _placeholder(policy: Policy) -> list[str]:
    if PLACEHOLDER not in policy.escalation_targets:
        return []
    sentence = (
        f"{PLACEHOLDER} is on the escalation ladder, put there by an upgrade, and nobody reads that mailbox. "
        "Name a person instead."
    )
    return [sentence]


def _nobody(policy: Policy, active: set[str]) -> list[str]:
    if policy.pattern == Pattern.NONE:
        return []
    if not policy.reviewers:
        return ["It names no reviewer: the people whom the agent names, or the approvers, are asked."]
    sentences = []
    if not active.intersection(policy.reviewers):
        sentences.append(f"Nobody with an account is named as a reviewer: {', '.join(policy.reviewers)}.")
    if policy.escalation_targets and not active.intersection(policy.escalation_targets):
        targets = ", ".join(policy.escalation_targets)
        sentences.append(f"Nobody with an account is on the escalation ladder: {targets}.")
    return sentences


def _deadline(policy: Policy) -> list[str]:
    if policy.pattern not in _ASKING:
        return []
    if policy.sla_minutes is None:
        return [
            "It has no SLA: a request waits as long as its agent says, and is refused if the agent says nothing."
        ]
    if policy.sla_minutes > LONGEST:
        return [f"A request may wait {policy.sla_minutes / (24 * 60):.0f} days: that is over 30."]
    return []


def _ladder(policy: Policy) -> list[str]:
    steps = [step["after_minutes"] for step in policy.escalation]
    if steps != sorted(steps):
        return ["Its ladder is out of order: a later step comes after fewer minutes. Put the soonest first."]
    if steps or policy.pattern == Pattern.DRAFT_ONLY:
        return []
    if policy.pattern in _ASKING and policy.effective_breach_action == BreachAction.ESCALATE:
        return ["It escalates when the deadline passes, and nobody is on its ladder: add a step."]
    return ["An agent can raise it to critical, and then nobody is on its ladder: add a step."]


def _quorum(policy: Policy) -> list[str]:
    count = len(policy.reviewers)
    if policy.pattern not in _ASKING or not policy.reviewers or policy.quorum <= count:
        return []
    names = f"{count} reviewer{'' if count == 1 else 's'}"
    return [f"It takes {policy.quorum} approvals and names {names}: the approvers must give the rest."]


def _ignored(policy: Policy) -> list[str]:
    """Terms about running unattended, in a policy under which nothing runs unattended."""
    names = ["condition"] if policy.condition else []
    if policy.minimum_confidence is not None and not policy.shadow_condition:
        names.append("minimum confidence")
    if not names:
        return []
    what = f"Its {' and its '.join(names)} {'is' if len(names) == 1 else 'are'} ignored"
    if policy.pattern != Pattern.EXCEPTION_BASED:
        return [f"{what}: only the exception-based pattern looks there."]
    return (
        [f"{what}: a critical action asks people whatever these say."] if policy.risk == Risk.CRITICAL else []
    )


def _unreadable(policy: Policy) -> list[str]:
    """A condition that was valid when the version was published, and is no longer."""
    for source in filter(None, (policy.condition, policy.shadow_condition)):
        try:
            conditions.check(source)
        except conditions.InvalidCondition as refusal:
            return [f"Its condition can no longer be read, so that a person always looks: {refusal}"]
    return []
