"""Loosening takes a second administrator; where there is none it waits, and everybody concerned is told."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from approvals import credentials, four_eyes
from approvals.exceptions import NotPermitted, StateConflict
from approvals.models import Loosening, Notification
from approvals.models.loosening import OF_RULES
from audit import clock
from audit.message import SYSTEM
from audit.models import Event
from grants import accounts, membership
from grants.models import ApproverMembership, User
from grants.roles import ALL, Role
from grants.second import TakesTwo
from tests.approvals.views.browse import client_of, text_of
from tests.factories import PASSWORD, make_approver, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.shows("loosening-takes-two")]

Kind = Loosening.Kind


def administrators(*names: str) -> list[User]:
    return [make_user(f"{name}@example.com", is_staff=True) for name in names]


def later(**past: timedelta) -> None:
    """As if it had been asked for that long ago; no code path can, so the triggers are off meanwhile."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = 'replica'")
        for asked in Loosening.objects.all():
            values = {name: getattr(asked, name) - by for name, by in past.items()}
            Loosening.objects.filter(pk=asked.pk).update(**values)
        cursor.execute("SET session_replication_role = 'origin'")


def is_approver(person: User) -> bool:
    return ApproverMembership.objects.filter(user=person, left_at=None).exists()


def test_it_counts_once_a_second_administrator_agrees() -> None:
    (ann, ben), dana = administrators("ann", "ben"), make_user("dana@example.com")

    asked = four_eyes.ask(Kind.APPROVER, dana, by=ann)
    before = is_approver(dana)
    four_eyes.agree(asked.pk, by=ben)

    assert (before, is_approver(dana)) == (False, True)
    types = list(Event.objects.about("person", dana.pk).order_by("seq").values_list("type", flat=True))
    assert types == ["authority.asked", "approvers.joined", "authority.agreed"]


@pytest.mark.parametrize(("kind", "flag"), four_eyes.FLAGS.items())
def test_a_flag_is_set_once_a_second_administrator_agrees(kind: Loosening.Kind, flag: str) -> None:
    ann, ben = administrators("ann", "ben")
    dana = make_user("dana@example.com", **bare_administrator(kind in four_eyes.ROLES))

    four_eyes.agree(four_eyes.ask(kind, dana, by=ann).pk, by=ben)

    dana.refresh_from_db()
    assert getattr(dana, flag)


@pytest.mark.shows("roles-are-separate")
@pytest.mark.parametrize("role", Role)
def test_only_an_administrator_gets_a_role_and_loses_it_with_the_administration(role: Role) -> None:
    (ann, ben), dana = administrators("ann", "ben"), make_user("dana@example.com")
    asked = four_eyes.ask(Kind(role), dana, by=ann)

    with pytest.raises(StateConflict, match="becomes one"):
        four_eyes.agree(asked.pk, by=ben)
    four_eyes.agree(four_eyes.ask(Kind.ADMINISTRATOR, dana, by=ann).pk, by=ben)
    four_eyes.agree(asked.pk, by=ben)
    dana.refresh_from_db()
    held, dana.is_staff = dana.holds(role), False
    accounts.change(dana, by=ann.as_actor(), changed=["is_staff"])

    dana.refresh_from_db()
    assert (held, getattr(dana, role), dana.stopped_administering_at is None) == (True, False, False)


@pytest.mark.shows("roles-are-separate")
@pytest.mark.parametrize("kind", [kind for kind in Kind if kind not in OF_RULES])
def test_who_has_every_other_role_asks_and_agrees_to_nothing_for_a_person_and_may_refuse(
    kind: Loosening.Kind,
) -> None:
    (ann, _), dana = administrators("ann", "ben"), make_user("dana@example.com")
    other = make_user("other@example.com", is_staff=True, keeps_accounts=False)
    asked = four_eyes.ask(kind, dana, by=ann)

    with pytest.raises(NotPermitted, match="role"):
        four_eyes.ask(kind, make_user("eve@example.com"), by=other)
    with pytest.raises(NotPermitted, match="role"):
        four_eyes.agree(asked.pk, by=other)
    still_open = Loosening.objects.open().count()
    four_eyes.refuse(asked.pk, by=other)

    assert (asked.takes_effect_at, still_open, Loosening.objects.open().count()) == (None, 1, 0)


@pytest.mark.shows("roles-are-separate", "loosening-takes-two")
def test_who_is_alone_with_a_role_is_not_alone_with_what_it_loosens() -> None:
    (ann,), dana = administrators("ann"), make_user("dana@example.com")
    other = make_user("other@example.com", is_staff=True, keeps_accounts=False)
    reader = make_user(
        "reader@example.com", is_staff=True, keeps_accounts=False, keeps_policies=False, keeps_agents=False
    )
    asked = four_eyes.ask(Kind.APPROVER, dana, by=ann)

    for verb in (four_eyes.agree, four_eyes.refuse):
        with pytest.raises(NotPermitted, match="role"):
            verb(asked.pk, by=reader)
    four_eyes.agree(asked.pk, by=other)

    assert asked.takes_effect_at is None
    assert other.email in set(Notification.objects.values_list("recipient", flat=True))
    assert is_approver(dana)


