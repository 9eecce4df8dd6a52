"""What about these policies should somebody look at again? Nothing here is refused."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from approvals.models import Policy
from approvals.models.choices import Pattern, Risk
from grants.models import User

PLACEHOLDER = "nobody-yet@example.com"
"""Whom migration 0003 put onto the ladder of critical policies that had none."""

LONGEST_CRITICAL = 4 * 60  # minutes


def of_table(policies: Sequence[Policy]) -> list[str]:
    """Of all current policies together."""
    asked = [policy for policy in policies if policy.pattern != Pattern.NONE]
    if len({policy.action_type for policy in asked}) < 2:
        return []
    everywhere = set.intersection(*(set(policy.reviewers) for policy in asked))
    return [
        f"{email} reviews every action type: one person judges what no one person knows."
        for email in sorted(everywhere)
    ]


def of_policies(policies: Iterable[Policy]) -> dict[Policy, list[str]]:
    """For each policy what is odd about it; one query for all."""
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
        f"{PLACEHOLDER} stands on the escalation ladder, put there by an upgrade: nobody reads that mailbox. "
        "Put somebody in its place."
    )
    return [sentence]


def _nobody(policy: Policy, active: set[str]) -> list[str]:
    if policy.pattern == Pattern.NONE:
        return []
    if not policy.reviewers:
        return ["It names no reviewer: whoever the agent names, or the approvers group, is asked."]
    sentences = []
    if not active.intersection(policy.reviewers):
        sentences.append(f"Nobody with an account is named as a reviewer: {', '.join(policy.reviewers)}.")
    if policy.escalation_targets and not active.intersection(policy.escalation_targets):
        targets = ", ".join(policy.escalation_targets)
        sentences.append(f"Nobody with an account is on the escalation ladder: {targets}.")
    return sentences
