"""A request's page says where it stands in the list that it was opened from, and leads to its neighbours."""

from __future__ import annotations

import re

import pytest
from django.http import HttpResponse

from approvals.models import Approval
from approvals.views.inbox.queues import PAGE
from tests.approvals.views.browse import client_of, text_of, url
from tests.approvals.views.inbox.test_inbox import is_late
from tests.factories import approve, make_approval, make_approver, make_user

pytestmark = pytest.mark.django_db


def place_in(response: HttpResponse) -> tuple[str, dict[str, str]] | None:
    """What is said, and the addresses of the neighbours; None where nothing is."""
    nav = re.search(r'<nav class="place"(.*?)>(.*?)</nav>', text_of(response), re.DOTALL)
    assert nav
    if "hidden" in nav[1]:
        return None
    said = re.search(r"<span data-said>(.*?)</span>", nav[2])
    links = re.findall(r'<a href="([^"]+)"\s+rel="(\w+)"', nav[2])
    assert said
    return said[1], {rel: address.replace("&amp;", "&") for address, rel in links}


def three() -> list[Approval]:
    return [make_approval(action=f"Wire {n}", sla_minutes=60 + n) for n in range(3)]


def test_it_stands_among_the_rows_of_its_list() -> None:
    first, second, third = three()
    client = client_of(make_user())

    assert place_in(client.get(url("request", first))) == ("1 of 3", {"next": url("request", second)})
    assert place_in(client.get(url("request", second))) == (
        "2 of 3",
        {"prev": url("request", first), "next": url("request", third)},
    )


def test_it_keeps_to_the_filter() -> None:
    _, second, third = three()
    make_approval(action="Mail", sla_minutes=5)
    client = client_of(make_user())

    place = place_in(client.get(url("request", third) + "?q=wire"))

    assert place == ("3 of 3", {"prev": url("request", second) + "?q=wire"})


def test_overdue_ones_come_behind_what_can_still_be_saved() -> None:
    late = is_late(make_approval(action="Late"))
    in_time = make_approval(action="In time")
    client = client_of(make_user())

    assert place_in(client.get(url("request", late))) == ("2 of 2", {"prev": url("request", in_time)})


def test_a_list_that_goes_on_says_so_and_a_later_page_says_no_number() -> None:
    rows = [make_approval(action=f"Number {n}", sla_minutes=60 + n) for n in range(PAGE + 2)]
    client = client_of(make_user())

    first = client.get(url("request", rows[0]))
    more = re.search(r'href="/approvals/(\?[^"]*)"\s+rel="next">More', text_of(first))
    assert more
    later = place_in(client.get(url("request", rows[-1]) + more[1].replace("&amp;", "&")))

    assert (place_in(first) or ("",))[0] == f"1 of {PAGE}+"
    assert later is not None
    assert later[0] == ""
    assert later[1]["prev"].startswith(url("request", rows[-2]))


def test_behind_a_group_that_goes_on_no_number_is_known_and_no_step_leaps_over_the_gap() -> None:
    rows = [make_approval(action=f"Number {n}", sla_minutes=60 + n) for n in range(PAGE + 2)]
    late = [is_late(make_approval(action=f"Late {n}")) for n in range(2)]
    client = client_of(make_user())

    last = place_in(client.get(url("request", rows[PAGE - 1])))
    overdue = place_in(client.get(url("request", late[0])))

    assert last == (f"{PAGE} of {PAGE}+", {"prev": url("request", rows[PAGE - 2])})
    assert overdue == ("", {"next": url("request", late[1])})


def test_a_request_that_the_list_does_not_show_has_no_place() -> None:
    done = approve(make_approval(), by=make_user())
    make_approval(assignees=("deputy@example.com",))
    client = client_of(make_approver())

    assert place_in(client.get(url("request", done))) is None
