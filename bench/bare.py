"""What `submit.py` and `decide.py` compare with: the barest django-ninja views that write the same rows, by raw SQL.

They check nothing: no key, no session, no schema, no policy, no authority, no signature, no idempotency.
"""

from __future__ import annotations

import json
import os
from uuid import UUID

import uuid_utils.compat as uuid

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "approvals_site.settings")

import django
from django.conf import settings

django.setup()  # the apps look for their middleware; the bare views have none
settings.MIDDLEWARE = []
settings.ROOT_URLCONF = __name__

from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()

from django.db import connection, transaction
from django.http import HttpRequest
from django.urls import path
from ninja import NinjaAPI

from bench.raw import write_decision

api = NinjaAPI(openapi_url=None)

APPROVAL = """
    INSERT INTO approvals_approval (id, agent_id, key_id, idempotency_key, request_sha256, action_type, action,
        summary, rationale, evidence, workflow, run_id, initiated_by, payload_schema, locked_fields, policy_id,
        pattern, risk, reasons, quorum, sla_minutes, deadline, breach_action, shadow_reason, status, resolution,
        current_version, created_at)
    VALUES (%(id)s, %(agent)s, %(key)s, %(id)s, '', %(type)s, %(action)s, '', %(rationale)s, %(evidence)s, '', '',
        '', '', '{}', %(policy)s, 'approval_gate', 'low', '[]', 1, 60, now() + interval '1 hour', 'notify', '',
        'pending', '', 1, now())
"""
VERSION = """
    INSERT INTO approvals_payloadversion (approval_id, number, canonical, sha256, source, created_at)
    VALUES (%(id)s, 1, %(payload)s, sha256(%(payload)s), %(source)s, now())
"""
ASSIGNMENT = """
    INSERT INTO approvals_assignment (approval_id, email, source, created_at, is_open)
    VALUES (%(id)s, %(to)s, 'agent', now(), true)
"""
EVENT = """
    WITH event AS (
        INSERT INTO audit_event (event_id, subject_kind, subject_id, seq, type, actor_kind, actor_id, at, key_id,
            prev, mac, leaf)
        VALUES (%(id)s, 'approval', %(id)s, 1, 'approval.requested', 'agent', '', now(), '', '', '', %(leaf)s)
        RETURNING event_id)
    INSERT INTO audit_eventbody (event_id, content) SELECT event_id, %(body)s FROM event
"""
NOTIFICATION = """
    INSERT INTO approvals_notification (id, kind, approval_id, recipient, created_at, next_attempt_at, attempts,
        last_error)
    VALUES (%(id)s, 'requested', %(id)s, %(to)s, now(), now() + interval '1 day', 0, '')
"""


@api.post("/approvals/{agent}/{key}/{policy}")
def submit(request: HttpRequest, agent: UUID, key: UUID, policy: UUID) -> dict[str, str]:
    """Six rows in one transaction."""
    sent = json.loads(request.body)
    made = uuid.uuid7()
    source = json.dumps(sent["payload"])
    values = {
        "id": str(made),
        "agent": agent,
        "key": key,
        "policy": policy,
        "type": sent["actionType"],
        "action": sent["action"],
        "rationale": sent["rationale"],
        "evidence": json.dumps(sent["evidence"]),
        "source": source,
        "payload": source.encode(),
        "to": sent["assignees"][0],
        "leaf": made.bytes,
        "body": request.body,
    }
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in (APPROVAL, VERSION, ASSIGNMENT, EVENT, NOTIFICATION):
            cursor.execute(statement, values)
    return {"id": str(made), "status": "pending"}


@api.post("/decision/{approval}/{by}")
def decide(request: HttpRequest, approval: UUID, by: UUID) -> dict[str, str]:
    """The form is read, and nothing asked of it."""
    write_decision(approval, by)
    return {"id": str(approval), "version": request.POST["version"]}


urlpatterns = [path("", api.urls)]
