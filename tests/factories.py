"""Rows for tests, made the way the product makes them: plain functions with honest defaults."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any
from uuid import uuid4

from django.contrib.auth.hashers import make_password
from django.db import connection, transaction

from approvals import keys, lifecycle, signing, strict_json
from approvals.lifecycle import Attestation, Seen, Submission
from approvals.models import Agent, AgentKey, Approval, Policy
from approvals.models.agent import ANY
from approvals.policy import publish
from audit import clock, log
from audit.clock import rfc3339
from audit.message import SYSTEM, NewEvent
from grants import membership
from grants.models import DelegatedGrant, User
from grants.roles import ALL

PASSWORD = "correct horse battery staple"
EMAIL_PAYLOAD = {
    "to": "eng@acme.example",
    "subject": "Q3 partnership proposal",
    "body": "Dear Ada,\n\nwe read about your scaling work.\n\nBest,\nSam",
}
AMBER_AND_RED = (
    {"label": "Contract", "value": "CON-4821", "tone": "emerald", "url": None},
    {"label": "Confidence", "value": "0.71", "tone": "amber", "url": None},
    {"label": "Access", "value": "Customer records were read", "tone": "red", "url": None},
)


LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def make_user(email: str = "sales@example.com", **fields: Any) -> User:
    """The account with that address, made if need be; its password is PASSWORD.

    An administrator has every role, as the first one does, unless `fields` say otherwise.
    """
    existing = User.objects.filter(email=email).first()
    values = {
        **dict.fromkeys(ALL, fields.get("is_staff", False)),
        "name": email.partition("@")[0].title(),
        "password": _hashed_password(),
        "proven_at": LONG_AGO,
        **fields,
    }
    return existing or User.objects.create(email=email, **values)


@cache
def _hashed_password() -> str:
    """Hashed once: the real hasher takes its time on purpose."""
    return make_password(PASSWORD)


def make_approver(email: str = "approver@example.com") -> User:
    """A member of the group `approvers`."""
    user = make_user(email)
    membership.join(user, by=SYSTEM)
    return user


def joined_earlier(approver: User, *, at: datetime) -> None:
    """As if they had joined at that moment; no code path can, so the triggers are off meanwhile."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = 'replica'")
        cursor.execute(
            "UPDATE grants_approvermembership SET joined_at = %s WHERE user_id = %s", [at, approver.pk]
        )
        cursor.execute("SET session_replication_role = 'origin'")


