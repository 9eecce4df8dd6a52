"""Which votes on somebody's behalf the database refuses, and which grants."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError

from approvals.models import Approval
from audit import clock
from tests.approvals.sql import insert_vote, run
from tests.factories import (
    make_approval,
    make_grant,
    make_user,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sql_as_application", "rows_alone")]


def vote_under(approval: Approval, **terms: Any) -> None:
    """A vote by Sales for Finance, under a grant with those terms."""
    principal = make_user("finance@example.com")
    grant = make_grant(principal, make_user(), **terms)
    insert_vote(approval, principal_id=principal.pk, grant_id=grant.pk, decided_at=clock.now())


def test_a_vote_for_another_stands_under_their_grant() -> None:
    approval = make_approval(risk="critical")

    vote_under(approval)

    assert approval.votes.get().principal.email == "finance@example.com"


@pytest.mark.shows("only-authority-decides")
def test_no_vote_for_another_without_a_grant() -> None:
    approval = make_approval()

    with pytest.raises(IntegrityError, match="vote_for_another_by_grant"):
        insert_vote(approval, principal_id=make_user("finance@example.com").pk)


def test_no_vote_in_ones_own_name_under_a_grant() -> None:
    approval = make_approval()

    with pytest.raises(IntegrityError, match="no grant lends"):
        insert_vote(approval, grant_id=make_grant(make_user("finance@example.com"), make_user()).pk)


@pytest.mark.shows("only-authority-decides")
@pytest.mark.parametrize(
    ("grantor", "grantee"),
    [
        ("other@example.com", "sales@example.com"),
        ("finance@example.com", "other@example.com"),
        ("sales@example.com", "finance@example.com"),
    ],
    ids=["by another", "to another", "the other way round"],
)
def test_no_vote_under_somebody_elses_grant(grantor: str, grantee: str) -> None:
    approval, grant = make_approval(), make_grant(make_user(grantor), make_user(grantee))
    principal = make_user("finance@example.com")

    with pytest.raises(IntegrityError, match="no grant lends"):
        insert_vote(approval, principal_id=principal.pk, grant_id=grant.pk)


@pytest.mark.shows("authority-holds-at-the-vote")
@pytest.mark.parametrize(
    ("starts", "expires"), [(-2, -1), (1, 2)], ids=["it has run out", "it has not begun"]
)
def test_no_vote_under_a_grant_that_does_not_hold_now(starts: int, expires: int) -> None:
    at, approval = clock.now(), make_approval()

    with pytest.raises(IntegrityError, match="no grant lends"):
        vote_under(
            approval,
            starts_at=at + timedelta(hours=starts),
            expires_at=at + timedelta(hours=expires),
            created_at=at - timedelta(hours=3),
        )


@pytest.mark.shows("authority-holds-at-the-vote")
def test_no_vote_under_a_grant_that_was_revoked() -> None:
    approval, principal = make_approval(), make_user("finance@example.com")

    with pytest.raises(IntegrityError, match="no grant lends"):
        vote_under(approval, revoked_at=clock.now(), revoked_by=principal)


@pytest.mark.shows("votes-stand")
def test_a_vote_stands_by_its_own_moment_though_the_grant_ends_while_it_is_stored() -> None:
    approval, principal, at = make_approval(), make_user("finance@example.com"), clock.now()
    ends = at + timedelta(milliseconds=5)
    grant = make_grant(principal, make_user(), expires_at=ends)
    time.sleep(0.01)

    insert_vote(approval, principal_id=principal.pk, grant_id=grant.pk, decided_at=at)

    with pytest.raises(IntegrityError, match="no grant lends"):
        insert_vote(approval, principal_id=principal.pk, grant_id=grant.pk, decided_at=ends)


@pytest.mark.shows("authority-holds-at-the-vote")
@pytest.mark.parametrize("seconds", [-3600, 60], ids=["backdated", "postdated"])
def test_no_vote_under_a_grant_says_another_moment_than_now(seconds: int) -> None:
    approval, principal = make_approval(), make_user("finance@example.com")
    grant = make_grant(principal, make_user(), starts_at=clock.now() - timedelta(days=1))
    moment = clock.now() + timedelta(seconds=seconds)

    with pytest.raises(IntegrityError, match="of this moment"):
        insert_vote(approval, principal_id=principal.pk, grant_id=grant.pk, decided_at=moment)


@pytest.mark.shows("a-grant-has-limits")
@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        ("'grantee_id', grantor_id", "grant_to_somebody_else"),
        ("'expires_at', starts_at", "grant_expires_after_start"),
        ("'expires_at', starts_at - interval '1 hour'", "grant_expires_after_start"),
        ("'is_whole', false", "grant_scope_never_empty"),
    ],
)
def test_no_grant_is_given_against_the_rules(changes: str, constraint: str) -> None:
    at = clock.now()  # the role that only works here writes no grant of another time
    grant = make_grant(created_at=at, starts_at=at)

    with pytest.raises(IntegrityError, match=constraint):
        run(
            "INSERT INTO grants_delegatedgrant SELECT (jsonb_populate_record(g,"
            f" jsonb_build_object('id', gen_random_uuid(), {changes}))).* FROM grants_delegatedgrant g WHERE id = %s",
            grant.pk,
        )
