"""What is lent is the lender's own, and only while it is theirs and the grant holds."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from approvals import authority, delegation, lifecycle
from approvals.exceptions import NotPermitted
from approvals.models import Approval, Vote
from audit import clock
from audit.message import SYSTEM
from grants import membership
from grants.models import DelegatedGrant, User
from tests.factories import (
    approve,
    make_agent,
    make_approval,
    make_approver,
    make_grant,
    make_key,
    make_policy,
    make_user,
    reject,
    seen,
)

pytestmark = pytest.mark.django_db

ANN, BEN, CAT = "sales@example.com", "ben@example.com", "cat@example.com"
"""Ann is named on each request; Ben and Cat are not."""

DECISIONS = pytest.mark.parametrize("decide", [approve, reject])


def may_decide(email: str, approval: Approval) -> bool:
    """By the ruling and by the table of requests."""
    user, at = make_user(email), clock.now()
    is_allowed = authority.may_decide(user, Approval.objects.get(pk=approval.pk), at=at).allowed
    assert authority.decidable_by(user, at=at).filter(pk=approval.pk).exists() is is_allowed
    return is_allowed


def lend(grantor: str, grantee: str, **fields: Any) -> DelegatedGrant:
    return make_grant(make_user(grantor), make_user(grantee), **fields)


@DECISIONS
def test_a_delegate_decides_in_the_lenders_name(decide: Callable[..., Approval]) -> None:
    approval, grant = make_approval(), lend(ANN, BEN)

    decide(approval, by=grant.grantee)

    vote = Vote.objects.get()
    assert (vote.user, vote.principal, vote.grant, vote.basis) == (
        grant.grantee,
        grant.grantor,
        grant,
        "assignee",
    )


@pytest.mark.shows("authority-holds-at-the-vote")
@DECISIONS
def test_what_was_revoked_while_the_reviewer_read_does_not_count(decide: Callable[..., Approval]) -> None:
    approval, grant = make_approval(), lend(ANN, BEN)
    assert may_decide(BEN, approval)
    delegation.revoke(grant.pk, by=grant.grantor)

    with pytest.raises(NotPermitted, match="has ended"):
        decide(approval, by=grant.grantee)

    assert not Vote.objects.exists()
    assert not may_decide(BEN, approval)


@pytest.mark.shows("authority-holds-at-the-vote")
@DECISIONS
def test_what_ran_out_while_the_reviewer_read_does_not_count(decide: Callable[..., Approval]) -> None:
    approval = make_approval()
    grant = lend(ANN, BEN, expires_at=clock.now() + timedelta(milliseconds=200))
    shown = seen(approval)
    assert may_decide(BEN, approval)
    time.sleep(max(0, (grant.expires_at - clock.now()).total_seconds()))

    with pytest.raises(NotPermitted, match="has ended"):
        decide(approval, by=grant.grantee)

    assert seen(approval) == shown
    assert not Vote.objects.exists()


@pytest.mark.shows("authority-holds-at-the-vote", "votes-stand")
def test_a_vote_stands_though_the_grant_ends_after_it() -> None:
    approval = make_approval(risk="critical", assignees=(ANN, CAT))
    grant = lend(ANN, BEN)
    approve(approval, by=grant.grantee)

    delegation.revoke(grant.pk, by=grant.grantor)

    assert approve(approval, by=make_user(CAT)).status == "approved"
    assert not may_decide(BEN, make_approval(assignees=(ANN,)))


@pytest.mark.shows("only-own-authority-is-lent")
def test_what_was_lent_is_not_lent_on() -> None:
    approval = make_approval()
    lend(ANN, BEN)
    grant = lend(BEN, CAT)

    with pytest.raises(NotPermitted):
        approve(approval, by=grant.grantee)

    assert (may_decide(BEN, approval), may_decide(CAT, approval)) == (True, False)


@pytest.mark.shows("only-own-authority-is-lent")
def test_a_circle_lends_nobody_more_than_they_have() -> None:
    approval = make_approval()
    lend(ANN, BEN)
    lend(BEN, ANN)

    approve(approval, by=make_user(ANN))

    vote = Vote.objects.get()
    assert (vote.principal, vote.grant) == (make_user(ANN), None)


@pytest.mark.shows("only-own-authority-is-lent")
def test_a_circle_brings_nothing_back() -> None:
    approval = make_approval()
    lend(ANN, BEN)
    lend(BEN, ANN)
    make_user(CAT)
    lifecycle.reassign(approval.pk, by=make_user(ANN), to=CAT, reason="On leave.", instead_of=ANN)

    assert [may_decide(email, approval) for email in (ANN, BEN, CAT)] == [False, False, True]


LOSSES: dict[str, Callable[[Approval], object]] = {
    "their place went to another": lambda approval: lifecycle.reassign(
        approval.pk, by=make_user(ANN), to=make_user(CAT).email, reason="On leave.", instead_of=ANN
    ),
    "they left the approvers": lambda _: membership.leave(make_user(ANN), by=SYSTEM),
    "their account was deactivated": lambda _: User.objects.filter(email=ANN).update(is_active=False),
}


@pytest.mark.shows("only-own-authority-is-lent")
@DECISIONS
@pytest.mark.parametrize("loss", LOSSES)
def test_what_the_lender_lost_is_lent_no_more(loss: str, decide: Callable[..., Approval]) -> None:
    if loss == "they left the approvers":
        make_approver(ANN)
        approval = make_approval(assignees=(CAT,))
    else:
        approval = make_approval()
    grant = lend(ANN, BEN)
    assert may_decide(BEN, approval)

    LOSSES[loss](approval)

    with pytest.raises(NotPermitted):
        decide(approval, by=grant.grantee)
    assert not may_decide(BEN, approval)
    assert not Vote.objects.exists()


def _of_party(party: str, person: User, risk: str) -> Approval:
    """A request that names that person, who is a party to it."""
    fields: dict[str, Any] = {"risk": risk, "assignees": (person.email,)}
    if party == "initiator":
        return make_approval(initiated_by=person.email.upper(), **fields)
    if party == "agent owner":
        key, _ = make_key(make_agent("Theirs", owner=person), owner=make_user("keeper@example.com"))
    else:
        key, _ = make_key(owner=person)
    return make_approval(key=key, **fields)


@pytest.mark.usefixtures("rows_alone")
@pytest.mark.shows("nobody-decides-their-own-proposal")
@pytest.mark.parametrize("through", ["in person", "as a delegate", "as a principal"])
@pytest.mark.parametrize("party", ["initiator", "agent owner", "key owner"])
@pytest.mark.parametrize(
    ("risk", "is_allowed_by_policy", "may"),
    [("low", False, False), ("low", True, True), ("medium", True, True), ("high", True, False), ("critical", True, False)],
)  # fmt: skip
def test_nobody_decides_what_an_agent_does_for_them(
    through: str, party: str, risk: str, is_allowed_by_policy: bool, may: bool
) -> None:
    make_policy(allow_self_approval=is_allowed_by_policy)
    approver, person = make_approver(), make_user("party@example.com")
    approval = _of_party(party, person, risk)
    decider = person
    if through == "as a principal":
        decider = make_grant(person, make_user(BEN)).grantee
    if through == "as a delegate":
        approval.assignments.update(removed_at=clock.now())
        make_grant(approver, person)

    if may:
        assert approve(approval, by=decider).status == "approved"
        return
    with pytest.raises(NotPermitted):
        approve(approval, by=decider)
    assert not may_decide(decider.email, approval)
    assert not Vote.objects.exists()
