"""How often does an inbox talk to the database, and does an index find what each tab and filter shows?"""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.approvals.views.browse import client_of
from tests.factories import (
    approve,
    make_agent,
    make_approval,
    make_approver,
    make_grant,
    make_policy,
    make_user,
    reject,
)

MOST_QUERIES = 8
TABS = ("me", "pool", "drafts", "decided")
FILTERS = (
    "",
    "&risk=high",
    "&action_type=refund",
    "&action_type=refund&risk=high",
    "&overdue=1",
    "&second=1",
    "&q=wire",
    "&agent=00000000-0000-0000-0000-000000000001",
    "&workflow=billing",
    "&agent=00000000-0000-0000-0000-000000000001&workflow=billing&risk=high&action_type=refund&q=wire",
    "&alike=0123456789abcdef",
    "&group=1",
)


@pytest.fixture
def people(db):
    """A reviewer, an approver, an administrator and a deputy, with something in every tab."""
    make_policy("draft", pattern="draft_only")
    reviewer, approver = make_user(), make_approver()
    for number in range(30):
        make_approval(assignees=("sales@example.com", "approver@example.com"), action=f"Number {number}")
        make_approval(assignees=("finance@example.com",))
    approve(make_approval(), by=reviewer)
    reject(make_approval(), by=approver)
    approve(
        make_approval(risk="critical", assignees=("sales@example.com", "finance@example.com")), by=reviewer
    )
    make_grant(make_user("finance@example.com"), make_user("deputy@example.com"))
    staff = make_user("root@example.com", is_staff=True)
    return {
        "reviewer": reviewer,
        "approver": approver,
        "staff": staff,
        "deputy": make_user("deputy@example.com"),
    }


@pytest.mark.parametrize("query", FILTERS)
@pytest.mark.parametrize("tab", TABS)
def test_each_tab_and_filter_takes_few_queries(tab, query, people, django_assert_max_num_queries):
    for person in people.values():
        client = client_of(person)

        with django_assert_max_num_queries(MOST_QUERIES):
            client.get(f"/approvals/?tab={tab}{query}")


def test_an_empty_inbox_takes_few_queries(db, django_assert_max_num_queries):
    make_policy()
    for person in (make_user("new@example.com"), make_approver()):
        client = client_of(person)

        with django_assert_max_num_queries(MOST_QUERIES):
            client.get("/approvals/")


INDEXES = {
    ("reviewer", "tab=me"): {"assignment_open"},
    ("reviewer", "tab=me&risk=high"): {"assignment_open"},
    ("reviewer", "tab=me&agent=AGENT"): {"assignment_open"},
    ("reviewer", "tab=me&workflow=flow+3"): {"assignment_open"},
    ("reviewer", "tab=me&alike=mark+3"): {"assignment_open"},
    ("reviewer", "tab=decided"): {"assignment_decided"},
    ("reviewer", "tab=decided&agent=AGENT"): {"assignment_decided"},
    ("reviewer", "tab=decided&workflow=flow+3&risk=high"): {"assignment_decided"},
    ("reviewer", "tab=decided&q=zeppelin"): {"approvals_approval_pkey"},
    ("reviewer", "tab=decided&action_type=refund"): {"assignment_decided"},
    ("approver", "tab=pool"): {"approval_pending_by_deadline", "approval_decided"},
    ("approver", "tab=pool&risk=high"): {"approval_pending_by_risk"},
    ("approver", "tab=pool&action_type=refund"): {"approval_pending_by_type"},
    ("approver", "tab=pool&action_type=refund&risk=high"): {"approval_pending_by_type"},
    ("approver", "tab=pool&agent=AGENT"): {"approval_pending_by_agent"},
    ("approver", "tab=pool&workflow=flow+3"): {"approval_pending_by_workflow"},
    ("approver", "tab=pool&alike=mark+3"): {"approval_pending_alike"},
    ("approver", "tab=decided"): {"approval_decided"},
    ("approver", "tab=decided&agent=AGENT"): {"approval_decided_by_agent"},
    ("approver", "tab=decided&agent=AGENT&workflow=flow+3"): {"approval_decided_by_agent"},
    ("approver", "tab=decided&workflow=flow+3"): {"approval_decided_by_workflow"},
    ("approver", "tab=decided&q=zeppelin"): {"approvals_approval_pkey"},
    ("staff", "tab=decided&q=one&workflow=flow+3"): {"approvals_approval_pkey"},
    ("approver", "tab=decided&risk=high"): {"approval_decided_by_risk"},
    ("approver", "tab=decided&action_type=refund"): {"approval_decided_by_type"},
    ("staff", "tab=decided"): {"approval_decided"},
}


