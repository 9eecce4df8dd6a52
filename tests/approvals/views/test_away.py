"""The page on which a person says that they are away, and where it is read."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.test import Client

from approvals import absence
from approvals.models import Away
from audit import clock
from tests.approvals.views.browse import client_of, form_in, text_of, url
from tests.factories import make_approval, make_policy, make_user

pytestmark = pytest.mark.django_db
PAGE = "/preferences/away/"


def day(days: int) -> str:
    return (clock.now() + timedelta(days=days)).date().isoformat()


def test_it_is_said_by_two_days_and_read_on_the_request() -> None:
    approval = make_approval(
        policy=make_policy(quorum=2), assignees=("sales@example.com", "finance@example.com")
    )
    client = client_of(make_user("finance@example.com"))

    response = client.post(PAGE, {"back_on": day(3), "note": "Ask <Tomas>"}, follow=True)
    page = " ".join(text_of(client_of(make_user()).get(url("request", approval))).split())

    until = Away.objects.get().until
    assert f"Your colleagues read that you are away until {until}." in text_of(response)
    assert f"Finance (away until {until})" in page
    assert f"away until {until}: Ask &lt;Tomas&gt;" in page


def test_the_page_shows_what_was_said_and_takes_it_back() -> None:
    client = client_of(make_user())
    client.post(PAGE, {"from_day": day(1), "back_on": day(3), "note": "Skiing"})

    page = client.get(PAGE)
    back = client.post(f"{PAGE}back/", follow=True)

    assert form_in(page, "away-form") | {"csrfmiddlewaretoken": ""} == {
        "csrfmiddlewaretoken": "",
        "from_day": day(1),
        "back_on": day(3),
        "note": "Skiing",
    }
    assert "You say that you will be away" in text_of(page)
    assert "Saved. You are not away." in text_of(back)
    assert not Away.objects.exists()


@pytest.mark.parametrize(
    ("posted", "sentence"),
    [
        ({}, "Say on which day you are back."),
        ({"back_on": "soon"}, "Write the day"),
        ({"back_on": "2020-01-01"}, "Give a day after the first day away"),
        ({"back_on": "9999-12-31"}, "for a year at most"),
    ],
)
def test_what_does_not_fit_is_said_and_what_was_typed_stays(posted: dict[str, str], sentence: str) -> None:
    response = client_of(make_user()).post(PAGE, {**posted, "note": "My note"})

    assert response.status_code == 422
    assert sentence in text_of(response)
    assert 'value="My note"' in text_of(response)


def test_an_absence_to_come_or_over_is_not_read() -> None:
    approval, at = make_approval(), clock.now()
    absence.announce(make_user(), starts_at=at + timedelta(days=1), ends_at=at + timedelta(days=2))
    page = client_of(make_user()).get(url("request", approval))
    Away.objects.update(starts_at=at - timedelta(days=2), ends_at=at - timedelta(days=1))
    after = client_of(make_user()).get(url("request", approval))

    assert "away until" not in text_of(page) + text_of(after)


def test_a_person_signs_in_first_and_nobody_says_it_for_another() -> None:
    assert Client().get(PAGE)["Location"] == f"/sign-in/?next={PAGE}"
    assert client_of(make_user(), enforce_csrf_checks=True).post(PAGE, {"back_on": day(1)}).status_code == 403


def test_a_day_is_one_of_the_persons_own_calendar() -> None:
    person = make_user(time_zone="Asia/Kathmandu")
    day = clock.now().astimezone(ZoneInfo("Asia/Kathmandu")).date() + timedelta(days=3)

    client_of(person).post("/preferences/away/", {"back_on": day.isoformat()})

    said = Away.objects.get(user=person)
    assert said.ends_at.astimezone(ZoneInfo("Asia/Kathmandu")).isoformat() == f"{day}T00:00:00+05:45"
    assert f'value="{day}"' in client_of(person).get("/preferences/away/").content.decode()
