"""Who may decide what: hundreds of people and requests against the rules, read a second time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from approvals import authority
from approvals.models import Approval, read_whole
from tests.approvals.authority.people import Row, expected, rows
from tests.approvals.authority.world import Place, World, standing

pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("truth table")]

ROWS = list(rows())
every_row = pytest.mark.parametrize("row", ROWS, ids=str)


@pytest.fixture(scope="module")
def world(django_db_setup: Any, django_db_blocker: Any) -> Iterator[World]:
    with django_db_blocker.unblock(), standing(ROWS) as world:
        yield world


def test_the_table_is_long_and_says_yes_and_no() -> None:
    answers = [expected(row) for row in ROWS]

    assert len(ROWS) > 500
    assert {a.basis for a in answers if a and a.through is None} == {"assignee", "approvers"}
    assert {a.basis for a in answers if a and a.through is not None} == {"assignee", "approvers"}
    assert 200 < answers.count(None) < len(ROWS) - 150


@pytest.mark.shows("only-authority-decides", "nobody-decides-their-own-proposal")
@every_row
def test_who_may_decide_and_on_whose_authority(world: World, row: Row) -> None:
    place, answer = world.places[row], expected(row)

    ruling = authority.may_decide(place.user, _read(place), at=world.at)

    assert ruling.reason
    assert ruling.allowed is (answer is not None)
    if answer is not None:
        grant = None if answer.through is None else place.grants[answer.through]
        principal = grant.grantor if grant else place.user
        assert (ruling.basis, ruling.principal, ruling.grant) == (answer.basis, principal, grant)


@pytest.mark.shows("strangers-learn-nothing")
@every_row
def test_the_tables_show_what_the_ruling_allows(world: World, row: Row) -> None:
    place, person, may_decide = world.places[row], row.person, expected(row) is not None
    is_reader = (
        may_decide
        or person.naming != "no"
        or person.group in ("before", "after")
        or person.account == "superuser"  # who is staff as well
    )

    decidable = authority.decidable_by(place.user, at=world.at).filter(pk=place.approval.pk)
    visible = authority.visible_to(place.user, at=world.at).filter(pk=place.approval.pk)

    assert decidable.exists() is may_decide
    assert visible.exists() is (is_reader and person.account != "inactive")


@pytest.mark.shows("strangers-learn-nothing")
@every_row
def test_a_request_in_hand_is_read_by_whom_the_tables_show_it_to(world: World, row: Row) -> None:
    place = world.places[row]
    visible = authority.visible_to(place.user, at=world.at).filter(pk=place.approval.pk)
    (whole,) = read_whole(Approval.objects.filter(pk=place.approval.pk))

    for approval in (whole, _read(place)):
        assert authority.may_read(place.user, approval, at=world.at) is visible.exists()


def _read(place: Place) -> Approval:
    return Approval.objects.select_related("agent", "key", "policy").get(pk=place.approval.pk)
