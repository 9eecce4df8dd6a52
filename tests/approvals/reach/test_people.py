"""One statement reads everybody around a request. What it finds equals what the filters of each model find."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from approvals import policy
from approvals.authority import StandIns
from approvals.models import Away, Channel, Choice
from approvals.notifications import pool_watchers, preferences
from approvals.notifications.routing import Kind, look_up
from approvals.reach import people, read_with_policies
from audit import clock
from audit.message import SYSTEM
from grants import membership
from grants.models import ApproverMembership, DelegatedGrant, User
from tests.factories import make_approval, make_approver, make_grant, make_policy, make_user

pytestmark = pytest.mark.django_db

NAMED = ("sales@example.com", "finance@example.com", "gone@example.com", "nobody@example.com")


@pytest.fixture(autouse=True)
def _everybody() -> None:
    """People of every kind, with grants, memberships, channels and choices that count and that do not."""
    sales, finance = make_user("sales@example.com"), make_user("finance@example.com")
    gone = make_user("gone@example.com", is_active=False)
    deputy, left = make_user("deputy@example.com"), make_user("left@example.com", is_active=False)
    now = timezone.now()
    make_grant(
        sales, deputy, is_whole=False, action_types=["refund"], workflows=["support"], highest_risk="low"
    )
    make_grant(sales, finance)
    make_grant(finance, left)
    make_grant(finance, deputy, starts_at=now + timedelta(hours=1))
    make_grant(finance, deputy, starts_at=now - timedelta(hours=3), expires_at=now - timedelta(hours=1))
    make_grant(finance, deputy, revoked_at=now, revoked_by=finance)
    make_grant(gone, deputy)
    quiet, watching, former = (
        make_approver(f"{name}@example.com") for name in ("quiet", "watching", "former")
    )
    closed = make_approver("closed@example.com")
    User.objects.filter(pk=closed.pk).update(is_active=False)
    membership.leave(former, by=SYSTEM)
    for person in (watching, former, closed, sales):
        Choice.objects.create(user=person, event=Kind.POOL, channel=None, is_on=True)
    Choice.objects.create(user=quiet, event=Kind.POOL, channel=None, is_on=False)
    for person in (sales, deputy, watching, gone):
        _channels(person)


def _channels(person: User) -> None:
    """One in use and one that was removed; the person hears of requests through the channel alone."""
    for name, removed in (("in use", None), ("removed", timezone.now())):
        Channel.objects.create(
            owner=person,
            kind="slack",
            name=name,
            sealed=b"" if removed else b"x",
            created_at=timezone.now(),
            removed_at=removed,
        )
    used = Channel.objects.in_use().get(owner=person)
    for route, is_on in ((None, False), (used, True)):
        Choice.objects.update_or_create(
            user=person, event=Kind.REQUESTED, channel=route, defaults={"is_on": is_on}
        )


def test_the_people_away_are_those_of_the_models() -> None:
    at = clock.now()
    for email, starts, ends in ((NAMED[0], -1, 1), (NAMED[1], 1, 2), (NAMED[2], -2, -1)):
        person = User.objects.get(email=email)
        Away.objects.create(
            user=person, starts_at=at + timedelta(hours=starts), ends_at=at + timedelta(hours=ends)
        )

    found = people.read(NAMED, at=at)

    assert found.away == {away.user.email: away for away in Away.objects.at(at)}
    assert set(found.away) == {NAMED[0]}


def test_accounts_and_approvers_are_those_of_the_models() -> None:
    at = clock.now()

    found = people.read(NAMED, at=at)

    expected = User.objects.filter(email__in=NAMED)
    assert found.accounts == {user.email: user for user in expected}
    assert found.active == set(expected.filter(is_active=True).values_list("email", flat=True))
    assert list(found.approvers.items()) == list(ApproverMembership.objects.joined(at).items())
    assert list(found.watchers) == pool_watchers(at) == ["watching@example.com"]


def test_stand_ins_are_those_whose_grants_count() -> None:
    at = clock.now()
    approvals = [
        make_approval(policy=make_policy("refund"), workflow="support"),
        make_approval(policy=make_policy("refund", risk="high"), risk="high"),
    ]
    active = DelegatedGrant.objects.active(at).filter(grantor__email__in=NAMED, grantee__is_active=True)
    grants = active.select_related("grantor", "grantee").order_by("pk")
    expected = StandIns(
        {
            who: [one for one in grants if one.grantor.email == who]
            for who in {one.grantor.email for one in grants}
        }
    )

    found = people.read(NAMED, at=at).stand_ins

    assert {who: [grant.pk for grant in lent] for who, lent in found.lent.items()} == {
        who: [grant.pk for grant in lent] for who, lent in expected.lent.items()
    }
    for approval in approvals:
        for address in NAMED:
            assert found.of(address, approval) == expected.of(address, approval)
            assert [one.email for one in found.of(address, approval)] == [
                one.email for one in expected.of(address, approval)
            ]


def test_routes_are_those_that_people_chose() -> None:
    found = people.read(NAMED, at=clock.now()).routes
    everybody = [*NAMED, "deputy@example.com", "watching@example.com"]
    expected = look_up(everybody)

    assert found.known.issuperset(everybody)
    for address in everybody:
        for kind in preferences.EVENTS:
            assert found.of(address, kind) == expected.of(address, kind), (address, kind)


def test_reviewers_of_the_policy_are_looked_up_with_those_whom_the_agent_names() -> None:
    current = make_policy("refund", reviewers=["finance@example.com"])
    anywhere = make_policy("*", reviewers=["gone@example.com"])
    make_policy("other", reviewers=["deputy@example.com"])

    around, candidates, _ = read_with_policies(
        ["sales@example.com"], action_type="refund", workflow="support"
    )

    assert set(around.accounts) == {"sales@example.com", "finance@example.com", "gone@example.com"}
    assert around.active == {"sales@example.com", "finance@example.com"}
    assert {one.pk for one in candidates} == {current.pk, anywhere.pk}
    assert policy.find("refund", "support", among=candidates) == current


def test_a_new_version_of_a_policy_counts_at_once() -> None:
    make_policy("refund")
    first = policy.find("refund", "", among=read_with_policies([], action_type="refund", workflow="")[1])

    make_policy("refund", sla_minutes=5)
    second = policy.find("refund", "", among=read_with_policies([], action_type="refund", workflow="")[1])

    assert (first.sla_minutes, second.sla_minutes) == (60, 5)
