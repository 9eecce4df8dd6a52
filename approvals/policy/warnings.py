"""What about these policies should somebody look at again? Nothing here is refused."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

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
        _("%(email)s reviews every action type: one person judges what no one person knows.")
        % {"email": email}
        for email in sorted(everywhere)
    ] + _alone_in_most(asked)


def _alone_in_most(asked: Sequence[Policy]) -> list[str]:
    alone = Counter(policy.reviewers[0] for policy in asked if len(policy.reviewers) == 1)
    total = len(asked)
    sentence = ngettext(
        "%(email)s is the only reviewer of %(count)d of %(total)d policy: add another reviewer.",
        "%(email)s is the only reviewer of %(count)d of %(total)d policies: add another reviewer.",
        total,
    )
    return [
        sentence % {"email": email, "count": count, "total": total}
        for email, count in alone.items()
        if count * 2 > total
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
    sentence = ngettext(
        "A critical action may wait %(count)d minute: that is over four hours.",
        "A critical action may wait %(count)d minutes: that is over four hours.",
        longest,
    )
    return [sentence % {"count": longest}]


def _placeholder(policy: Policy) -> list[str]:
    if PLACEHOLDER not in policy.escalation_targets:
        return []
    sentence = _(
        "%(email)s is on the escalation ladder, put there by an upgrade, and nobody reads that mailbox. "
        "Name a person instead."
    )
    return [sentence % {"email": PLACEHOLDER}]


def _nobody(policy: Policy, active: set[str]) -> list[str]:
    if policy.pattern == Pattern.NONE:
        return []
    if not policy.reviewers:
        return [_("It names no reviewer: the people whom the agent names, or the approvers, are asked.")]
    sentences = []
    if not active.intersection(policy.reviewers):
        sentence = _("Nobody with an account is named as a reviewer: %(addresses)s.")
        sentences.append(sentence % {"addresses": ", ".join(policy.reviewers)})
    if policy.escalation_targets and not active.intersection(policy.escalation_targets):
        sentence = _("Nobody with an account is on the escalation ladder: %(addresses)s.")
        sentences.append(sentence % {"addresses": ", ".join(policy.escalation_targets)})
    return sentences


def _deadline(policy: Policy) -> list[str]:
    if policy.pattern not in _ASKING:
        return []
    if policy.sla_minutes is None:
        return [
            _(
                "It has no SLA: a request waits as long as its agent says, and is refused if the agent says "
                "nothing."
            )
        ]
    if policy.sla_minutes > LONGEST:
        days = round(policy.sla_minutes / (24 * 60))
        sentence = ngettext(
            "A request may wait %(count)d day: that is over 30.",
            "A request may wait %(count)d days: that is over 30.",
            days,
        )
        return [sentence % {"count": days}]
    return []


def _ladder(policy: Policy) -> list[str]:
    steps = [step["after_minutes"] for step in policy.escalation]
    if steps != sorted(steps):
        return [
            _("Its ladder is out of order: a later step comes after fewer minutes. Put the soonest first.")
        ]
    if steps or policy.pattern == Pattern.DRAFT_ONLY:
        return []
    if policy.pattern in _ASKING and policy.effective_breach_action == BreachAction.ESCALATE:
        return [_("It escalates when the deadline passes, and nobody is on its ladder: add a step.")]
    return [_("An agent can raise it to critical, and then nobody is on its ladder: add a step.")]


def _quorum(policy: Policy) -> list[str]:
    count = len(policy.reviewers)
    if policy.pattern not in _ASKING or not policy.reviewers or policy.quorum <= count:
        return []
    sentence = ngettext(
        "It takes %(quorum)d approvals and names %(count)d reviewer: the approvers must give the rest.",
        "It takes %(quorum)d approvals and names %(count)d reviewers: the approvers must give the rest.",
        count,
    )
    return [sentence % {"quorum": policy.quorum, "count": count}]


def _ignored(policy: Policy) -> list[str]:
    """Terms about running unattended, in a policy under which nothing runs unattended."""
    has_confidence = policy.minimum_confidence is not None and not policy.shadow_condition
    if policy.condition and has_confidence:
        what = _("Its condition and its minimum confidence are ignored")
    elif policy.condition:
        what = _("Its condition is ignored")
    elif has_confidence:
        what = _("Its minimum confidence is ignored")
    else:
        return []
    if policy.pattern != Pattern.EXCEPTION_BASED:
        return [_("%(what)s: only the exception-based pattern looks there.") % {"what": what}]
    if policy.risk == Risk.CRITICAL:
        return [_("%(what)s: a critical action asks people whatever these say.") % {"what": what}]
    return []


def _unreadable(policy: Policy) -> list[str]:
    """A condition that was valid when the version was published, and is no longer."""
    for source in filter(None, (policy.condition, policy.shadow_condition)):
        try:
            conditions.check(source)
        except conditions.InvalidCondition as refusal:
            sentence = _("Its condition can no longer be read, so that a person always looks: %(refusal)s")
            return [sentence % {"refusal": refusal}]
    return []
