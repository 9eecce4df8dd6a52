"""An open inbox hears of what concerns its person, and of nothing else."""

from __future__ import annotations

import json
import time
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from approvals import delegation
from approvals.delegation import Terms
from approvals.live.inbox import CALM_SECONDS
from audit import clock
from grants.models import User
from tests.approvals.live.asgi import Answer, get
from tests.approvals.live.test_waiting import soon
from tests.factories import approve, make_approval, make_grant, make_key, make_policy, make_user

pytestmark = pytest.mark.django_db(transaction=True)


def cookie_of(user: User) -> dict[str, str]:
    client = Client()
    client.force_login(user)
    return {"cookie": f"sessionid={client.cookies['sessionid'].value}"}


def news(answer: Answer) -> list[dict[str, Any]]:
    lines = answer.body.splitlines()
    return [json.loads(line.removeprefix("data: ")) for line in lines if line.startswith("data: ")]


def test_a_new_request_is_told_to_the_person_it_names() -> None:
    reviewer, (key, _) = make_user(), make_key()
    make_policy()
    thread = soon(lambda: make_approval(key=key))

    answer = get("/live/inbox/", cookie_of(reviewer), until=lambda so_far: len(news(so_far)) == 2)
    thread.join()

    assert [told["count"] for told in news(answer)] == ["0", "1"]
    assert answer.headers["content-type"] == "text/event-stream"
    assert "x-live-keys" not in answer.headers


def test_a_decision_is_told_to_everybody_named() -> None:
    first, second = make_user("sales@example.com"), make_user("finance@example.com")
    approval = make_approval(assignees=(first.email, second.email))
    thread = soon(lambda: approve(approval, by=second))

    answer = get("/live/inbox/", cookie_of(first), until=lambda so_far: len(news(so_far)) == 2)
    thread.join()

    assert [told["ids"]["me"] for told in news(answer)] == [[str(approval.pk)], []]


def test_whoever_stands_in_hears_of_what_names_the_other() -> None:
    grant, (key, _) = make_grant(make_user()), make_key()
    make_policy()
    thread = soon(lambda: make_approval(key=key))

    answer = get("/live/inbox/", cookie_of(grant.grantee), until=lambda so_far: len(news(so_far)) == 2)
    thread.join()

    assert [told["count"] for told in news(answer)] == ["0", "1"]


def test_a_grant_that_is_given_while_the_inbox_is_open_counts_at_once() -> None:
    grantor, deputy, (key, _) = make_user(), make_user("deputy@example.com"), make_key()
    make_policy()

    def give_then_ask() -> None:
        until = clock.now() + timedelta(days=1)
        terms = Terms(highest_risk="low", expires_at=until, is_whole=True, reason="On leave.")
        delegation.give(grantor, deputy.email, terms)
        time.sleep(2 * CALM_SECONDS)
        make_approval(key=key)

    thread = soon(give_then_ask)
    answer = get("/live/inbox/", cookie_of(deputy), until=lambda so_far: len(news(so_far)) == 2)
    thread.join()

    assert [told["count"] for told in news(answer)] == ["0", "1"]


def test_a_stranger_is_told_nothing() -> None:
    answer = get("/live/inbox/", {})

    assert (answer.status, answer.body) == (204, "")


def test_a_process_that_does_not_wait_answers_once(client: Client) -> None:
    client.force_login(make_user())

    response = client.get("/live/inbox/")

    assert response.content.startswith(b"retry: 60000\nevent: inbox\n")
