"""How does a policy change? By a new version, recorded; what is open keeps the version that judged it."""

from __future__ import annotations

from django.db import connection, transaction

from approvals.models import Policy
from audit import clock, log
from audit.message import Actor, Subject
from grants.models import User


@transaction.atomic
def publish(policy: Policy, *, by: Actor, author: User | None = None) -> Policy:
    """Store an unsaved policy as the next version for its action type and workflow; retire the one before.

    Raises ValidationError where a field is not fit; reviewers are kept in lower case, each once.
    """
    policy.reviewers = list(dict.fromkeys(email.strip().lower() for email in policy.reviewers))
    # Fields only: that one version is current is true again once the one before is retired, below.
    policy.clean_fields()
    subject = policy.as_subject()
    _lock(subject)
    current = (
        Policy.objects.current().filter(action_type=policy.action_type, workflow=policy.workflow).first()
    )
    at = clock.now()
    if current:
        Policy.objects.filter(pk=current.pk).update(retired_at=at)
    policy.version = current.version + 1 if current else 1
    policy.created_at, policy.created_by = at, author
    policy.save(force_insert=True)
    log.record(subject, "policy.changed", actor=by, at=at, data=_describe(policy))
    return policy


def _lock(subject: Subject) -> None:
    """One publisher at a time for each policy: a first version has no row to lock."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"{subject.kind}:{subject.id}"]
        )


def _describe(policy: Policy) -> dict[str, object]:
    return {
        "id": str(policy.pk),
        "action_type": policy.action_type,
        "workflow": policy.workflow,
        "version": policy.version,
        "pattern": policy.pattern,
        "risk": policy.risk,
        "sla_minutes": policy.sla_minutes,
        "validity_minutes": policy.validity_minutes,
        "reviewers": policy.reviewers,
    }
