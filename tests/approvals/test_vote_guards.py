"""Which votes, and which approvals, the database refuses when Python is gone around."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError

from approvals.models import Approval, VoteSeat
from tests.approvals.sql import insert_vote, run
from tests.database_role import as_connected
from tests.factories import (
    EMAIL_PAYLOAD,
    approve,
    make_approval,
    make_grant,
    make_user,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sql_as_application", "rows_alone")]


@pytest.mark.shows("a-vote-names-its-payload")
@pytest.mark.parametrize(
    "changes",
    [
        {"version": 2},
        {"payload_sha256": bytes(32)},
        {"verdict": "reject"},
        {"resolution": "declined"},
        {"verdict": "reject", "resolution": "sla_expired"},
    ],
    ids=str,
)
def test_a_vote_is_on_the_current_version_and_says_what_it_is(changes: dict[str, Any]) -> None:
    approval = make_approval()

    with pytest.raises(IntegrityError):
        insert_vote(approval, **changes)


@pytest.mark.shows("a-vote-names-its-payload")
def test_no_vote_on_a_version_that_was_superseded() -> None:
    approval = make_approval(risk="critical")
    approve(approval, by=make_user(), edited={**EMAIL_PAYLOAD, "subject": "Corrected"})

    with pytest.raises(IntegrityError, match="current version"):
        insert_vote(approval, user_id=make_user("other@example.com").pk)


APPROVED = "status = 'approved', decided_at = now(), valid_until = now() + interval '1 hour'"


def finish(approval: Approval) -> None:
    run(f"UPDATE approvals_approval SET {APPROVED} WHERE id = %s", approval.pk)


def test_one_vote_of_two_does_not_approve() -> None:
    approval = make_approval(risk="critical")
    insert_vote(approval)

    with pytest.raises(IntegrityError, match="1 of 2 approvals"):
        finish(approval)


@pytest.mark.shows("a-vote-names-its-payload")
def test_votes_on_an_earlier_payload_do_not_approve() -> None:
    approval = make_approval(risk="critical", assignees=("sales@example.com", "finance@example.com"))
    approve(approval, by=make_user())
    approve(approval, by=make_user("finance@example.com"), edited={**EMAIL_PAYLOAD, "subject": "Corrected"})

    with pytest.raises(IntegrityError, match="1 of 2 approvals"):
        finish(approval)


def test_a_rejecting_vote_does_not_approve() -> None:
    approval = make_approval()
    insert_vote(approval, verdict="reject", resolution="declined")

    with pytest.raises(IntegrityError, match="0 of 1 approvals"):
        finish(approval)


def test_two_votes_approve_what_takes_two() -> None:
    approval = make_approval(risk="critical")
    insert_vote(approval)
    other = make_user("other@example.com").pk
    insert_vote(approval, user_id=other, principal_id=other)

    finish(approval)

    assert Approval.objects.get(pk=approval.pk).status == "approved"


@pytest.mark.shows("decided-is-final")
def test_no_vote_on_a_decided_request() -> None:
    approval = make_approval()
    approve(approval, by=make_user())

    with pytest.raises(IntegrityError, match="approved"):
        insert_vote(approval, user_id=make_user("other@example.com").pk)


@pytest.mark.shows("nobody-fills-two-seats")
def test_one_person_never_fills_two_seats() -> None:
    approval = make_approval(risk="critical")
    insert_vote(approval)

    with pytest.raises(IntegrityError, match="vote_seat_one_per_person"):
        insert_vote(approval)


@pytest.mark.shows("nobody-fills-two-seats")
def test_a_principal_and_their_delegate_never_fill_two_seats() -> None:
    approval = make_approval(risk="critical")
    principal = make_user("finance@example.com")
    insert_vote(approval, user_id=principal.pk, principal_id=principal.pk)

    grant = make_grant(principal, make_user())

    with pytest.raises(IntegrityError, match="vote_seat_one_per_person"):
        insert_vote(approval, principal_id=principal.pk, grant_id=grant.pk)


@pytest.mark.shows("nobody-fills-two-seats")
def test_a_seat_is_taken_by_a_vote_only() -> None:
    approval = make_approval(risk="critical")
    approve(approval, by=make_user())

    # The application's role may not even try.
    with as_connected(), pytest.raises(IntegrityError, match="by a vote only"):
        run(
            "INSERT INTO approvals_voteseat (approval_id, version, user_id, vote_id)"
            " SELECT approval_id, version, %s, vote_id FROM approvals_voteseat",
            make_user("other@example.com").pk,
        )


@pytest.mark.shows("the-record-only-grows")
def test_a_seat_is_only_ever_closed() -> None:
    approval = make_approval(risk="critical")
    approve(approval, by=make_user())

    with as_connected():
        run("UPDATE approvals_voteseat SET is_open = false")

    with as_connected(), pytest.raises(IntegrityError, match="append-only"):
        run("UPDATE approvals_voteseat SET is_open = true")
    with as_connected(), pytest.raises(IntegrityError, match="append-only"):
        run("UPDATE approvals_voteseat SET is_open = false, version = 2")


def test_a_decision_closes_assignments_and_seats() -> None:
    approval = make_approval()

    approve(approval, by=make_user())

    approval.refresh_from_db()
    named = approval.assignments.get()
    assert (named.is_open, named.decided_at) == (False, approval.decided_at)
    assert (named.risk, named.action_type) == (approval.risk, approval.action_type)
    assert not VoteSeat.objects.filter(is_open=True).exists()
