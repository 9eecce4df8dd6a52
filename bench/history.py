"""A database with years of decided requests, and many that are pending: rows as they stand, made by few statements.

It is kept, so that the next run starts at once; the database's comment says what is in it. Events are left out: a
request's history is found by its id, however many there are, and `audit.py` measures the log.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
from ground import ROOT, TEMPLATE, prepare, private

PEOPLE, APPROVERS, AGENTS = 200, 30, 20
CHUNK = 250_000
FORMAT = 4
"""To be raised where the rows change, so that a kept database is made anew."""
BUSY, TYPICAL, APPROVER, OWNER = 30, 100, 0, PEOPLE
"""The numbers of people: one with thousands of open requests, one with some hundred, one who takes from the pool."""
ACTION_TYPES = (
    "external_email",
    "refund",
    "payment",
    "contract",
    "discount",
    "access",
    "export",
    "deployment",
)
NEVER_ASKED = "never_asked"
TABLES = ("approval", "payloadversion", "assignment", "vote", "voteseat")

_SETTINGS = "SET synchronous_commit = off; SET session_replication_role = replica; SET work_mem = '256MB';"

# A request's number says everything about it. The ids follow the time, as the product's own do.
_NUMBERED = """
    CREATE UNLOGGED TABLE numbered AS
    SELECT i, (lpad(to_hex((extract(epoch FROM created_at) * 1000)::bigint), 12, '0') || '7' ||
        substr(md5(i::text), 1, 3) || '8' || substr(md5(i::text), 4, 15))::uuid AS id,
        created_at, created_at + (5 + hashint4(i) %% 180 + 180) * interval '1 minute' AS decided_at,
        created_at + interval '8 days' AS deadline, abs(hashint4(i + 7)) AS hash,
        CASE abs(hashint4(i + 1)) %% 50 WHEN 0 THEN 'critical' WHEN 1 THEN 'high' WHEN 2 THEN 'high'
            WHEN 3 THEN 'high' ELSE (ARRAY['low', 'low', 'medium'])[1 + abs(hashint4(i + 2)) %% 3] END AS risk,
        1 + abs(hashint4(i + 3)) %% {types} AS type, i > {decided} AS is_pending,
        (ARRAY['approved', 'approved', 'approved', 'approved', 'approved', 'approved', 'approved', 'rejected',
            'rejected', 'cancelled'])[1 + abs(hashint4(i + 4)) %% 10] AS past
    FROM (SELECT i, now() - CASE
            WHEN i > {decided} THEN interval '8 days 4 hours' * (({decided} + {pending} - i + 1)::float / {pending})
            ELSE interval '8 days 4 hours' + interval '3 years' * (({decided} - i + 1)::float / {decided})
        END AS created_at FROM generate_series({first}, {last}) i) made
"""
_REQUESTS = """
    INSERT INTO approvals_approval (id, agent_id, key_id, agent_owner_id, key_owner_id, idempotency_key,
        request_sha256, action_type, action, summary, rationale, confidence, evidence, workflow, run_id, initiated_by,
        payload_schema, locked_fields, policy_id, pattern, risk, reasons, quorum, sla_minutes, deadline,
        breach_action, shadow_reason, status, resolution, current_version, created_at, decided_at, valid_until)
    SELECT n.id, agent.id, agent.key_id, agent.owner_id, agent.owner_id, 'bench-' || i,
        '\\x00'::bytea, policy.action_type,
        'Send ' || (i %% 90000 + 10) || ' EUR to ' || initcap(substr(md5(i::text), 1, 6)) || ' for order ' || i,
        '', 'The customer asked for it.', 0.9,
        CASE WHEN is_pending THEN
            '[{{"label": "Contract", "value": "CON-4821", "tone": "emerald", "url": null}},
              {{"label": "Confidence", "value": "0.71", "tone": "amber", "url": null}}]'::jsonb ELSE '[]' END,
        (ARRAY['sales', 'finance', 'support', 'it'])[1 + hash %% 4], '', '', '', '{{}}', policy.id,
        'approval_gate', risk, '[]', CASE risk WHEN 'critical' THEN 2 ELSE 1 END, 11520, deadline,
        CASE risk WHEN 'critical' THEN 'escalate' ELSE 'notify' END, '',
        CASE WHEN is_pending THEN 'pending' ELSE past END,
        CASE WHEN is_pending OR past <> 'rejected' THEN '' ELSE 'declined' END, 1, created_at,
        CASE WHEN NOT is_pending THEN decided_at END,
        CASE WHEN NOT is_pending AND past = 'approved' THEN decided_at + interval '1 day' END
    FROM numbered n
    JOIN (SELECT a.id, a.owner_id, k.id AS key_id, row_number() OVER (ORDER BY a.id) - 1 AS number
        FROM approvals_agent a JOIN approvals_agentkey k ON k.agent_id = a.id) agent ON agent.number = i %% {agents}
    JOIN (SELECT id, action_type, row_number() OVER (ORDER BY action_type) AS number FROM approvals_policy
        WHERE action_type <> '{never}') policy ON policy.number = type
    ORDER BY n.id