def give_key(key: AgentKey, owner: User) -> None:
    """As if another person answered for it; no code path can, so the triggers are off meanwhile."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = 'replica'")
        cursor.execute("UPDATE approvals_agentkey SET owner_id = %s WHERE id = %s", [owner.pk, key.pk])
        cursor.execute("SET session_replication_role = 'origin'")


def make_grant(grantor: User | None = None, grantee: User | None = None, **fields: Any) -> DelegatedGrant:
    """A grant as it stands in the table: the whole authority since an hour ago, for a day, unless told otherwise."""
    at = clock.now()
    values = {
        "is_whole": True,
        "highest_risk": "critical",
        "starts_at": at - timedelta(hours=1),
        "expires_at": at + timedelta(days=1),
        "created_at": at - timedelta(hours=1),
        "reason": "On leave.",
        **fields,
    }
    grantor = grantor or make_user("grantor@example.com")
    grant = DelegatedGrant(grantor=grantor, grantee=grantee or make_user("deputy@example.com"), **values)
    return _lent(grant)


@transaction.atomic
def _lent(grant: DelegatedGrant) -> DelegatedGrant:
    """Stored with its event, as the product stores it."""
    grant.save(force_insert=True)
    people = {"grantor": grant.grantor.as_facts(), "grantee": grant.grantee.as_facts()}
    said = {one: getattr(grant, one) for one in ("workflows", "action_types", "highest_risk", "reason")}
    moments = {one: rfc3339(getattr(grant, one)) for one in ("starts_at", "expires_at")}
    _log(grant, "grant.given", grant.created_at, {**people, **said, **moments, "everything": grant.is_whole})
    return grant


def _log(row: Agent | DelegatedGrant, event: str, at: datetime, data: dict[str, Any]) -> None:
    """The event that the product writes with such a row."""
    log.record(NewEvent(row.as_subject(), event, actor=SYSTEM, at=at, data=data))


def make_agent(name: str = "Sales agent", *, owner: User | None = None, **fields: Any) -> Agent:
    """An agent that may propose everything, unless `action_types` or `workflows` say otherwise."""
    existing = Agent.objects.filter(name=name).first()
    scope = {"action_types": [ANY], "workflows": [ANY], **fields}
    return existing or _made_agent(name, owner or make_user("owner@example.com"), scope)


@transaction.atomic
def _made_agent(name: str, owner: User, fields: dict[str, Any]) -> Agent:
    agent = Agent.objects.create(name=name, owner=owner, **fields)
    said = {one: getattr(agent, one) for one in ("name", "action_types", "workflows", "is_active")}
    _log(agent, "agent.created", clock.now(), {**said, "owner": owner.email})
    return agent


def make_key(agent: Agent | None = None, **fields: Any) -> tuple[AgentKey, str]:
    """A key, and its text for the Authorization header."""
    agent = agent or make_agent()
    return keys.create_key(agent, owner=fields.pop("owner", agent.owner), by=SYSTEM, **fields)


def make_policy(action_type: str = "external_email", *, author: User | None = None, **fields: Any) -> Policy:
    """The next version of a policy: a gate of low risk with an hour to decide, unless told otherwise."""
    values = {"pattern": "approval_gate", "risk": "low", "sla_minutes": 60, **fields}
    if values["risk"] == "critical":
        ladder = [{"emails": ["escalation@example.com"], "after_minutes": 0}]
        values = {"quorum": 2, "escalation": ladder, **values}
    if values["pattern"] == "exception_based":
        values = {"minimum_confidence": 0.8, "reason": "starting policy", **values}
    return publish(Policy(action_type=action_type, **values), by=SYSTEM, author=author)


def make_approval(
    *,
    risk: str = "low",
    assignees: tuple[str, ...] = ("sales@example.com",),
    payload: dict[str, Any] | str | None = None,
    schema: dict[str, Any] | None = None,
    key: AgentKey | None = None,
    policy: Policy | None = None,
    **fields: Any,
) -> Approval:
    """A request as an agent submits it; `payload` may be JSON text, to choose its exact bytes."""
    key = key or make_key()[0]
    policy = policy or Policy.objects.current().filter(action_type="external_email").first() or make_policy()
    payload = EMAIL_PAYLOAD if payload is None else payload
    source = payload if isinstance(payload, str) else json.dumps(payload)
    values = {
        "action": "Send email to Head of Engineering, Acme Corp",
        "rationale": "The prospect wrote about scaling.",
        "evidence": (),
        **fields,
    }
    submission = Submission(
        action_type=policy.action_type,
        workflow=policy.workflow or values.pop("workflow", ""),
        risk=risk,
        assignees=assignees,
        payload=strict_json.loads(source),
        payload_source=source,
        schema_source=json.dumps(schema) if schema else "",
        request_sha256=hashlib.sha256(uuid4().bytes).digest(),
        **values,
    )
    approval, _ = lifecycle.submit(submission, key=key, idempotency_key=str(uuid4()))
    return approval


def age(approval: Approval, **how_long: float) -> Approval:
    """As if it had been made so much earlier; no code path can, so the triggers are off meanwhile."""
    moments = (
        "created_at", "deadline", "remind_at", "breached_at", "escalate_at", "decided_at", "valid_until", "claimed_at"
    )  # fmt: skip
    earlier = ", ".join(f"{name} = {name} - %(by)s" for name in moments)
    values = {"by": timedelta(**how_long), "id": approval.pk}
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = 'replica'")
        cursor.execute(f"UPDATE approvals_approval SET {earlier} WHERE id = %(id)s", values)
        cursor.execute(
            "UPDATE approvals_assignment SET deadline = deadline - %(by)s WHERE approval_id = %(id)s", values
        )
        cursor.execute("SET session_replication_role = 'origin'")
    approval.refresh_from_db()
    return approval


def seen(approval: Approval) -> Seen:
    """What a reviewer's page shows of the request as it stands, unedited."""
    version = Approval.objects.get(pk=approval.pk).version()
    return Seen(version=version.number, payload_sha256=version.digest)


def attest(approval: Approval, *, by: User, **fields: Any) -> Attestation:
    """Everything that approving this request asks of that person."""
    ticked = tuple(index for index, _ in approval.evidence_to_acknowledge())
    values = {"sentence": "I checked the contract.", "proof": proved(approval, by=by), **fields}
    return Attestation(acknowledged=ticked, **values)


def proved(approval: Approval, *, by: User) -> signing.Proof:
    """As if that person had typed their password with a decision on this request."""
    return signing.retyped("password", by, approval.pk)


def approve(approval: Approval, *, by: User, edited: dict[str, Any] | None = None, **fields: Any) -> Approval:
    """`lifecycle.approve` as a careful reviewer does it, with an edited payload if one is given."""
    from approvals import payload

    wanted = seen(approval)
    if edited is not None:
        wanted = Seen(version=wanted.version, payload_sha256=payload.digest(payload.canonical(edited)).hex())
    return lifecycle.approve(
        approval.pk,
        by=by,
        seen=wanted,
        attestation=attest(approval, by=by, **fields),
        edited=None if edited is None else json.dumps(edited),
    )


def reject(approval: Approval, *, by: User, **fields: Any) -> Approval:
    """`lifecycle.reject`, declined unless told otherwise."""
    values = {"resolution": "declined", "comment": "Not now.", "proof": proved(approval, by=by), **fields}
    return lifecycle.reject(approval.pk, by=by, seen=seen(approval), **values)
