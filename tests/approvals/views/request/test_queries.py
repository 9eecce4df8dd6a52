"""How often does a request's page talk to the database, whatever has become of the request and whoever looks?"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from approvals import lifecycle
from approvals.lifecycle import Report
from approvals.models import Approval
from grants.models import User
from tests.approvals.views.browse import client_of, url
from tests.factories import (
    EMAIL_PAYLOAD,
    approve,
    make_approval,
    make_approver,
    make_grant,
    make_key,
    make_policy,
    make_user,
    reject,
)

pytestmark = pytest.mark.django_db

MOST_QUERIES = 12
BOTH = ("sales@example.com", "finance@example.com")


def pending() -> Approval:
    return make_approval(assignees=BOTH)


def half_approved() -> Approval:
    approval = make_approval(risk="critical", assignees=BOTH)
    approve(approval, by=make_user())
    return approval


def edited() -> Approval:
    approval = make_approval(risk="critical", assignees=BOTH)
    approve(approval, by=make_user("finance@example.com"))
    approve(approval, by=make_user(), edited={**EMAIL_PAYLOAD, "subject": "Another"})
    return approval


def handed_on() -> Approval:
    approval = pending()
    lifecycle.reassign(
        approval.pk,
        by=make_user(),
        to="finance@example.com.au",
        reason="They know the case",
        instead_of="sales@example.com",
        accepts_unknown=True,
    )
    lifecycle.comment(approval.pk, by=make_user("finance@example.com"), text="Is that right?")
    return approval


def rejected() -> Approval:
    approval = pending()
    reject(approval, by=make_user())
    return approval


def executed() -> Approval:
    approval = pending()
    approve(approval, by=make_user())
    claim = lifecycle.claim(approval.pk, by=approval.key)
    lifecycle.report(
        approval.pk, Report(claim.claim_id, "succeeded", approval.version().sha256), by=approval.key
    )
    return approval


def draft() -> Approval:
    return make_approval(policy=make_policy("note", pattern="draft_only"), assignees=BOTH)


def proposed_again() -> Approval:
    key = make_key()[0]
    before = make_approval(key=key, assignees=BOTH)
    reject(before, by=make_user(), resolution="changes_requested")
    return make_approval(key=key, assignees=BOTH, supersedes=before.pk)


STATES = (pending, half_approved, edited, handed_on, rejected, executed, draft, proposed_again)


@pytest.fixture
def people() -> list[User]:
    """Who is named, an approver, an administrator, and one who stands in for somebody, each with other requests."""
    make_grant(make_user("finance@example.com"), make_user("deputy@example.com"))
    for _ in range(3):
        pending()
    return [
        make_user(),
        make_approver(),
        make_user("root@example.com", is_staff=True),
        make_user("deputy@example.com"),
    ]


@pytest.mark.parametrize("page", ["request", "review"])
@pytest.mark.parametrize("make", STATES, ids=lambda make: make.__name__)
def test_a_page_takes_few_queries_with_the_list_beside_a_request(
    make: Callable[[], Approval], page: str, people: list[User], django_assert_max_num_queries
) -> None:
    approval = make()
    for person in people:
        client = client_of(person)

        with django_assert_max_num_queries(MOST_QUERIES):
            response = client.get(url(page, approval))

        assert response.status_code == 200 or page == "review"


def test_saying_what_was_decided_before_takes_two_more_at_most(
    people: list[User], django_assert_max_num_queries
) -> None:
    done, approval = rejected(), half_approved()
    for person in people:
        client = client_of(person)

        with django_assert_max_num_queries(MOST_QUERIES + 2):
            client.get(url("request", approval) + f"?done={done.pk}")
        with django_assert_max_num_queries(MOST_QUERIES):
            client.get(url("following", done))
