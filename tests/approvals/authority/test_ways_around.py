"""Ways around the rules that a clever person would try: through a friend, a grant, or the order of things."""

from __future__ import annotations

import pytest

from approvals import authority, lifecycle
from approvals.exceptions import InvalidInput, NotPermitted, SeatTaken
from approvals.models import Approval, Vote
from audit import clock
from grants.models import User
from tests.approvals.views.browse import client_of, text_of
from tests.factories import approve, make_approval, make_approver, make_grant, make_policy, make_user

pytestmark = pytest.mark.django_db


def hand_on(approval: Approval, *, by: User, to: str, instead_of: str = "") -> Approval:
    return lifecycle.reassign(
        approval.pk, by=by, to=to, instead_of=instead_of, reason="Away.", accepts_unknown=True
    )


def status(approval: Approval) -> str:
    return str(Approval.objects.get(pk=approval.pk).status)


def under_policy(*assignees: str, **fields: object) -> Approval:
    """A request whose policy names finance@, and whose agent names these."""
    make_user("finance@example.com")
    policy = make_policy(reviewers=["finance@example.com"], **fields)
    return make_approval(policy=policy, assignees=assignees)


@pytest.mark.shows("only-own-authority-is-lent")
def test_an_administrator_does_not_decide_through_whom_they_handed_it_to() -> None:
    approval, staff = make_approval(), make_user("staff@example.com", is_staff=True)
    friend = make_user("friend@example.com")
    make_grant(friend, staff)
    hand_on(approval, by=staff, to=friend.email, instead_of="sales@example.com")

    with pytest.raises(NotPermitted):
        approve(approval, by=staff)

    assert not authority.decidable_by(staff, at=clock.now()).exists()


@pytest.mark.shows("only-own-authority-is-lent")
def test_nor_where_the_grant_is_given_afterwards() -> None:
    approval, staff = make_approval(), make_user("staff@example.com", is_staff=True)
    friend = make_user("friend@example.com")
    hand_on(approval, by=staff, to=friend.email, instead_of="sales@example.com")
    make_grant(friend, staff)

    with pytest.raises(NotPermitted):
        approve(approval, by=staff)


@pytest.mark.shows("administrators-decide-nothing")
@pytest.mark.parametrize("has_account", [True, False])
def test_an_administrator_hands_nothing_to_an_account_that_they_may_have_made_for_it(
    has_account: bool,
) -> None:
    approval, staff = make_approval(), make_user("staff@example.com", is_staff=True)
    if has_account:
        make_user("puppet@example.com", proven_at=clock.now())

    with pytest.raises(InvalidInput, match="administrator hands"):
        hand_on(approval, by=staff, to="puppet@example.com", instead_of="sales@example.com")


@pytest.mark.shows("handing-on-keeps-the-judges")
def test_an_administrator_adds_no_judge_of_their_own() -> None:
    approval = under_policy()
    make_user("friend@example.com")

    with pytest.raises(InvalidInput, match="replaces a person"):
        hand_on(approval, by=make_user("staff@example.com", is_staff=True), to="friend@example.com")


@pytest.mark.shows("votes-stand")
def test_what_a_vote_counted_for_does_not_change_afterwards() -> None:
    approval = under_policy("x@example.com", quorum=2)
    x, y, finance = (make_user(f"{name}@example.com") for name in ("x", "y", "finance"))
    approve(approval, by=x)
    hand_on(approval, by=x, to=y.email, instead_of=x.email)
    hand_on(approval, by=finance, to="other@example.com", instead_of=finance.email)
    approve(approval, by=y)

    assert status(approval) == "pending"
    assert set(Vote.objects.values_list("fills_policy_seat", flat=True)) == {False}


@pytest.mark.shows("agents-never-pick-their-judges-alone")
def test_the_agents_pick_leaves_the_policys_seat_to_whom_it_is_of() -> None:
    approval = under_policy("x@example.com", quorum=2)
    x, finance = make_user("x@example.com"), make_user("finance@example.com")
    make_grant(finance, x)
    approve(approval, by=x)
    approve(approval, by=finance)

    assert status(approval) == "approved"
    assert Vote.objects.get(user=x).grant is None


def test_but_fills_it_where_the_vote_would_otherwise_not_count() -> None:
    approval = under_policy("x@example.com")
    x = make_user("x@example.com")
    make_grant(make_user("finance@example.com"), x)
    approve(approval, by=x)

    assert status(approval) == "approved"
    assert Vote.objects.get(user=x).principal.email == "finance@example.com"


def test_a_party_without_an_account_is_not_asked_either() -> None:
    approval = make_approval(initiated_by="boss@example.com")

    with pytest.raises(InvalidInput, match="party to this request"):
        hand_on(approval, by=make_approver(), to="boss@example.com", instead_of="sales@example.com")


def test_a_delegate_of_two_who_have_both_approved_is_told_whose_seat_is_filled() -> None:
    approval = make_approval(risk="critical", assignees=("one@example.com", "other@example.com"))
    grant = make_grant(make_user("one@example.com"))
    make_user("other@example.com")
    approve(approval, by=grant.grantor)

    with pytest.raises(SeatTaken, match="The seat of One is filled"):
        approve(approval, by=grant.grantee)


@pytest.mark.shows("voters-stay-hidden")
def test_an_administrator_who_could_decide_it_reads_no_votes_beside_the_page() -> None:
    staff = make_user("staff@example.com", is_staff=True, is_superuser=True)
    approval = make_approval(risk="critical", assignees=("one@example.com", staff.email))
    approve(approval, by=make_user("one@example.com"), comment="SECRET")
    vote = Vote.objects.get()

    page = client_of(staff).get(f"/admin/approvals/vote/{vote.pk}/change/", follow=True)
    others = client_of(make_user("other@example.com", is_staff=True, is_superuser=True))

    assert "SECRET" not in text_of(page)
    assert "SECRET" in text_of(others.get(f"/admin/approvals/vote/{vote.pk}/change/", follow=True))
