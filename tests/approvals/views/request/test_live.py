"""What an open page hears of its request: to the people who may read it, and no name before its time."""

from __future__ import annotations

import json
from typing import Any

import pytest
import redis
from django.test import Client

from approvals import presence, wakeups
from approvals.models import Approval
from tests import factories
from tests.approvals.views.browse import client_of
from tests.factories import EMAIL_PAYLOAD, make_approval, make_policy, make_user

pytestmark = pytest.mark.django_db

SALES, DEPUTY = "sales@example.com", "deputy@example.com"


@pytest.fixture
def approval() -> Approval:
    make_policy(quorum=2)
    return make_approval(assignees=(SALES, DEPUTY))


def heard(client: Client, approval: Approval) -> dict[str, Any] | None:
    found: dict[str, Any] | None = listened(client, open=str(approval.pk)).get("open")
    return found


def listened(client: Client, **query: str) -> dict[str, Any]:
    response = client.get("/live/inbox/", query)
    data = next(line for line in response.content.decode().splitlines() if line.startswith("data: "))
    found: dict[str, Any] = json.loads(data.removeprefix("data: "))
    return found


def test_the_other_reader_is_named_and_oneself_is_not(approval):
    sales, deputy = client_of(make_user(SALES)), client_of(make_user(DEPUTY, name="Hannah Weiss"))
    assert heard(sales, approval)["viewing"] == ""

    assert heard(deputy, approval)["viewing"] == "Sales is viewing"
    assert heard(sales, approval)["viewing"] == "Hannah Weiss is viewing"


def test_whoever_left_is_gone(approval):
    sales, deputy = client_of(make_user(SALES)), client_of(make_user(DEPUTY))
    heard(deputy, approval)

    left = deputy.get("/live/inbox/", {"open": str(approval.pk)}, headers={wakeups.LEFT_HEADER: "1"})

    assert left.status_code == 204
    assert heard(sales, approval)["viewing"] == ""


def test_whoever_closes_one_of_two_pages_is_still_there(approval):
    sales, deputy = client_of(make_user(SALES)), client_of(make_user(DEPUTY, name="Hannah Weiss"))
    here, there = ({"open": str(approval.pk), "page": name} for name in ("a1", "b2"))
    for page in (here, there):
        deputy.get("/live/inbox/", page)

    deputy.get("/live/inbox/", here, headers={wakeups.LEFT_HEADER: "1"})
    assert heard(sales, approval)["viewing"] == "Hannah Weiss is viewing"

    deputy.get("/live/inbox/", there, headers={wakeups.LEFT_HEADER: "1"})
    assert heard(sales, approval)["viewing"] == ""


@pytest.mark.parametrize("page", ["", "a:b", "x" * 5000, "é", "\x00"])
def test_a_page_without_a_plain_name_counts_too(approval, page):
    client_of(make_user(DEPUTY)).get("/live/inbox/", {"open": str(approval.pk), "page": page})

    assert heard(client_of(make_user(SALES)), approval)["viewing"] == "Deputy is viewing"


def test_whoever_gives_no_sign_of_life_is_gone(approval, monkeypatch):
    monkeypatch.setattr(presence, "HELD_SECONDS", -1)
    heard(client_of(make_user(DEPUTY)), approval)

    assert heard(client_of(make_user(SALES)), approval)["viewing"] == ""


def test_a_stranger_hears_nothing_and_is_not_seen(approval):
    assert heard(client_of(make_user("stranger@example.com")), approval) is None
    assert heard(client_of(make_user(SALES)), approval)["viewing"] == ""


def test_nobody_is_named_to_the_second_approver_of_a_critical_request():
    approval = make_approval(risk="critical", assignees=(SALES, DEPUTY))
    deputy = make_user(DEPUTY, name="Hannah Weiss")
    heard(client_of(deputy), approval)
    factories.approve(approval, by=deputy, edited={**EMAIL_PAYLOAD, "to": "eve@acme.example"})

    news = heard(client_of(make_user(SALES)), approval)

    assert "Weiss" not in json.dumps(news)
    assert news["viewing"] == "Another reviewer is viewing"
    assert news["said"].startswith("A reviewer ")


def test_a_row_of_the_list_names_who_looks_and_of_a_critical_request_nobody(approval):
    critical = make_approval(risk="critical", assignees=(SALES, DEPUTY))
    sales, deputy = client_of(make_user(SALES)), client_of(make_user(DEPUTY, name="Hannah Weiss"))
    for one in (approval, critical):
        heard(deputy, one)

    listed = sales.get("/approvals/").content.decode()
    told = listened(sales)["viewing"]

    assert told == {
        str(approval.pk): "Hannah Weiss is viewing",
        str(critical.pk): "Another reviewer is viewing",
    }
    assert listed.count("Hannah Weiss is viewing") == listed.count("Another reviewer is viewing") == 1


def test_an_opening_is_no_news_and_a_vote_is(approval):
    sales = client_of(make_user(SALES))
    before = heard(sales, approval)
    sales.post(f"{approval.get_absolute_url()}opening/")
    opened = heard(sales, approval)
    factories.approve(approval, by=make_user(DEPUTY, name="Hannah Weiss"))

    after = heard(sales, approval)

    assert opened["mark"] == before["mark"]
    assert int(after["mark"]) > int(before["mark"])
    assert after["said"].startswith("Hannah Weiss ")
    assert not after["isOver"]


def test_without_redis_there_is_no_presence_and_all_else_is_there(approval, monkeypatch):
    def away() -> redis.Redis:
        return redis.Redis.from_url("redis://127.0.0.1:1/0")

    monkeypatch.setattr(wakeups, "client", away)

    news = heard(client_of(make_user(SALES)), approval)

    assert (news["viewing"], news["id"]) == ("", str(approval.pk))
    presence.leave(approval.pk, make_user(SALES))
    assert presence.others(approval.pk, make_user(DEPUTY)) == []
    assert client_of(make_user(SALES)).get("/approvals/").status_code == 200


@pytest.mark.parametrize("text", ["", "x", "01a21a01-5aa9-70ff-aaa3-cea813e0bf74"])
def test_what_is_no_request_has_no_news(text):
    response = client_of(make_user(SALES)).get("/live/inbox/", {"open": text})

    assert response.status_code == 200
    assert '"open"' not in response.content.decode()