"""
_VERSIONS = """
    INSERT INTO approvals_payloadversion (approval_id, number, canonical, sha256, source, created_at)
    SELECT id, 1, payload::bytea, sha256(payload::bytea), payload, created_at FROM (
        SELECT id, created_at, '{{"amount":' || i %% 90000 || ',"order":"' || i || '","to":"' ||
            substr(md5(i::text), 1, 8) || '@example.com"}}' AS payload FROM numbered) made ORDER BY id
"""
# One person for every second request, two for the others; every fortieth is the busy one's.
_NAMED = """
    CREATE UNLOGGED TABLE named AS
    SELECT n.*, place, CASE WHEN place = 1 AND i %% 40 = 0 THEN {busy} ELSE
        (hash / 7 + (place - 1) * (1 + hash %% 97)) %% {people} END AS person
    FROM numbered n CROSS JOIN LATERAL generate_series(1, 1 + i %% 2) place
"""
_ASSIGNMENTS = """
    INSERT INTO approvals_assignment (approval_id, email, source, created_at, is_open, deadline, decided_at, risk,
        action_type, agent_id, workflow, source_before)
    SELECT n.id, email, 'policy', n.created_at, is_pending, n.deadline,
        CASE WHEN NOT is_pending THEN n.decided_at END, n.risk, ('{types_array}'::text[])[type],
        request.agent_id, request.workflow, ''
    FROM named n JOIN people ON people.number = person JOIN approvals_approval request ON request.id = n.id
    ORDER BY n.id, place
    ON CONFLICT DO NOTHING
"""
_ORIGINS = """
    INSERT INTO approvals_origin (email, agent_id, workflow)
    SELECT '', agent_id, workflow FROM approvals_approval
    UNION SELECT email, agent_id, workflow FROM approvals_assignment
"""
_VOTES = """
    INSERT INTO approvals_vote (id, approval_id, version, payload_sha256, verdict, user_id, principal_id, basis,
        fills_policy_seat, resolution, category, comment, sentence, acknowledged, decided_at, is_late)
    SELECT gen_random_uuid(), n.id, 1, '\\x00'::bytea, CASE past WHEN 'rejected' THEN 'reject' ELSE 'approve' END,
        people.id, people.id, CASE WHEN hash %% 10 = 0 THEN 'approvers' ELSE 'assignee' END, true,
        CASE past WHEN 'rejected' THEN 'declined' ELSE '' END, '', '', '', '{{}}',
        decided_at - (2 - place) * interval '1 minute', false
    FROM named n JOIN people ON people.number = CASE WHEN hash %% 10 = 0 THEN (person + place) %% {approvers}
        ELSE person END
    WHERE NOT is_pending AND past <> 'cancelled' AND (place = 1 OR risk = 'critical')
        OR is_pending AND risk = 'critical' AND place = 1 AND hash %% 3 = 0
    ORDER BY n.id, place
"""
_SEATS = """
    INSERT INTO approvals_voteseat (approval_id, version, user_id, vote_id, is_open)
    SELECT vote.approval_id, 1, vote.user_id, vote.id, n.is_pending FROM numbered n
    JOIN approvals_vote vote ON vote.approval_id = n.id AND vote.verdict = 'approve' ORDER BY n.id
    ON CONFLICT DO NOTHING