@pytest.mark.shows("roles-are-separate")
def test_what_names_a_second_person_without_the_role_is_refused_around_the_pages() -> None:
    (ann, _), dana = administrators("ann", "ben"), make_user("dana@example.com")
    other = make_user("other@example.com", is_staff=True, keeps_accounts=False)

    with pytest.raises(TakesTwo):
        membership.join(dana, by=ann.as_actor(), second=other.as_actor())

    assert not is_approver(dana)


@pytest.mark.shows("roles-are-separate")
def test_who_stops_administering_leaves_the_other_alone_for_a_week() -> None:
    (ann, ben), dana = administrators("ann", "ben"), make_user("dana@example.com")
    ben.is_staff = False
    accounts.change(ben, by=ann.as_actor(), changed=["is_staff"])

    asked = four_eyes.ask(Kind.APPROVER, dana, by=ann)

    assert asked.takes_effect_at is not None
    assert asked.takes_effect_at - asked.asked_at > timedelta(days=6)


@pytest.mark.shows("roles-are-separate")
def test_the_first_administrator_has_every_role() -> None:
    first = User.objects.create_superuser("root@example.com", PASSWORD, name="Root")

    assert all(first.holds(role) for role in Role)
    first.keeps_policies = False
    first.save(update_fields=["keeps_policies"])
    assert not first.holds(Role.POLICIES)  # whatever `is_superuser` says


def bare_administrator(wanted: bool) -> dict[str, bool]:
    """The fields of an administrator without any role, where one is wanted."""
    return {"is_staff": True, **dict.fromkeys(ALL, False)} if wanted else {}


def test_who_asked_does_not_agree() -> None:
    (ann, _ben), dana = administrators("ann", "ben"), make_user("dana@example.com")
    asked = four_eyes.ask(Kind.APPROVER, dana, by=ann)

    with pytest.raises(NotPermitted, match="You asked for it"):
        four_eyes.agree(asked.pk, by=ann)

    assert not is_approver(dana)


def test_who_it_is_about_does_not_agree() -> None:
    ann, ben = administrators("ann", "ben")
    asked = four_eyes.ask(Kind.APPROVER, ben, by=ann)

    with pytest.raises(NotPermitted, match="about you"):
        four_eyes.agree(asked.pk, by=ben)


def test_a_person_who_administers_nothing_neither_asks_nor_refuses() -> None:
    (ann, _ben), dana = administrators("ann", "ben"), make_user("dana@example.com")
    asked, other = four_eyes.ask(Kind.APPROVER, dana, by=ann), make_user("other@example.com")

    with pytest.raises(NotPermitted, match="Only an administrator asks"):
        four_eyes.ask(Kind.AUDITOR, dana, by=other)
    with pytest.raises(NotPermitted, match="Only an administrator refuses"):
        four_eyes.refuse(asked.pk, by=other)


def test_what_opens_more_is_what_takes_two() -> None:
    assert set(four_eyes.FLAGS.values()) == set(accounts.OPENING)


def test_nobody_asks_for_themselves() -> None:
    ann, _ben = administrators("ann", "ben")

    with pytest.raises(NotPermitted, match="for themselves"):
        four_eyes.ask(Kind.AUDITOR, ann, by=ann)


def test_an_account_made_afterwards_does_not_agree() -> None:
    (ann, _ben), dana = administrators("ann", "ben"), make_user("dana@example.com")
    asked = four_eyes.ask(Kind.APPROVER, dana, by=ann)
    puppet = make_user("puppet@example.com", is_staff=True, proven_at=clock.now())

    with pytest.raises(NotPermitted, match="confirmed after this was asked for"):
        four_eyes.agree(asked.pk, by=puppet)


def test_new_credentials_do_not_agree() -> None:
    (ann, ben), dana = administrators("ann", "ben"), make_user("dana@example.com")
    asked = four_eyes.ask(Kind.APPROVER, dana, by=ann)
    credentials.choose_password(ben, "a quite different staple", by=ben.as_actor())

    with pytest.raises(NotPermitted, match="less than a day ago"):
        four_eyes.agree(asked.pk, by=ben)


def test_a_person_who_administers_nothing_does_not_agree() -> None:
    (ann, _ben), dana = administrators("ann", "ben"), make_user("dana@example.com")
    asked = four_eyes.ask(Kind.APPROVER, dana, by=ann)

    with pytest.raises(NotPermitted, match="Only an administrator"):
        four_eyes.agree(asked.pk, by=make_user("auditor@example.com", is_auditor=True))


def test_it_is_asked_for_once_and_ends_once() -> None:
    (ann, ben), dana = administrators("ann", "ben"), make_user("dana@example.com")
    asked = four_eyes.ask(Kind.APPROVER, dana, by=ann)

    with pytest.raises(StateConflict, match="asked for already"):
        four_eyes.ask(Kind.APPROVER, dana, by=ben)
    four_eyes.refuse(asked.pk, by=ann)
    with pytest.raises(StateConflict, match="ended already"):
        four_eyes.agree(asked.pk, by=ben)


