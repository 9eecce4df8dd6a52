"""An open inbox hears of what concerns its person, and of nothing else."""

from __future__ import annotations

import html
import json
import re
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client

from approvals import delegation
from approvals.delegation import GrantTerms
from approvals.live import inbox
from approvals.live.inbox import CALM_SECONDS
from audit import clock
from grants.models import User
from tests.approvals.live.asgi import Answer, get
from tests.approvals.live.test_waiting import soon
from tests.factories import (
    approve,
    make_approval,
    make_approver,
    make_grant,
    make_key,
    make_policy,
    make_user,
)
from tests.outages import outage

pytestmark = pytest.mark.django_db(transaction=True)


def cookie_of(user: User) -> dict[str, str]:
    client = Client()
    client.force_login(user)
    return {"cookie": f"sessionid={client.cookies['sessionid'].value}"}


def news(answer: Answer) -> list[dict[str, Any]]:
    lines = answer.body.splitlines()
    return [json.loads(line.removeprefix("data: ")) for line in lines if line.startswith("data: ")]


def heard(cookie: dict[str, str], act: Callable[[], object]) -> Answer:
    """The first news and the next, where `act` is done once the first has come."""
    threads: list[threading.Thread] = []

    def is_enough(so_far: Answer) -> bool:
        found = news(so_far)
        if found and not threads:
            threads.append(soon(act, seconds=0))
        return len(found) == 2

    answer = get("/live/inbox/", cookie, until=is_enough)
    for thread in threads:
        thread.join()
    return answer


def test_a_new_request_is_told_to_the_person_it_names() -> None:
    reviewer, (key, _) = make_user(), make_key()
    make_policy()

    answer = heard(cookie_of(reviewer), lambda: make_approval(key=key))

    assert [told["counts"]["me"] for told in news(answer)] == ["0", "1"]
    assert answer.headers["content-type"] == "text/event-stream"
    assert "x-live-keys" not in answer.headers


def test_a_decision_is_told_to_everybody_named() -> None:
    first, second = make_user("sales@example.com"), make_user("finance@example.com")
    approval = make_approval(assignees=(first.email, second.email))

    answer = heard(cookie_of(first), lambda: approve(approval, by=second))

    assert [told["ids"] for told in news(answer)] == [[str(approval.pk)], []]


def test_a_stand_in_hears_of_what_names_the_other() -> None:
    grant, (key, _) = make_grant(make_user()), make_key()
    make_policy()

    answer = heard(cookie_of(grant.grantee), lambda: make_approval(key=key))

    assert [told["counts"]["me"] for told in news(answer)] == ["0", "1"]


def test_a_grant_that_is_given_while_the_inbox_is_open_counts_at_once() -> None:
    grantor, deputy, (key, _) = make_user(), make_user("deputy@example.com"), make_key()
    make_policy()

    def give_then_ask() -> None:
        until = clock.now() + timedelta(days=1)
        terms = GrantTerms(highest_risk="low", expires_at=until, is_whole=True, reason="On leave.")
        delegation.give(grantor, deputy.email, terms)
        time.sleep(2 * CALM_SECONDS)
        make_approval(key=key)

    answer = heard(cookie_of(deputy), give_then_ask)

    assert [told["counts"]["me"] for told in news(answer)] == ["0", "1"]


def test_a_stream_on_which_nothing_is_told_shows_life(monkeypatch: pytest.MonkeyPatch) -> None:
    assert inbox.PING_SECONDS == 20
    monkeypatch.setattr(inbox, "PING_SECONDS", 0.1)

    answer = get(
        "/live/inbox/",
        cookie_of(make_user()),
        until=lambda so_far: so_far.parts.count(inbox.PING.decode()) == 5,
    )

    assert len(news(answer)) == 1
    assert answer.headers["cache-control"] == "no-store, no-transform"
    assert answer.headers["x-accel-buffering"] == "no"


def test_a_page_that_opens_while_the_database_is_away_asks_again_soon() -> None:
    cookie = cookie_of(make_user())
    with outage():
        answer = get("/live/inbox/", cookie)

    assert (answer.status, answer.body) == (200, "retry: 5000\n\n")
    assert answer.headers["content-type"] == "text/event-stream"


