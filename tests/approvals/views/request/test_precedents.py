"""What people decided of the newest ones under the same policy stands beside the evidence."""

from __future__ import annotations

import pytest
from django.db import connection

from approvals import lifecycle
from approvals.models import Approval
from approvals.views.request import precedents
from approvals.views.request.access import case_of
from approvals.views.request.precedents import Precedents, precedents_of
from grants.models import User
from tests.approvals.views.browse import client_of, text_of, url
from tests.factories import EMAIL_PAYLOAD, age, approve, make_approval, make_policy, make_user, reject

pytestmark = pytest.mark.django_db


def decided(*, approved: int = 0, edited: int = 0, rejected: int = 0) -> None:
    person = make_user()
    for number in range(approved):
        change = {**EMAIL_PAYLOAD, "subject": "Another"} if number < edited else None
        approve(make_approval(), by=person, edited=change)
    for _ in range(rejected):
        reject(make_approval(), by=person)


def precedents_for(approval: Approval, person: User | None = None) -> Precedents | None:
    return precedents_of(case_of(person or make_user(), approval.pk))


def said(approval: Approval) -> str:
    return " ".join(text_of(client_of(make_user()).get(url("request", approval))).split())


def test_how_the_newest_were_decided_is_said():
    decided(approved=3, edited=1, rejected=2)
    approval = make_approval()

    assert precedents_for(approval) == Precedents(approved=3, edited=1, rejected=2, late=0)
    assert (
        "Of the last 5 decided under external_email, 3 were approved, 1 of them edited, and 2 rejected."
        in said(approval)
    )


@pytest.mark.parametrize(
    ("counts", "sentence"),
    [
        ({"approved": 2}, "Of the last 2 decided under external_email, all were approved."),
        ({"rejected": 2}, "Of the last 2 decided under external_email, all were rejected."),
        ({"approved": 2, "edited": 2}, "all were approved, 2 of them edited."),
    ],
)
def test_where_all_went_one_way_it_is_said_so(counts, sentence):
    decided(**counts)

    assert sentence in said(make_approval())


def test_without_a_history_nothing_is_said():
    assert "decided under" not in said(make_approval())


def test_another_policy_is_another_history():
    decided(approved=1)
    other = make_approval(policy=make_policy("refund"))

    assert not precedents_for(other)


def test_what_nobody_decided_in_time_was_rejected_by_nobody():
    approval = make_approval(policy=make_policy("refund", breach_action="reject"))
    age(approval, days=30)
    lifecycle.sweep()

    assert precedents_for(make_approval(policy=approval.policy)) == Precedents(0, 0, 0, late=1)


def test_what_is_decided_itself_is_not_compared():
    decided(approved=1)
    approval = make_approval()
    approve(approval, by=make_user())

    assert precedents_for(approval) is None


def test_who_does_not_decide_is_told_nothing():
    decided(approved=1)

    assert precedents_for(make_approval(), make_user("root@example.com", is_staff=True)) is None


def test_only_the_newest_count(monkeypatch):
    monkeypatch.setattr(precedents, "MOST", 2)
    decided(approved=2, rejected=2)

    assert precedents_for(make_approval()) == Precedents(approved=0, edited=0, rejected=2, late=0)


def test_one_index_finds_them_in_order():
    newest = Approval.objects.last_decided_of_type("external_email")[:50]

    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        plan = newest.explain()

    assert "approval_decided_by_type" in plan
    assert "Sort" not in plan