@pytest.mark.parametrize(("who", "query"), INDEXES)
def test_each_list_is_found_by_its_index(who, query, people):
    rare = make_agent("Rare agent")
    statement = _ids_query(people[who], query.replace("AGENT", str(rare.pk)))

    plan = _plan(statement, rare)

    used = set(re.findall(r"(?:using|Index Scan on) (\w+)", plan))
    assert INDEXES[who, query] <= used, plan


def test_the_words_of_a_week_are_found_by_their_index(people):
    week = """
        SELECT id FROM approvals_approval
        WHERE status IN ('approved', 'rejected', 'cancelled', 'used', 'discarded')
            AND approvals_found_by(decided_at, action, workflow, agent_id, action_type, risk) @> '{1, 2}'::bigint[]
    """

    plan = _plan(week, make_agent("Rare agent"))

    assert "Index Scan on approval_decided_by_words" in plan
    with connection.cursor() as cursor:
        cursor.execute("SELECT prosrc FROM pg_proc WHERE proname = 'approvals_decided_with_words'")
        assert " ".join(week.split()).replace("'{1, 2}'::bigint[]", "keys") in " ".join(
            cursor.fetchone()[0].split()
        )


def _ids_query(person, query):
    client = client_of(person)
    with CaptureQueriesContext(
        connection,
    ) as captured:
        client.get(f"/approvals/?{query}")
    return next(one["sql"] for one in captured if "UNION ALL" in (one["sql"] or ""))


def _plan(statement, rare):
    with connection.cursor() as cursor:
        cursor.execute(_MANY, [rare.pk])
        cursor.execute("ANALYZE approvals_approval, approvals_assignment, approvals_voteseat, approvals_vote")
        cursor.execute("SET LOCAL enable_seqscan = off")  # as where there are more rows than a test can make
        cursor.execute(f"EXPLAIN {statement}")
        return "\n".join(row[0] for row in cursor.fetchall())


# Copies of the first request: half of them decided, of several risks and action types.
_MANY = """
    SET LOCAL session_replication_role = 'replica';
    INSERT INTO approvals_approval SELECT (jsonb_populate_record(one, jsonb_build_object(
        'id', gen_random_uuid(), 'idempotency_key', n, 'action_type', 'type ' || n %% 20,
        'risk', (ARRAY['low', 'medium', 'high'])[1 + n %% 3],
        'agent_id', CASE WHEN n %% 100 < 2 THEN %s ELSE one.agent_id END, 'workflow', 'flow ' || n %% 50,
        'alike', 'mark ' || n %% 50, 'action', 'Number ' || n || ' of one and ' || n %% 7,
        'deadline', one.deadline + n * interval '1 second',
        'status', CASE WHEN n %% 2 = 0 THEN 'pending' ELSE 'cancelled' END,
        'decided_at', CASE WHEN n %% 2 = 1 THEN one.created_at + n * interval '1 second' END))).*
    FROM generate_series(1, 3000) n, approvals_approval one
    WHERE one.id = (SELECT id FROM approvals_approval WHERE status = 'pending' AND risk = 'low' LIMIT 1);
    INSERT INTO approvals_assignment (approval_id, email, source, created_at, is_open, deadline, decided_at, risk,
        action_type, agent_id, workflow, alike)
    SELECT id, CASE WHEN random() < 0.1 THEN 'sales@example.com' ELSE 'person' || random() || '@example.com' END,
        'agent', created_at, status = 'pending', deadline, decided_at, risk, action_type, agent_id, workflow, alike
    FROM approvals_approval
    WHERE NOT EXISTS (SELECT FROM approvals_assignment WHERE approval_id = approvals_approval.id);
    SET LOCAL session_replication_role = 'origin';
"""
