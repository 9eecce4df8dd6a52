"""What does a filter leave, and does it stay in the address from tab to tab?"""

from __future__ import annotations

from html import unescape

import pytest
from django.http import HttpResponse

from tests.approvals.views.browse import client_of, text_of
from tests.approvals.views.inbox.test_inbox import actions_in, counts_in, is_late
from tests.factories import approve, make_approval, make_approver, make_grant, make_policy, make_user

pytestmark = pytest.mark.django_db
TWO = ("sales@example.com", "finance@example.com")


def tab_links(response: HttpResponse) -> dict[str, str]:
    return {tab["name"]: tab["query"] for tab in response.context["tabs"]}  # type: ignore[attr-defined]


def approved_once(action: str) -> None:
    """One of two people has approved it."""
    approval = make_approval(action=action, assignees=TWO, policy=make_policy("wire", quorum=2))
    approve(approval, by=make_user("finance@example.com"))


def test_second_approval_leaves_what_one_person_approved_and_another_has_to() -> None:
    approved_once("Approved once")
    make_approval(action="Not yet", assignees=TWO)
    client = client_of(make_user())

    assert set(actions_in(client.get("/approvals/"))) == {"Approved once", "Not yet"}
    assert actions_in(client.get("/approvals/?second=1")) == ["Approved once"]


def test_the_pool_and_a_deputy_have_the_filter_too() -> None:
    approved_once("Approved once")
    make_approval(action="Not yet", assignees=("sales@example.com",))
    deputy = make_grant(make_user(), make_user("deputy@example.com")).grantee

    assert actions_in(client_of(make_approver()).get("/approvals/?tab=pool&second=1")) == ["Approved once"]
    assert actions_in(client_of(deputy).get("/approvals/?second=1")) == ["Approved once"]


def test_who_approved_finds_it_under_what_waits_for_somebody_else() -> None:
    approved_once("Approved once")

    response = client_of(make_user("finance@example.com")).get("/approvals/?second=1")

    assert response.context["groups"][-1]["heading"] == "Waiting for somebody else"
    assert actions_in(response) == ["Approved once"]


def test_the_tabs_keep_the_filter_and_begin_at_the_start() -> None:
    make_approval(action="Wire 9", risk="high")
    client = client_of(make_approver())

    links = tab_links(client.get("/approvals/?q=wire&risk=high&second=1&after=x&other=1"))

    assert links == {
        "me": "?q=wire&risk=high&second=1&tab=me",
        "pool": "?q=wire&risk=high&second=1&tab=pool",
        "drafts": "?q=wire&risk=high&second=1&tab=drafts",
        "decided": "?q=wire&risk=high&second=1&tab=decided",
    }
    assert actions_in(client.get(f"/approvals/{links['pool']}".replace("&second=1", ""))) == ["Wire 9"]


def test_what_a_tab_does_not_filter_by_is_said_there_and_kept() -> None:
    client = client_of(make_user())

    response = client.get("/approvals/?tab=decided&q=w%3Cire&overdue=1&risk=high")

    text = unescape(" ".join(text_of(response).split()))
    assert "Not applied in this tab:" in text
    assert "the text \u201cw<ire\u201d" in text
    assert '<input type="hidden" name="overdue" value="1">' in text
    assert tab_links(response)["me"] == "?tab=me&q=w%3Cire&overdue=1&risk=high"
    assert "Not applied" not in client.get("/approvals/?q=wire&overdue=1").text


def test_the_list_says_how_many_match_and_the_tabs_what_they_hold() -> None:
    is_late(make_approval(action="Wire 8"))
    make_approval(action="Wire 9")
    make_approval(action="Mail")
    client = client_of(make_user())

    response = client.get("/approvals/?q=wire")

    assert "2 match the filter" in text_of(response)
    assert counts_in(response)["me"] == "3"
    assert "1 matches the filter" in text_of(client.get("/approvals/?q=mail"))
    assert "the filter</p>" not in client.get("/approvals/").text


def test_a_list_that_goes_on_says_that_more_match() -> None:
    for number in range(26):
        make_approval(action=f"Wire {number}")
    client = client_of(make_user())

    first = client.get("/approvals/?q=wire")
    after = client.get("/approvals/", {"q": "wire", "after": first.context["following"]})

    assert first.context["matches"] == "25+"
    assert after.context["matches"] == ""
