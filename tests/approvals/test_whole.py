"""A request that is read whole is what the models read, in every state, and found by its ids however many people."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from operator import attrgetter

import pytest
from django.db import connection, models
from django.test.utils import CaptureQueriesContext

from approvals import lifecycle
from approvals.lifecycle import Report
from approvals.models import WHOLE, Approval, read_whole
from tests.factories import approve, make_approval, make_user, reject

pytestmark = pytest.mark.django_db


def pending() -> Approval:
    return make_approval(assignees=("sales@example.com", "finance@example.com"))


def handed_on() -> Approval:
    approval = pending()
    make_user("other@example.com")
    lifecycle.reassign(
        approval.pk,
        by=make_user(),
        to="other@example.com",
        reason="She knows the case",
        instead_of="sales@example.com",
    )
    return approval


def rejected() -> Approval:
    approval = pending()
    reject(approval, by=make_user())
    return approval


def executed() -> Approval:
    approval = pending()
    version = approval.version()
    approve(approval, by=make_user(), edited={**version.value, "subject": "Another"})
    claim = lifecycle.claim(approval.pk, by=approval.key)
    report = Report(claim.claim_id, "succeeded", version.sha256, "Sent.")
    lifecycle.report(approval.pk, report, by=approval.key)
    return approval


def columns(row: models.Model | None) -> dict[str, object] | None:
    if row is None:
        return None
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}


def ordered(rows: Iterable[models.Model], by: str) -> list[models.Model]:
    return sorted(rows, key=attrgetter(by))


def with_people(row: models.Model, *people: str) -> list[object]:
    """The row's values, and those of what it points to under these names."""
    return [columns(row), *(columns(getattr(row, name)) for name in people)]


def everything(approval: Approval) -> dict[str, object]:
    claim = getattr(approval, "claim", None)
    return {
        "request": columns(approval),
        "policy": columns(approval.policy),
        "agent": with_people(approval.agent, "owner"),
        "key": with_people(approval.key, "owner", "minted_by"),
        "owners": [columns(approval.agent_owner), columns(approval.key_owner), columns(approval.key_minter)],
        "versions": [with_people(one, "edited_by") for one in ordered(approval.versions.all(), "number")],
        "assignments": [with_people(one, "in_place_of") for one in ordered(approval.assignments.all(), "id")],
        "votes": [
            with_people(one, "user", "principal") for one in ordered(approval.votes.all(), "decided_at")
        ],
        "openings": [columns(one) for one in ordered(approval.openings.all(), "id")],
        "claim": columns(claim),
        "outcome": columns(getattr(claim, "outcome", None)),
    }


@pytest.mark.parametrize("make", [pending, handed_on, rejected, executed])
def test_a_request_read_whole_is_what_its_models_read(
    make: Callable[[], Approval], django_assert_num_queries
) -> None:
    made = make()

    (whole,) = read_whole(Approval.objects.filter(pk=made.pk))
    with CaptureQueriesContext(connection) as asked:
        found = everything(whole)

    assert found == everything(Approval.objects.get(pk=made.pk))
    of_what = [query["sql"] for query in asked if not re.search("password|secret", query["sql"])]
    assert of_what == []


def test_requests_are_read_the_newest_first_and_none_where_none_is_wanted() -> None:
    made = [pending().pk for _ in range(3)]

    assert [one.pk for one in read_whole(Approval.objects.all())] == made[::-1]
    assert read_whole(Approval.objects.none()) == []


def test_a_request_is_read_without_looking_through_any_table() -> None:
    """However many people, requests and votes there are."""
    approval = executed()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN SELECT {WHOLE} FROM approvals_approval request WHERE id = %s", [approval.pk])
        plan = "\n".join(line for (line,) in cursor.fetchall())

    assert "Seq Scan" not in plan