def test_a_stranger_is_told_nothing() -> None:
    answer = get("/live/inbox/", {})

    assert (answer.status, answer.body) == (204, "")


def test_a_process_that_does_not_wait_answers_once(client: Client) -> None:
    client.force_login(make_user())

    response = client.get("/live/inbox/")

    assert response.content.startswith(b"retry: 60000\nevent: inbox\n")


def news_of(client: Client, address: str) -> dict[str, Any]:
    """What the open inbox behind that link is told."""
    (line,) = [
        line for line in client.get(address).content.decode().splitlines() if line.startswith("data: ")
    ]
    told: dict[str, Any] = json.loads(line.removeprefix("data: "))
    return told


def stream_of(client: Client, address: str) -> str:
    """The address that the page listens at."""
    found = re.search(r'data-news="([^"]+)"', client.get(address).content.decode())
    assert found
    return html.unescape(found[1])


def test_the_news_are_of_the_filter_that_the_page_shows(client: Client) -> None:
    wire, mail = make_approval(action="Wire 9"), make_approval(action="Mail")
    client.force_login(make_user())

    all_of_it, searched = (stream_of(client, f"/approvals/{query}") for query in ("", "?q=wire"))

    assert set(news_of(client, all_of_it)["ids"]) == {str(wire.pk), str(mail.pk)}
    assert news_of(client, searched)["ids"] == [str(wire.pk)]
    assert news_of(client, searched)["counts"]["me"] == "2"


@pytest.mark.parametrize(
    ("query", "of_new"),
    [("?risk=high", False), ("?action_type=other", False), ("?overdue=1", False), ("?tab=decided", False),
     ("?tab=pool", False), ("?q=new", True), ("?risk=low", True)],
)  # fmt: skip
def test_a_new_request_is_news_only_where_the_filter_shows_it(
    client: Client, query: str, of_new: bool
) -> None:
    make_approval(assignees=("approver@example.com",))
    client.force_login(make_approver())
    stream = stream_of(client, f"/approvals/{query}")

    before = news_of(client, stream)["ids"]
    new = make_approval(action="New", assignees=("approver@example.com",))

    assert news_of(client, stream)["ids"] == ([*before, str(new.pk)] if of_new else before)


def test_the_open_requests_page_listens_for_the_list_beside_it(client: Client) -> None:
    approval = make_approval()
    client.force_login(make_user())

    stream = stream_of(client, f"{approval.get_absolute_url()}?q=nothing&view=json")

    assert news_of(client, stream)["ids"] == []


def test_neither_page_takes_the_others_rows_for_new(client: Client) -> None:
    approvals = [make_approval(sla_minutes=100 + number) for number in range(30)]
    client.force_login(make_user())
    page = client.get("/approvals/")
    second = f"/approvals/?{urlencode({'after': page.context['following']})}"

    streams = [stream_of(client, "/approvals/"), stream_of(client, second)]
    told = [news_of(client, stream)["ids"] for stream in streams]
    approve(approvals[0], by=make_user())
    slid = [news_of(client, stream)["ids"] for stream in streams]

    ids = [str(approval.pk) for approval in approvals]
    assert told == [ids[:25], ids[25:]]
    assert slid == [ids[1:25], ids[25:]]


def test_what_comes_in_above_is_news_of_the_first_page_alone(client: Client) -> None:
    for number in range(30):
        make_approval(sla_minutes=100 + number)
    client.force_login(make_user())
    page = client.get("/approvals/")
    second = f"/approvals/?{urlencode({'after': page.context['following']})}"
    streams = [stream_of(client, "/approvals/"), stream_of(client, second)]

    new = str(make_approval(sla_minutes=1).pk)

    assert [new in news_of(client, stream)["ids"] for stream in streams] == [True, False]


@pytest.mark.parametrize("rows", [1, 30])
def test_the_news_take_as_many_queries_for_many_rows_as_for_one(
    client: Client, rows: int, django_assert_max_num_queries: Any
) -> None:
    for _ in range(rows):
        make_approval()
    client.force_login(make_approver())
    stream = stream_of(client, "/approvals/?tab=pool&q=email")

    with django_assert_max_num_queries(6) as queries:
        news_of(client, stream)

    assert sum("UNION ALL" in (query["sql"] or "") for query in queries) == 1
