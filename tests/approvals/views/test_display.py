"""Times, days and numbers as the person wrote down that they want them, else as their browser says."""

from __future__ import annotations

import asyncio
import re
from datetime import UTC, datetime

import pytest
from asgiref.sync import async_to_sync, sync_to_async
from django.core import mail
from django.http import HttpRequest, HttpResponse
from django.test import AsyncRequestFactory, Client

from approvals.models import Notification
from approvals.notifications import deliver_due, notify_of_grant
from approvals.views.own_form import InOwnForm
from audit import clock, reader
from audit.models import EventBody
from grants.models import DelegatedGrant, User
from tests.approvals.views.browse import client_of, text_of
from tests.approvals.views.grants.test_lending import FORM, filled
from tests.factories import approve, make_approval, make_grant, make_key, make_user

pytestmark = pytest.mark.django_db

PAGE = "/preferences/"
PAYLOAD = {"amount": 18450.5, "currency": "EUR", "at": "2026-04-20T14:00:00+02:00"}
MOMENT = datetime(2099, 11, 27, 17, 0, 1, 250_000, tzinfo=UTC)
ZONES = {
    "Europe/Berlin": "27 Nov 2099, 18:00 CET",
    "America/St_Johns": "27 Nov 2099, 13:30 NST",
    "Asia/Kathmandu": "27 Nov 2099, 22:45 UTC+05:45",
}


def grant_until_then(person: User) -> DelegatedGrant:
    deputy = make_user("deputy@example.com")
    return make_grant(person, deputy, is_whole=False, action_types=["external_email"], expires_at=MOMENT)


@pytest.mark.parametrize(("zone", "words"), ZONES.items())
def test_a_person_reads_every_moment_in_their_zone(zone, words):
    person = make_user(time_zone=zone)
    grant = grant_until_then(person)

    page = text_of(client_of(person).get(grant.get_absolute_url()))

    assert words in page
    assert 'datetime="2099-11-27T17:00:01.250000Z" title="27 Nov 2099, 17:00:01 UTC"' in page
    assert " UTC<" not in page


def test_without_a_choice_it_is_the_browsers_zone_and_else_the_sites(settings):
    person = make_user()
    grant, client = grant_until_then(person), client_of(person)
    client.cookies["zone"] = "Asia%2FKathmandu"
    assert "22:45 UTC+05:45" in text_of(client.get(grant.get_absolute_url()))

    client.cookies["zone"] = "../../etc/passwd"
    assert "17:00 UTC" in text_of(client.get(grant.get_absolute_url()))

    settings.TIME_ZONE = "Europe/Berlin"
    assert "18:00 CET" in text_of(client.get(grant.get_absolute_url()))


def test_a_choice_comes_before_the_browser():
    person = make_user(time_zone="Europe/Berlin", written_form="de")
    grant, client = grant_until_then(person), client_of(person)
    client.cookies["zone"] = "Asia%2FKathmandu"

    page = text_of(client.get(grant.get_absolute_url(), headers={"Accept-Language": "fr"}))

    assert '<span lang="de">27. November 2099, 18:00 CET</span>' in page


def test_the_choice_takes_no_query(django_assert_num_queries):
    person = make_user(time_zone="Europe/Berlin")
    client = client_of(person)

    with django_assert_num_queries(3) as queries:  # the session, the person, what time it is
        client.get(PAGE)

    assert [query["sql"].split()[0] for query in queries] == ["SELECT"] * 3


def test_a_health_check_looks_nobody_up(django_assert_num_queries):
    client = client_of(make_user())

    with django_assert_num_queries(0):
        assert client.get("/healthz").status_code == 200


def test_the_next_person_on_the_thread_starts_anew():
    client_of(make_user(time_zone="Asia/Kathmandu", written_form="de")).get(PAGE)

    assert (reader.current_zone().key, reader.current_form()) == ("UTC", "en")


def test_an_async_view_writes_for_the_person_as_well(settings):
    """Django adapts the middleware: the zone goes along into the coroutine."""

    async def view(_request: HttpRequest) -> HttpResponse:
        await asyncio.sleep(0)
        return HttpResponse(clock.in_words(MOMENT))

    def answer(request: HttpRequest) -> HttpResponse:
        middleware.process_view(request, view, (), {})
        return async_to_sync(view)(request)

    middleware = InOwnForm(answer)
    requests = AsyncRequestFactory()
    requests.cookies["zone"] = "Asia/Kathmandu"
    request = requests.get("/approvals/")

    response = async_to_sync(sync_to_async(middleware))(request)

    assert response.content.decode() == ZONES["Asia/Kathmandu"]
    assert reader.current_zone().key == "UTC"


