"""Who handed a request on takes that back, while nobody has acted on it."""

from __future__ import annotations

import json

import pytest
from django.db import IntegrityError, transaction

from approvals import authority, lifecycle
from approvals.exceptions import ActedMeanwhile, AlreadyDecided, NotPermitted
from approvals.models import Approval, Assignment, Notification
from audit import clock
from audit.models import Event
from grants.models import User
from tests.factories import age, approve, make_approval, make_approver, make_policy, make_user, reject

pytestmark = pytest.mark.django_db

SALES, NEW, THIRD = "sales@example.com", "new@example.com", "third@example.com"


def handed_on(
    approval: Approval | None = None, *, by: User | None = None, instead_of: str = SALES
) -> Approval:
    approval = approval or make_approval()
    make_user(NEW)
    lifecycle.reassign(
        approval.pk, by=by or make_user(SALES), to=NEW, reason="On leave.", instead_of=instead_of
    )
    return Approval.objects.get(pk=approval.pk)


def take_back(approval: Approval, *, by: User | None = None, of: str = NEW) -> Approval:
    return lifecycle.take_back(approval.pk, by=by or make_user(SALES), of=of)


def named(approval: Approval) -> set[str]:
    found = set(Assignment.objects.filter(approval=approval, is_open=True).values_list("email", flat=True))
    assert found == set(approval.assignments.filter(removed_at=None).values_list("email", flat=True))
    return found


def may_decide(email: str, approval: Approval) -> bool:
    row = Approval.objects.get(pk=approval.pk)
    return authority.may_decide(make_user(email), row, at=clock.now()).allowed


def told(kind: str) -> list[str]:
    return list(Notification.objects.filter(kind=kind).values_list("recipient", flat=True))


def test_it_is_as_it_was_before() -> None:
    approval = handed_on()

    take_back(approval)

    assert named(approval) == {SALES}
    assert (may_decide(SALES, approval), may_decide(NEW, approval)) == (True, False)
    assert told("taken_back") == [NEW]


def test_the_log_says_who_is_asked_no_more_and_who_is_again() -> None:
    approval = handed_on()

    take_back(approval)

    event = Event.objects.about("approval", approval.pk).get(type="approval.taken_back")
    body = json.loads(bytes(event.body.content))
    assert body["actor"]["id"] == str(make_user(SALES).pk)
    assert body["data"] == {"from": NEW, "to": SALES}


def test_a_place_more_is_only_taken_away() -> None:
    approval = handed_on(instead_of="")

    take_back(approval)

    assert named(approval) == {SALES}


def test_who_is_asked_again_is_told_where_somebody_else_had_handed_on_their_place() -> None:
    approver = make_approver()
    approval = handed_on(by=approver)
    Notification.objects.all().delete()

    take_back(approval, by=approver)

    assert (told("taken_back"), told("reassigned")) == ([NEW], [SALES])


@pytest.mark.parametrize("who", [NEW, THIRD, "approver@example.com", "staff@example.com"])
def test_nobody_else_takes_it_back(who: str) -> None:
    make_approver()
    make_user("staff@example.com", is_staff=True)
    approval = handed_on()

    with pytest.raises(NotPermitted):
        take_back(approval, by=make_user(who))

    assert named(approval) == {NEW}


def test_somebody_who_was_deactivated_takes_nothing_back() -> None:
    approval = handed_on()
    User.objects.filter(email=SALES).update(is_active=False)

    with pytest.raises(NotPermitted):
        take_back(approval, by=User.objects.get(email=SALES))


def test_nobody_takes_back_what_the_policy_or_the_agent_asked() -> None:
    approval = handed_on()

    with pytest.raises(NotPermitted):
        take_back(approval, of=SALES)


def test_not_once_somebody_has_voted() -> None:
    approval = make_approval(policy=make_policy(quorum=2), assignees=(SALES, "finance@example.com"))
    handed_on(approval)
    approve(approval, by=make_user("finance@example.com"))

    with pytest.raises(ActedMeanwhile, match="voted since"):
        take_back(approval)

    assert named(approval) == {NEW, "finance@example.com"}


def test_a_vote_from_before_does_not_stand_in_the_way() -> None:
    approval = make_approval(policy=make_policy(quorum=2), assignees=(SALES, "finance@example.com"))
    approve(approval, by=make_user("finance@example.com"))
    handed_on(approval)

    take_back(approval)

    assert named(approval) == {SALES, "finance@example.com"}


@pytest.mark.parametrize("decide", [approve, reject])
def test_not_once_it_is_decided(decide: object) -> None:
    approval = handed_on()
    decide(approval, by=make_user(NEW))  # type: ignore[operator]

    with pytest.raises(AlreadyDecided):
        take_back(approval)


def test_not_once_it_was_handed_on_further_or_taken_back_before() -> None:
    approval = handed_on()
    make_user(THIRD)
    lifecycle.reassign(approval.pk, by=make_user(NEW), to=THIRD, reason="I am away too.", instead_of=NEW)

    with pytest.raises(ActedMeanwhile):
        take_back(approval)
    take_back(approval, by=make_user(NEW), of=THIRD)
    take_back(approval)
    with pytest.raises(ActedMeanwhile):
        take_back(approval)

    assert named(approval) == {SALES}


def test_not_once_the_ladder_asks_them() -> None:
    ladder = [{"emails": [NEW], "after_minutes": 0}]
    policy = make_policy(breach_action="escalate", escalation=ladder)
    approval = age(make_approval(policy=policy), minutes=50)
    handed_on(approval)
    approval = age(approval, minutes=30)
    Assignment.objects.filter(email=NEW).update(placed_at=approval.created_at)
    lifecycle.breach_if_overdue(approval.pk)

    with pytest.raises(ActedMeanwhile, match="escalation"):
        take_back(approval)


def test_whom_the_agent_named_is_the_agents_choice_again() -> None:
    policy = make_policy(reviewers=[SALES])
    approval = make_approval(policy=policy, assignees=(SALES, NEW))
    lifecycle.reassign(
        approval.pk, by=make_user(NEW), to=make_user(THIRD).email, reason="Away.", instead_of=NEW
    )
    lifecycle.reassign(approval.pk, by=make_user(SALES), to=NEW, reason="Away.", instead_of=SALES)
    assert approval.assignments.get(email=NEW).source == "policy"

    take_back(approval)

    assert approval.assignments.get(email=NEW).source == "agent"


def test_what_was_taken_back_vouches_for_nobody_afterwards() -> None:
    policy = make_policy(reviewers=[SALES])
    approval = handed_on(make_approval(policy=policy, assignees=(SALES, THIRD)))
    take_back(approval)

    lifecycle.reassign(approval.pk, by=make_user(THIRD), to=NEW, reason="Away.", instead_of=THIRD)

    row = Approval.objects.get(pk=approval.pk)
    ruling = authority.may_decide(make_user(NEW), row, at=clock.now())
    assert not authority.fills_policy_seat(ruling, row)


def test_the_database_wants_to_know_when_a_place_was_handed_on() -> None:
    approval = handed_on()

    with pytest.raises(IntegrityError, match="assignment_placed_by_and_at"), transaction.atomic():
        approval.assignments.filter(email=NEW).update(placed_at=None)
