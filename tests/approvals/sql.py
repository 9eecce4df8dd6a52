"""Rows written and changed by SQL alone, as if Python did not exist."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

from django.db import connection

from approvals.models import Approval
from tests.database_role import acting
from tests.factories import (
    make_user,
)


def run(sql: str, *params: Any) -> None:
    with acting(), connection.cursor() as cursor:
        cursor.execute(sql, params)


def insert_like(approval: Approval, **changes: Any) -> None:
    """A copy of the request's row with some columns changed, by SQL alone."""
    changes = {"id": str(uuid4()), "idempotency_key": str(uuid4()), **changes}
    run(
        "INSERT INTO approvals_approval SELECT (jsonb_populate_record(a, %s)).* FROM approvals_approval a WHERE id = %s",
        json.dumps(changes),
        approval.pk,
    )


def insert_vote(approval: Approval, **changes: Any) -> None:
    user = make_user()
    version = approval.version()
    values = {
        "id": uuid4(),
        "approval_id": approval.pk,
        "version": version.number,
        "payload_sha256": version.sha256,
        "verdict": "approve",
        "user_id": user.pk,
        "principal_id": user.pk,
        "basis": "assignee",
        "resolution": "",
        "category": "",
        "comment": "",
        "sentence": "",
        "acknowledged": [],
        "decided_at": approval.created_at,
        "is_late": False,
        "manifest": json.dumps({"signed_with": "password"}),
        **changes,
    }
    marks = ", ".join(["%s"] * len(values))
    run(f"INSERT INTO approvals_vote ({', '.join(values)}) VALUES ({marks})", *values.values())
