"""A person says that they are away: who reads it, what is recorded, and that nobody's authority changes."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError

from approvals import absence, authority
from approvals.exceptions import InvalidInput
from approvals.models import Away
from audit import clock
from audit.models import Event
from grants.models import User
from tests.factories import make_approval, make_user

pytestmark = pytest.mark.django_db

WEEK = timedelta(days=7)


def go(person: User, *, starts: timedelta = timedelta(), ends: timedelta = WEEK, note: str = "") -> Away:
    at = clock.now()
    return absence.announce(person, starts_at=at + starts, ends_at=at + ends, note=note)


def recorded(person: User) -> list[dict[str, object]]:
    events = Event.objects.about("person", person.pk)
    return [json.loads(bytes(event.body.content)) for event in events]


def test_the_log_has_the_days_and_not_the_note() -> None:
    person = make_user()

    said = go(person, note="At the  dentist")

    (event,) = recorded(person)
    assert said.note == "At the dentist"
    assert event["type"] == "person.away"
    assert set(event["data"]) == {"email", "from", "until"}  # type: ignore[call-overload]


def test_saying_it_again_replaces_it() -> None:
    person = make_user()
    go(person)

    said = go(person, ends=2 * WEEK)

    assert Away.objects.get().ends_at == said.ends_at


def test_coming_back_is_recorded_once() -> None:
    person = make_user()
    go(person)

    absence.come_back(person)
    absence.come_back(person)

    assert not Away.objects.exists()
    assert [event["type"] for event in recorded(person)] == ["person.away", "person.back"]


@pytest.mark.parametrize(
    ("field", "how"),
    [
        ("back_on", {"ends": -timedelta(hours=1), "starts": -WEEK}),
        ("back_on", {"starts": WEEK, "ends": WEEK}),
        ("back_on", {"ends": timedelta(days=366)}),
        ("note", {"note": "x" * 201}),
        ("note", {"note": "a\0b"}),
    ],
)
def test_what_does_not_fit_is_refused(field: str, how: dict[str, object]) -> None:
    with pytest.raises(InvalidInput) as refusal:
        go(make_user(), **how)  # type: ignore[arg-type]

    assert {error.pointer for error in refusal.value.errors} == {field}
    assert not Away.objects.exists()


def test_the_database_holds_that_it_ends_after_it_starts() -> None:
    at = clock.now()

    with pytest.raises(IntegrityError):
        Away.objects.create(user=make_user(), starts_at=at, ends_at=at)


def test_authority_stays_as_it_is() -> None:
    person, approval = make_user(), make_approval()
    go(person)

    assert authority.may_decide(person, approval, at=clock.now()).allowed


def test_a_day_is_said_with_its_weekday() -> None:
    said = Away(ends_at=datetime.fromisoformat("2026-11-30T00:00:00Z"))

    assert said.until == "Mon 30 Nov 2026"
