"""How does a policy change? By a new version, recorded; what is open keeps the version that judged it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import connection, transaction

from approvals.models import Policy
from approvals.models.choices import BreachAction, Pattern, Risk
from approvals.policy import overrides
from approvals.policy.candidate import require_trial
from approvals.texts import normalised
from audit import clock, log
from audit.message import Actor, NewEvent
from grants.models import User

Identity = tuple[str, str]
"""What a policy is for: an action type and a workflow."""


class NotPublished(Exception):
    """None of several policies was stored. `refusals` has each invalid one, with a sentence beside each field."""

    def __init__(self, refusals: Sequence[tuple[Policy, ValidationError]]) -> None:
        super().__init__([refusal.messages for _, refusal in refusals])
        self.refusals = tuple(refusals)


def publish(policy: Policy, *, by: Actor, author: User | None = None, second: Actor | None = None) -> Policy:
    """Store an unsaved policy as the next version for its action type and workflow; retire the one before.

    `second` is the administrator who agreed, where it asks for less: whether one is needed is asked before
    (docs/rules.md: loosening-takes-two). Raises ValidationError with a sentence beside each invalid field. A policy
    that stops asking people needs a trial, or a reason, which is recorded.
    """
    try:
        publish_many([policy], by=by, author=author, second=second)
    except NotPublished as refused:
        raise refused.refusals[0][1] from None
    return policy


@transaction.atomic
def publish_many(
    policies: Sequence[Policy], *, by: Actor, author: User | None = None, second: Actor | None = None
) -> None:
    """Publish policies for different things, all of them or none, in a fixed number of queries.

    What is stricter than before raises the policies of its workflows with it, unless these are among `policies`
    (docs/rules.md: workflows-never-weaken). Raises NotPublished.
    """
    for policy in policies:
        tidy(policy)
    lock(policies)
    around = _current_around(policies)
    before = {one: around[one] for one in {policy.identity for policy in policies} if one in around}
    _check_all(policies, before)
    at = clock.now()
    for policy in policies:
        _number(policy, before.get(policy.identity), at, author)
    raised = _raised(policies, around)
    for policy in raised:
        _number(policy, around[policy.identity], at, author)
    stored = [*policies, *raised]
    retired = [around[policy.identity].pk for policy in stored if policy.identity in around]
    Policy.objects.filter(pk__in=retired).update(retired_at=at)
    Policy.objects.bulk_create(stored)
    log.record_many([_event(policy, by, at, second) for policy in stored])


def _number(policy: Policy, current: Policy | None, at: datetime, author: User | None) -> None:
    policy.version = current.version + 1 if current else 1
    policy.created_at, policy.created_by = at, author


def _raised(policies: Sequence[Policy], around: Mapping[Identity, Policy]) -> list[Policy]:
    """The next versions of the workflows' policies that would ask for less than these, and did not before."""
    bases = {policy.action_type: policy for policy in policies if not policy.workflow}
    own = {policy.identity for policy in policies}
    found = (
        overrides.raised(one, around.get((one.action_type, "")), bases[one.action_type])
        for one in around.values()
        if one.workflow and one.identity not in own and one.action_type in bases
    )
    return [_fitting(policy) for policy in found if policy]


def _fitting(policy: Policy) -> Policy:
    """A raised version that does not hold together, such as by a condition too long, leaves every action to people."""
    try:
        _check(policy)
    except ValidationError:
        policy.pattern, policy.condition, policy.shadow_condition = Pattern.APPROVAL_GATE, "", ""
    return policy


def current_version(policy: Policy) -> Policy | None:
    """The current version for the policy's action type and workflow, if there is one."""
    return current_versions([policy]).get(policy.identity)


def current_versions(policies: Iterable[Policy]) -> dict[Identity, Policy]:
    """The current versions for the policies' action types and workflows, in one query."""
    policies = list(policies)
    wanted = {policy.identity for policy in policies}
    return {one: policy for one, policy in _current_around(policies).items() if one in wanted}


def _current_around(policies: Iterable[Policy]) -> dict[Identity, Policy]:
    """The current versions for the policies' action types in all workflows."""
    found = Policy.objects.current().filter(action_type__in={policy.action_type for policy in policies})
    return {policy.identity: policy for policy in found}


def _check_all(policies: Sequence[Policy], before: Mapping[Identity, Policy]) -> None:
    refusals = []
    for policy in policies:
        try:
            _check(policy)
            require_trial(policy, before.get(policy.identity))
        except ValidationError as refusal:
            refusals.append((policy, refusal))
    if refusals:
        raise NotPublished(refusals)


def _check(policy: Policy) -> None:
    """Raises ValidationError with everything wrong at once.

    Not full_clean(): that checks that one version is current, and the earlier one is not retired yet.
    """
    errors: dict[str, list[str]] = {}
    for check in (policy.clean_fields, policy.clean):
        try:
            check()
        except ValidationError as refusal:
            for name, messages in refusal.message_dict.items():
                errors.setdefault(name, []).extend(messages)
    if errors:
        raise ValidationError(errors)


def tidy(policy: Policy) -> None:
    """Bring a policy's texts and addresses into one spelling. `clean_fields` names what has the wrong shape."""
    policy.reviewers = list(dict.fromkeys(email.strip().lower() for email in policy.reviewers))
    policy.condition, policy.shadow_condition = policy.condition.strip(), policy.shadow_condition.strip()
    policy.title = " ".join(normalised(policy.title).split())
    policy.notes, policy.reason = normalised(policy.notes), normalised(policy.reason)
    if policy.risk == Risk.CRITICAL and not policy.breach_action:
        policy.breach_action = BreachAction.ESCALATE
    is_ladder = isinstance(policy.escalation, list) and all(
        isinstance(step, dict) and isinstance(step.get("emails"), list) for step in policy.escalation
    )
    if is_ladder:
        for step in policy.escalation:
            step["emails"] = [str(email).strip().lower() for email in step["emails"]]


def lock(policies: Iterable[Policy]) -> None:
    """One publisher at a time for each action type, with its workflows; a first version has no row to lock.

    Everybody locks in the same order, so that no two wait for each other.
    """
    names = sorted({f"policy:{policy.action_type}" for policy in policies})
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(name, 0)) FROM unnest(%s::text[]) AS name", [names]
        )


def _event(policy: Policy, by: Actor, at: datetime, second: Actor | None) -> NewEvent:
    data = {**_describe(policy), "agreed_by": second.as_facts() if second else None}
    return NewEvent(policy.as_subject(), "policy.changed", actor=by, at=at, data=data)


def _describe(policy: Policy) -> dict[str, object]:
    return {
        "id": str(policy.pk),
        "action_type": policy.action_type,
        "workflow": policy.workflow,
        "version": policy.version,
        **policy.terms(),
        "reason": policy.reason,
    }