"""


@contextmanager
def history(decided: int, pending: int) -> Iterator[None]:
    """Django on the database `scale_<decided>_<pending>`; loaded where it is not there yet."""
    var = Path(os.environ.setdefault("COUNTERSIGN_VAR", str(ROOT / "var" / "bench"))).resolve()
    server = os.environ.get("DATABASE_URL") or private(var)
    database = f"scale_{decided}_{pending}"
    said = f"whole: format {FORMAT}"
    with psycopg.connect(server, autocommit=True) as connection:
        found = connection.execute(
            "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s", [database]
        ).fetchone()
        if found != (said,):
            connection.execute(f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)')
            of = os.environ.get(TEMPLATE, "template1")
            connection.execute(f'CREATE DATABASE "{database}" TEMPLATE "{of}"')
        prepare(urlunsplit(urlsplit(server)._replace(path=f"/{database}")))
        if found != (said,):
            load(decided, pending)
            connection.execute(f"COMMENT ON DATABASE \"{database}\" IS '{said}'")
        yield


def email(number: int) -> str:
    return f"person{number}@example.com"


def load(decided: int, pending: int) -> None:
    """The people by the product's own functions, the rest without triggers, in chunks; the indexes come last."""
    from django.conf import settings

    _people()
    started = time.monotonic()
    with psycopg.connect(_address(settings.DATABASES["default"]), autocommit=True) as connection:
        connection.execute(_SETTINGS)
        connection.execute(
            "CREATE UNLOGGED TABLE people AS SELECT id, email, substring(email FROM '[0-9]+')::int AS number"
            " FROM grants_user WHERE email ~ '^person[0-9]'"
        )
        indexes = _drop_indexes(connection)
        for first in range(1, decided + pending + 1, CHUNK):
            last = min(first + CHUNK - 1, decided + pending)
            _add(connection, decided, pending, first, last)
            print(f"{last:,} requests, {time.monotonic() - started:,.0f} s", file=sys.stderr, flush=True)
        connection.execute("DROP TABLE people")
        connection.execute(_ORIGINS)
        connection.execute("SET maintenance_work_mem = '1GB'")
        for index in indexes:
            connection.execute(index)
        connection.execute("VACUUM ANALYZE")
        connection.execute("CHECKPOINT")
    print(f"indexes and statistics, {time.monotonic() - started:,.0f} s", file=sys.stderr, flush=True)


def _people() -> None:
    from audit.message import SYSTEM
    from grants import membership
    from tests.factories import make_agent, make_key, make_policy, make_user

    people = [make_user(email(number)) for number in range(PEOPLE)]
    for number in range(APPROVERS):
        membership.join(people[number], by=SYSTEM)
    make_user("admin@example.com", is_staff=True)
    for number in range(AGENTS):
        make_key(make_agent(f"Agent {number}"))
    for action_type in (*ACTION_TYPES, NEVER_ASKED):
        make_policy(action_type, headline=["/amount", "/to"])


def _add(connection: psycopg.Connection, decided: int, pending: int, first: int, last: int) -> None:
    values = {
        "decided": decided,
        "pending": pending,
        "first": first,
        "last": last,
        "types": len(ACTION_TYPES),
        "types_array": "{" + ",".join(sorted(ACTION_TYPES)) + "}",
        "agents": AGENTS,
        "people": PEOPLE,
        "approvers": APPROVERS,
        "busy": BUSY,
        "never": NEVER_ASKED,
    }
    for statement in (_NUMBERED, _NAMED, _REQUESTS, _VERSIONS, _ASSIGNMENTS, _VOTES, _SEATS):
        connection.execute(statement.format(**values).replace("%%", "%"))
    connection.execute("DROP TABLE numbered, named")


def _drop_indexes(connection: psycopg.Connection) -> list[str]:
    """The statements that make them again: those of a constraint stay."""
    tables = [f"approvals_{name}" for name in TABLES]
    found = connection.execute(
        "SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index"
        " WHERE indrelid = ANY(%s::regclass[]) AND NOT EXISTS ("
        " SELECT FROM pg_constraint WHERE conindid = indexrelid AND contype IN ('p', 'u'))",
        [tables],
    ).fetchall()
    for name, _ in found:
        connection.execute(f"DROP INDEX {name}")
    return [definition for _, definition in found]


def _address(database: dict) -> str:
    return psycopg.conninfo.make_conninfo(
        host=database["HOST"],
        port=database["PORT"] or None,
        user=database["USER"],
        password=database["PASSWORD"] or None,
        dbname=database["NAME"],
    )


if __name__ == "__main__":
    with history(int(sys.argv[1]), int(sys.argv[2])):
        pass