def test_a_single_administrator_waits_an_hour_and_all_are_told() -> None:
    (ann,), dana = administrators("ann"), make_user("dana@example.com")
    make_approver("approver@example.com")
    make_user("auditor@example.com", is_auditor=True)

    asked = four_eyes.ask(Kind.APPROVER, dana, by=ann)
    early = four_eyes.let_take_effect()
    later(takes_effect_at=timedelta(hours=1))
    due = four_eyes.let_take_effect()

    told = set(Notification.objects.values_list("recipient", flat=True))
    assert asked.takes_effect_at == asked.asked_at + timedelta(hours=1)
    assert (early, due, is_approver(dana)) == (0, 1, True)
    assert told == {"dana@example.com", "approver@example.com", "auditor@example.com"}


def test_getting_rid_of_the_second_administrator_takes_a_week() -> None:
    (ann, ben), dana = administrators("ann", "ben"), make_user("dana@example.com")
    ben.is_active = False
    accounts.change(ben, by=ann.as_actor(), changed=["is_active"])

    asked = four_eyes.ask(Kind.APPROVER, dana, by=ann)

    ben.refresh_from_db()
    assert ben.stopped_administering_at is not None
    assert asked.takes_effect_at == ben.stopped_administering_at + timedelta(days=7)
    assert "ben@example.com" in set(Notification.objects.values_list("recipient", flat=True))


def test_where_there_are_two_time_alone_changes_nothing() -> None:
    (ann, _ben), dana = administrators("ann", "ben"), make_user("dana@example.com")
    four_eyes.ask(Kind.APPROVER, dana, by=ann)
    later(asked_at=timedelta(days=6))

    four_eyes.let_take_effect()

    assert not is_approver(dana)
    assert Loosening.objects.open().exists()


def test_what_nobody_answers_lapses_within_a_week() -> None:
    (ann, ben), dana = administrators("ann", "ben"), make_user("dana@example.com")
    asked = four_eyes.ask(Kind.APPROVER, dana, by=ann)
    later(asked_at=timedelta(days=8))

    four_eyes.let_take_effect()

    asked.refresh_from_db()
    assert asked.outcome == "lapsed"
    with pytest.raises(StateConflict):
        four_eyes.agree(asked.pk, by=ben)


def test_around_the_pages_one_administrator_is_not_enough_either() -> None:
    (ann, _ben), dana = administrators("ann", "ben"), make_user("dana@example.com")
    dana.is_auditor = True

    with pytest.raises(TakesTwo):
        membership.join(dana, by=ann.as_actor())
    with pytest.raises(TakesTwo):
        membership.join(dana, by=ann.as_actor(), second=ann.as_actor())
    with pytest.raises(TakesTwo):
        accounts.change(dana, by=ann.as_actor(), changed=["is_auditor"])
    membership.join(dana, by=SYSTEM)


def page_of(client: Client, pk: UUID) -> str:
    return text_of(client.get(reverse("admin:approvals_loosening_change", args=[pk])))


def test_the_second_administrator_agrees_on_its_page() -> None:
    (ann, ben), dana = administrators("ann", "ben"), make_user("dana@example.com")
    asked = four_eyes.ask(Kind.APPROVER, dana, by=ann)
    agreement = reverse("admin:approvals_loosening_agreement", args=[asked.pk])

    own, other = page_of(client_of(ann), asked.pk), page_of(client_of(ben), asked.pk)
    refused = client_of(ann).post(agreement, follow=True)
    agreed = client_of(ben).post(agreement, follow=True)

    assert (agreement in own, agreement in other) == (False, True)
    assert "a second administrator agrees" in text_of(refused)
    assert "It counts from now on." in text_of(agreed)
    assert is_approver(dana)


def test_a_link_agrees_to_nothing() -> None:
    (ann, ben), dana = administrators("ann", "ben"), make_user("dana@example.com")
    asked = four_eyes.ask(Kind.APPROVER, dana, by=ann)

    answer = client_of(ben).get(reverse("admin:approvals_loosening_agreement", args=[asked.pk]))

    assert answer.status_code == 405
    assert not is_approver(dana)


def test_what_somebody_asked_for_dies_with_their_administration() -> None:
    (ann, ben), dana = administrators("ann", "ben"), make_user("dana@example.com")
    asked = four_eyes.ask(Kind.APPROVER, dana, by=ann)
    User.objects.filter(pk=ann.pk).update(keeps_accounts=False)

    with pytest.raises(StateConflict, match="role for it no more"):
        four_eyes.agree(asked.pk, by=ben)

    assert not is_approver(dana)


def test_nobody_becomes_an_approver_whose_account_was_closed_meanwhile() -> None:
    (ann,), dana = administrators("ann"), make_user("dana@example.com")
    four_eyes.ask(Kind.APPROVER, dana, by=ann)
    later(takes_effect_at=timedelta(hours=1))
    User.objects.filter(pk=dana.pk).update(is_active=False)

    assert four_eyes.let_take_effect() == 0
    assert not is_approver(dana)
    assert Loosening.objects.get().outcome == Loosening.Outcome.LAPSED