def test_what_is_chosen_is_kept_and_shown():
    person = make_user()
    client = client_of(person)

    response = client.post(PAGE, {"time_zone": "America/St_Johns", "written_form": "de"})

    assert (response.status_code, response.url) == (303, PAGE)
    person.refresh_from_db()
    assert (person.time_zone, person.written_form) == ("America/St_Johns", "de")
    page = text_of(client.get(PAGE))
    assert '<option value="America/St_Johns" selected>St Johns</option>' in page
    assert '<option value="de" selected>German: 18.450,50</option>' in page


@pytest.mark.parametrize(
    "posted", [{"time_zone": "Mars/Base"}, {"written_form": "tlh"}, {"time_zone": "x\0"}]
)
def test_what_is_not_offered_is_refused_beside_its_field(posted):
    person = make_user()

    response = client_of(person).post(PAGE, posted)

    assert response.status_code == 422
    [name] = posted
    assert f'id="{name}-error"' in text_of(response)
    person.refresh_from_db()
    assert (person.time_zone, person.written_form) == ("", "")


def test_the_browsers_zone_is_offered_until_it_is_chosen():
    client = client_of(make_user(written_form="de"))
    client.cookies["zone"] = "Europe%2FBerlin"
    assert "Your browser says <strong>Europe/Berlin</strong>" in text_of(client.get(PAGE))

    client.post(PAGE, {"time_zone": "Europe/Berlin", "written_form": "de"})

    assert "Your browser says" not in text_of(client.get(PAGE))


def test_a_stranger_signs_in_first():
    assert Client().get(PAGE).url == f"/sign-in/?next={PAGE}"


def test_a_grant_ends_when_the_clocks_where_the_person_is_say_so():
    person = make_user("finance@example.com", time_zone="Asia/Kathmandu")
    client = client_of(person)
    page = text_of(client.get(FORM))
    assert 'name="zone" value="Asia/Kathmandu"' in page
    assert "(Asia/Kathmandu; now, if left empty)" in page
    assert "In Asia/Kathmandu it is now" in page

    client.post(FORM, filled(expires_at="2099-01-01T00:00", zone="Asia/Kathmandu"))

    assert DelegatedGrant.objects.get().expires_at == datetime(2098, 12, 31, 18, 15, tzinfo=UTC)


def test_a_form_means_the_zone_that_it_showed_whatever_was_chosen_meanwhile():
    person = make_user("finance@example.com", time_zone="Asia/Kathmandu")

    client_of(person).post(FORM, filled(expires_at="2099-01-01T00:00", zone="Europe/Berlin"))

    assert DelegatedGrant.objects.get().expires_at == datetime(2098, 12, 31, 23, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("typed", "said"),
    [("2027-03-28T02:30", "There is no 02:30"), ("2027-10-31T02:30", "There is 02:30 on 31 Oct 2027")],
)
def test_an_end_at_a_change_of_the_clocks_is_refused_with_the_reason(typed, said):
    person = make_user("finance@example.com", time_zone="Europe/Berlin")

    response = client_of(person).post(FORM, filled(expires_at=typed))

    assert response.status_code == 422
    assert said in text_of(response)
    assert f'value="{typed}"' in text_of(response)


def test_a_message_is_written_for_the_person_it_goes_to():
    grant = grant_until_then(make_user(time_zone="Asia/Kathmandu", written_form="de"))
    notify_of_grant(
        grant, Notification.Kind.GRANT_GIVEN, [grant.grantor.email, grant.grantee.email], at=clock.now()
    )

    deliver_due()

    said = {one.to[0]: one.body for one in mail.outbox}
    assert "27. November 2099, 22:45 UTC+05:45" in said["sales@example.com"]
    assert "27 Nov 2099, 17:00 UTC" in said["deputy@example.com"]
    assert (reader.current_zone().key, reader.current_form()) == ("UTC", "en")


@pytest.mark.parametrize(("zone", "form"), [("Asia/Kathmandu", "de"), ("America/St_Johns", "fr")])
def test_nothing_that_is_signed_depends_on_who_reads(zone, form):
    """Every event of a request and of a grant, byte for byte but for what differs between any two of them."""

    key, _ = make_key()

    def log_of(in_zone: str, in_form: str) -> list[str]:
        before = set(EventBody.objects.values_list("pk", flat=True))
        with reader.read_by(reader.zone_called(in_zone), in_form):
            approval = make_approval(key=key, payload=PAYLOAD)
            approve(approval, by=make_user())
            make_grant(make_user(), make_user("deputy@example.com"))
        bodies = EventBody.objects.exclude(pk__in=before).values_list("content", flat=True)
        return sorted(_alike(bytes(body).decode()) for body in bodies)

    log_of("UTC", "en")  # makes the policy
    assert log_of(zone, form) == log_of("UTC", "en") != []


def _alike(body: str) -> str:
    body = re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "ID", body)
    body = re.sub(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", "MOMENT", body)
    return re.sub(r'("(?:prev|request_sha256)":)"[^"]*"', r'\1"ANOTHER"', body)  # hashes over ids
