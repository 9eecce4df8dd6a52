"""How does a policy change? By a new version, recorded; what is open keeps the version that judged it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.models import Count, Q

from approvals.models import Approval, Policy
from approvals.models.choices import BreachAction, Pattern, Resolution, Risk, Status
from approvals.texts import normalised
from audit import clock, log
from audit.message import START, Actor, NewEvent, Subject
from grants.models import User

TRIAL = 30
"""How many requests people decide beside a candidate, before actions may run by it without a reason given."""

CONFIDENCE_ALONE = "false"
"""A candidate that never holds: only the confidence is on trial."""


@dataclass(frozen=True, slots=True)
class ShadowSummary:
    """What a candidate would have done with the requests that people decided, and how they decided those.

    `overruled`: it would have run, and people rejected it or edited its payload.
    """

    decided: int
    would_run: int
    overruled: int
    waiting: int

    @property
    def is_enough(self) -> bool:
        """Whether a switch needs no reason besides."""
        return self.decided >= TRIAL


Name = tuple[str, str]
"""What a policy is for: an action type and a workflow."""


class NotPublished(Exception):
    """None of several policies was stored: what is unfit in which, with a sentence beside each field."""

    def __init__(self, refusals: Sequence[tuple[Policy, ValidationError]]) -> None:
        super().__init__([refusal.messages for _, refusal in refusals])
        self.refusals = tuple(refusals)


def publish(policy: Policy, *, by: Actor, author: User | None = None) -> Policy:
    """Store an unsaved policy as the next version for its action type and workflow; retire the one before.

    Raises ValidationError, with a sentence beside each field that is not fit. Letting actions run without
    people takes a trial, or a reason that is recorded.
    """
    try:
        publish_many([policy], by=by, author=author)
    except NotPublished as refused:
        raise refused.refusals[0][1] from None
    return policy


@transaction.atomic
def publish_many(policies: Sequence[Policy], *, by: Actor, author: User | None = None) -> None:
    """Publish policies of different names, all of them or none, in a fixed number of queries.

    Raises NotPublished.
    """
    for policy in policies:
        tidy(policy)
    _lock({policy.as_subject() for policy in policies})
    before = standing_of(policies)
    _check_all(policies, before)
    at = clock.now()
    retired = [one.pk for one in before.values()]
    Policy.objects.filter(pk__in=retired).update(retired_at=at)
    for policy in policies:
        current = before.get(policy.names)
        policy.version = current.version + 1 if current else 1
        policy.created_at, policy.created_by = at, author
    Policy.objects.bulk_create(policies)
    log.record_many(
        [_event(policy, by, at) for policy in policies],
        ends={policy.as_subject(): START for policy in policies if policy.version == 1},
    )


def standing(policy: Policy) -> Policy | None:
    """The current version for the same action type and workflow."""
    return standing_of([policy]).get(policy.names)


def standing_of(policies: Iterable[Policy]) -> dict[Name, Policy]:
    """The current versions for the same action types and workflows, in one query."""
    wanted = {policy.names for policy in policies}
    found = Policy.objects.current().filter(action_type__in={action_type for action_type, _ in wanted})
    return {policy.names: policy for policy in found if policy.names in wanted}


def _check_all(policies: Sequence[Policy], before: Mapping[Name, Policy]) -> None:
    refusals = []
    for policy in policies:
        try:
            _check(policy)
            require_trial(policy, before.get(policy.names))
        except ValidationError as refusal:
            refusals.append((policy, refusal))
    if refusals:
        raise NotPublished(refusals)


def require_trial(policy: Policy, current: Policy | None) -> None:
    """Raises ValidationError beside `reason` where people would stop looking without evidence or a reason.

    The evidence is of this very condition and confidence: another one has not been tried. That a policy of
    pattern none comes after one that asked people is the same step, and has no trial.
    """
    if policy.reason.strip() or not _lets_go(policy, current):
        return
    if policy.pattern == Pattern.NONE:
        raise ValidationError({"reason": "Say why nobody needs to look any more: the reason is recorded."})
    found = shadow_summary(policy, candidate=policy.condition)
    if not found.is_enough:
        sentence = (
            f"People decided {found.decided} requests beside this condition as a candidate, and {TRIAL} are "
            "asked for: try it in shadow first, or give a reason, which is recorded."
        )
        raise ValidationError({"reason": sentence})


def shadow_summary(policy: Policy, *, candidate: str = "") -> ShadowSummary:
    """Of the policy's candidate, or of a condition that once was one, over all its versions."""
    rows = Approval.objects.filter(
        policy__action_type=policy.action_type,
        policy__workflow=policy.workflow,
        policy__shadow_condition=candidate or policy.shadow_condition or CONFIDENCE_ALONE,
        policy__minimum_confidence=policy.minimum_confidence,
        shadow_would_run__isnull=False,
    )
    by_people = Q(status__in=[Status.APPROVED, Status.REJECTED]) & ~Q(resolution=Resolution.SLA_EXPIRED)
    would_run = by_people & Q(shadow_would_run=True)
    counts = rows.aggregate(
        decided=Count("pk", filter=by_people),
        would_run=Count("pk", filter=would_run),
        overruled=Count("pk", filter=would_run & (Q(status=Status.REJECTED) | Q(current_version__gt=1))),
        waiting=Count("pk", filter=Q(status=Status.PENDING)),
    )
    return ShadowSummary(**counts)


def _lets_go(policy: Policy, current: Policy | None) -> bool:
    before = current.pattern if current else None
    if policy.pattern == Pattern.EXCEPTION_BASED:
        return before not in (Pattern.EXCEPTION_BASED, Pattern.NONE)
    return policy.pattern == Pattern.NONE and before not in (None, Pattern.NONE)


def _check(policy: Policy) -> None:
    """Everything wrong at once. Not full_clean(): that one version is current is true again a moment later."""
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
    """One spelling for what means the same. A shape that does not fit is left for `clean_fields` to name."""
    policy.reviewers = list(dict.fromkeys(email.strip().lower() for email in policy.reviewers))
    policy.condition, policy.shadow_condition = policy.condition.strip(), policy.shadow_condition.strip()
    policy.notes, policy.reason = normalised(policy.notes), normalised(policy.reason)
    if policy.risk == Risk.CRITICAL and not policy.breach_action:
        policy.breach_action = BreachAction.ESCALATE
    is_ladder = isinstance(policy.escalation, list) and all(
        isinstance(step, dict) and isinstance(step.get("emails"), list) for step in policy.escalation
    )
    if is_ladder:
        for step in policy.escalation:
            step["emails"] = [str(email).strip().lower() for email in step["emails"]]


def _lock(subjects: set[Subject]) -> None:
    """One publisher at a time for each policy: a first version has no row to lock. In one order for all."""
    names = sorted(f"{subject.kind}:{subject.id}" for subject in subjects)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(name, 0)) FROM unnest(%s::text[]) AS name", [names]
        )


def _event(policy: Policy, by: Actor, at: datetime) -> NewEvent:
    return NewEvent(policy.as_subject(), "policy.changed", actor=by, at=at, data=_describe(policy))


def _describe(policy: Policy) -> dict[str, object]:
    return {
        "id": str(policy.pk),
        "action_type": policy.action_type,
        "workflow": policy.workflow,
        "version": policy.version,
        **policy.terms(),
        "reason": policy.reason,
    }
