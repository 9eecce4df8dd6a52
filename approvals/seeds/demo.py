"""How is the demo set up, and when does it submit its cases again?"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from django.db import connection, transaction
from pydantic.alias_generators import to_snake

from approvals import lifecycle, payload
from approvals.models import Agent, Approval
from approvals.seeds import agents, note
from approvals.seeds.cases import CASES
from approvals.seeds.grants import ensure_grant
from approvals.seeds.people import ensure_people
from approvals.seeds.policies import ensure_policies
from audit import clock

MARK = "seed-demo:"
"""How the idempotency keys of the demo's own requests begin."""


@dataclass(frozen=True, slots=True)
class Seeded:
    """How many requests a run submitted, and where the passwords are."""

    submitted: int
    path: Path


def seed(path: Path, *, url: str) -> Seeded:
    """Bring the demo into the state that its file at `path` describes, and write that file.

    Idempotent: accounts, keys and policies that are right are left alone. The cases are submitted again once none
    of them is both pending and within its deadline, so that the inbox never stays empty. Earlier requests stay;
    nothing is ever removed.
    """
    known = note.read(path)
    known.complete()
    with transaction.atomic():
        _lock()
        ensure_people(known.passwords, are_unchanged=known.fingerprint == note.fingerprint())
        found = agents.ensure_agents()
        known.agent_key = agents.ensure_key_text(found[agents.SALES], known.agent_key)
        ensure_policies()
        ensure_grant(clock.now())
        submitted = _submit_cases(found, clock.now())
    known.fingerprint = note.fingerprint()
    note.write(path, known, url=url)
    return Seeded(submitted=submitted, path=path)


def _lock() -> None:
    """One run at a time: two would submit everything twice."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('countersign:seed_demo', 0))")


def _submit_cases(found: dict[str, Agent], at: datetime) -> int:
    own = Approval.objects.filter(agent__in=found.values(), idempotency_key__startswith=MARK)
    if own.pending().filter(deadline__gt=at).exists():
        return 0
    for case in CASES:
        _submit(found[case.agent], case.body(at))
    return len(CASES)


def _submit(agent: Agent, body: dict[str, Any]) -> None:
    """What the JSON endpoint does with this body, without the network."""
    said = {to_snake(name): value for name, value in body.items() if name != "payloadSchema"}
    submission = lifecycle.Submission(
        **said,
        payload_source=_json(body["payload"]),
        schema_source=_json(body["payloadSchema"]),
        request_sha256=payload.digest(payload.canonical(body)),
    )
    lifecycle.submit(submission, key=agents.key_of(agent), idempotency_key=f"{MARK}{uuid4()}")


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
