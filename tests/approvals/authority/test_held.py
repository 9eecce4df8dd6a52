"""One statement reads what a person holds. What it finds equals what the filters of the models find."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from approvals.authority import held_by
from audit import clock
from audit.message import SYSTEM
from grants import membership
from grants.models import ApproverMembership, DelegatedGrant, User
from tests.factories import make_approver, make_grant, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def deputy() -> User:
    """Grants to them and memberships around them, of every kind that counts and that does not."""
    deputy, now = make_approver("deputy@example.com"), timezone.now()
    finance, gone = make_approver("finance@example.com"), make_approver("gone@example.com")
    left = make_approver("left@example.com")
    membership.leave(left, by=SYSTEM)
    make_grant(finance, deputy)
    make_grant(left, deputy, is_whole=True, workflows=[], action_types=[])
    make_grant(make_user("sales@example.com"), deputy, starts_at=now + timedelta(minutes=5))
    make_grant(gone, deputy)
    make_grant(finance, make_user("other@example.com"))
    make_grant(deputy, finance)
    User.objects.filter(pk=gone.pk).update(is_active=False)
    return deputy


def by_the_models(user: User, at: datetime) -> tuple[list[DelegatedGrant], dict[User, ApproverMembership]]:
    grants = list(
        DelegatedGrant.objects.active(at).held_by(user).filter(grantor__is_active=True).order_by("pk")
    )
    people = [user.pk, *(grant.grantor_id for grant in grants)]
    return grants, {one.user_id: one for one in ApproverMembership.objects.open(at).filter(user__in=people)}


def test_grants_and_memberships_are_those_that_count(deputy: User, django_assert_num_queries) -> None:
    now = clock.now()
    last = max(grant.expires_at for grant in DelegatedGrant.objects.all())
    for at in (now - timedelta(days=1), now, now + timedelta(minutes=10), last):
        with django_assert_num_queries(1):
            held = held_by(deputy, at=at)

        assert (list(held.grants), dict(held.memberships)) == by_the_models(deputy, at)
        assert [one.grantor for one in held.grants] == [
            User.objects.get(pk=one.grantor_id) for one in held.grants
        ]
        assert held.has_lost == DelegatedGrant.objects.held_by(deputy).ended(at).exists()


@pytest.mark.usefixtures("rows_alone")
def test_a_revoked_grant_lends_nothing_from_then_on(deputy: User) -> None:
    at = clock.now()
    first = held_by(deputy, at=at).grants[0]
    DelegatedGrant.objects.filter(pk=first.pk).update(revoked_at=at, revoked_by=first.grantor)

    held = held_by(deputy, at=at)
    assert first not in held.grants
    assert held.has_lost


def test_a_person_without_any_authority_holds_nothing() -> None:
    held = held_by(make_user(), at=clock.now())

    assert (list(held.grants), dict(held.memberships), held.has_lost) == ([], {}, False)
