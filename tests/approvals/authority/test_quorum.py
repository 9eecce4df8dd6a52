"""How many have to approve, and who of them: different people, different principals, and one whom the policy wants."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from approvals.exceptions import SeatTaken
from approvals.models import Approval, Vote
from tests.factories import approve, make_approval, make_approver, make_grant, make_policy, make_user, reject

pytestmark = pytest.mark.django_db

AMY, BOB = "amy@example.com", "bob@example.com"
"""Both named by the agent; Pam and Quin are the policy's reviewers, Esc its escalation target."""

PAM, QUIN, ESC = "pam@example.com", "quin@example.com", "esc@example.com"
CAT, DEP, ODD = "cat@example.com", "deputy@example.com", "odd@example.com"
"""An approver, who holds a grant of Pam, and who holds one of Amy."""


def opened(*, quorum: int, reviewers: Sequence[str] = (PAM, QUIN)) -> Approval:
    make_approver(CAT)
    make_grant(make_user(PAM), make_user(DEP))
    make_grant(make_user(AMY), make_user(ODD))
    ladder = [{"emails": [ESC], "after_minutes": 0}]
    policy = make_policy(quorum=quorum, reviewers=list(reviewers), escalation=ladder)
    return make_approval(policy=policy, assignees=(AMY, BOB, ESC))


def status_after(approval: Approval, people: Sequence[str]) -> str:
    """How it stands after those have approved, as far as their seats are free."""
    for email in people:
        try:
            approve(approval, by=make_user(email))
        except SeatTaken:
            continue
    return Approval.objects.get(pk=approval.pk).status


@pytest.mark.shows("agents-never-pick-their-judges-alone")
@pytest.mark.parametrize(
    ("people", "status"),
    [
        ([AMY], "pending"),
        ([AMY, BOB], "pending"),
        ([ODD], "pending"),
        ([AMY, BOB, PAM], "approved"),
        ([PAM], "approved"),
        ([CAT], "approved"),
        ([DEP], "approved"),
        ([ESC], "approved"),
    ],
)
def test_an_agent_never_picks_its_judges_alone(people: list[str], status: str) -> None:
    assert status_after(opened(quorum=1), people) == status


@pytest.mark.parametrize("people", [[AMY], [BOB], [ODD], [CAT]])
def test_without_reviewers_of_the_policys_whoever_is_named_will_do(people: list[str]) -> None:
    assert status_after(opened(quorum=1, reviewers=()), people) == "approved"


@pytest.mark.parametrize(
    ("people", "status"),
    [
        ([PAM], "pending"),
        ([PAM, PAM], "pending"),
        ([AMY, BOB], "pending"),
        ([AMY, ODD], "pending"),
        ([PAM, DEP], "pending"),
        ([DEP, PAM], "pending"),
        ([PAM, DEP, PAM, DEP], "pending"),
        ([PAM, QUIN], "approved"),
        ([PAM, AMY], "approved"),
        ([AMY, DEP], "approved"),
        ([ODD, DEP], "approved"),
        ([DEP, QUIN], "approved"),
        ([CAT, BOB], "approved"),
        ([AMY, BOB, ESC], "approved"),
    ],
)
def test_two_different_people_approve_for_two_different_people(people: list[str], status: str) -> None:
    assert status_after(opened(quorum=2), people) == status


def test_three_take_three() -> None:
    approval = opened(quorum=3)

    assert status_after(approval, [PAM, DEP, AMY]) == "pending"
    assert status_after(approval, [CAT]) == "approved"


def test_a_rejection_takes_no_quorum_and_no_free_seat() -> None:
    approval = opened(quorum=2)
    approve(approval, by=make_user(PAM))

    assert reject(approval, by=make_user(DEP)).status == "rejected"


@pytest.mark.shows("nobody-fills-two-seats")
def test_nobody_approves_twice_under_two_grants() -> None:
    approval = opened(quorum=2)
    make_grant(make_user(QUIN), make_user(DEP))
    approve(approval, by=make_user(DEP))

    with pytest.raises(SeatTaken, match="already approved"):
        approve(approval, by=make_user(DEP))

    assert Approval.objects.get(pk=approval.pk).is_pending


@pytest.mark.shows("nobody-fills-two-seats")
def test_nobody_approves_in_person_and_under_a_grant() -> None:
    approval = opened(quorum=2)
    make_grant(make_user(PAM), make_user(QUIN))
    approve(approval, by=make_user(QUIN))

    with pytest.raises(SeatTaken, match="already approved"):
        approve(approval, by=make_user(QUIN))


@pytest.mark.shows("nobody-fills-two-seats")
def test_nobody_is_delegate_for_one_and_principal_of_another() -> None:
    """Quin decides for Pam, and has an authority of their own only afterwards, which is lent on."""
    approval = opened(quorum=3, reviewers=[PAM])
    quin = make_user(QUIN)
    make_grant(make_user(PAM), quin)
    make_grant(quin, make_user("last@example.com"))
    approve(approval, by=quin)
    make_approver(QUIN)

    with pytest.raises(SeatTaken, match="seat of Quin"):
        approve(approval, by=make_user("last@example.com"))

    assert Approval.objects.get(pk=approval.pk).is_pending


@pytest.mark.shows("nobody-fills-two-seats")
@pytest.mark.parametrize(("first", "second"), [(PAM, DEP), (DEP, PAM)])
def test_a_principal_and_their_delegate_fill_one_seat(first: str, second: str) -> None:
    approval = opened(quorum=2)
    approve(approval, by=make_user(first))

    with pytest.raises(SeatTaken):
        approve(approval, by=make_user(second))

    assert Approval.objects.get(pk=approval.pk).is_pending
    assert status_after(approval, [QUIN]) == "approved"


@pytest.mark.shows("nobody-fills-two-seats")
def test_two_delegates_of_one_principal_fill_one_seat() -> None:
    approval = opened(quorum=2)
    make_grant(make_user(PAM), make_user("second@example.com"))
    approve(approval, by=make_user(DEP))

    with pytest.raises(SeatTaken, match="seat of Pam"):
        approve(approval, by=make_user("second@example.com"))

    assert Approval.objects.get(pk=approval.pk).is_pending


def test_a_delegate_takes_the_seat_that_is_free() -> None:
    approval = opened(quorum=2)
    make_grant(make_user(QUIN), make_user(DEP))
    approve(approval, by=make_user(PAM))

    decided = approve(approval, by=make_user(DEP))

    assert decided.status == "approved"
    assert Vote.objects.get(user__email=DEP).principal.email == QUIN
