"""What does a filter leave, and does it stay in the address from tab to tab?"""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.http import HttpResponse

from approvals.models import Agent, Approval
from tests.approvals.views.browse import client_of, text_of
from tests.approvals.views.inbox.test_inbox import actions_in, counts_in, is_late
from tests.factories import (
    approve,
    make_agent,
    make_approval,
    make_approver,
    make_grant,
    make_key,
    make_policy,
    make_user,
)

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

    response = client.get("/approvals/?tab=decided&alike=w%3Cire&overdue=1&risk=high")

    text = unescape(" ".join(text_of(response).split()))
    assert "Not applied in this tab:" in text
    assert "alike ones only" in text
    assert '<input type="hidden" name="overdue" value="1">' in text
    assert tab_links(response)["me"] == "?tab=me&alike=w%3Cire&overdue=1&risk=high"
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


def from_agent(name: str, **fields: Any) -> Approval:
    return make_approval(key=make_key(make_agent(name))[0], **fields)


def make_each(action: str, **fields: Any) -> None:
    """One of that action in each tab of the approver, all from one agent and workflow."""
    mine, theirs = ("approver@example.com",), ("sales@example.com",)
    from_agent("Billing agent", action=f"{action} for me", assignees=mine, **fields)
    from_agent("Billing agent", action=f"{action} for all", assignees=theirs, **fields)
    decided = from_agent("Billing agent", action=f"{action} decided", assignees=theirs, **fields)
    approve(decided, by=make_user())
    policy = make_policy("note", pattern="draft_only", reviewers=["approver@example.com"])
    from_agent("Billing agent", action=f"{action} drafted", assignees=(), policy=policy, **fields)


TABS = {"me": "for me", "pool": "for all", "decided": "decided", "drafts": "drafted"}


@pytest.mark.parametrize("tab", TABS)
def test_every_tab_filters_by_agent_and_by_workflow(tab: str) -> None:
    make_each("Refund", workflow="billing")
    other = from_agent("Sales agent", action="Mail", assignees=("approver@example.com",), workflow="sales")
    client = client_of(make_approver())
    billing = Agent.objects.get(name="Billing agent")

    assert actions_in(client.get(f"/approvals/?tab={tab}&agent={billing.pk}")) == [f"Refund {TABS[tab]}"]
    assert actions_in(client.get(f"/approvals/?tab={tab}&workflow=billing")) == [f"Refund {TABS[tab]}"]
    assert actions_in(client.get(f"/approvals/?tab={tab}&agent={other.agent_id}&workflow=billing")) == []


@pytest.mark.parametrize(
    "query",
    [
        *(
            "agent=nonsense",
            "agent=%00",
            "agent=00000000-0000-0000-0000-000000000000",
            "workflow=%F0%9F%A6%86",
        ),
        *("alike=%00x", "alike=" + "9" * 500, "action_type=nothing-like-it", "workflow=" + "x" * 5000),
    ],
)
@pytest.mark.parametrize("tab", TABS)
def test_what_nobody_knows_matches_nothing_and_is_said(tab: str, query: str) -> None:
    make_each("Refund")
    client = client_of(make_approver())

    response = client.get(f"/approvals/?tab={tab}&{query}")

    assert response.status_code == 200
    if query != "agent=%00" and not (tab == "decided" and "alike" in query):
        assert actions_in(response) == []
        assert "No request matches" in text_of(response)


def test_a_risk_that_nobody_knows_is_said_and_left_out() -> None:
    make_approval(action="Mail")

    response = client_of(make_user()).get("/approvals/?risk=huge")

    assert actions_in(response) == ["Mail"]
    assert "Not known, and not applied:\n      the risk “huge”" in unescape(text_of(response))


def options_in(response: HttpResponse, field: str) -> list[str]:
    select = re.search(rf'id="filter-{field}">(.*?)</select>', text_of(response), re.DOTALL)
    assert select
    return [unescape(name).strip() for name in re.findall(r"<option[^>]*>([^<]*)<", select[1])]


def test_only_agents_and_workflows_that_asked_this_person_are_offered() -> None:
    from_agent("Billing agent", workflow="billing")
    decided = from_agent("Old agent", workflow="archive")
    approve(decided, by=make_user())
    from_agent("Secret agent", workflow="secret", assignees=("finance@example.com",))
    make_agent("Idle agent")

    seen = client_of(make_user()).get("/approvals/")
    everything = client_of(make_approver()).get("/approvals/")

    assert options_in(seen, "agent") == ["Any", "Billing agent", "Old agent"]
    assert options_in(seen, "workflow") == ["Any", "archive", "billing"]
    assert options_in(everything, "agent") == ["Any", "Billing agent", "Old agent", "Secret agent"]
    assert options_in(everything, "workflow") == ["Any", "archive", "billing", "secret"]


def test_a_deputy_is_offered_what_is_lent_and_no_more() -> None:
    refund = make_policy("refund")
    from_agent("Billing agent", workflow="billing", policy=refund, assignees=("finance@example.com",))
    from_agent("Secret agent", workflow="secret", assignees=("finance@example.com",))
    make_grant(make_user("finance@example.com"), is_whole=False, action_types=["refund"])

    response = client_of(make_user("deputy@example.com")).get("/approvals/")

    assert options_in(response, "agent") == ["Any", "Billing agent"]
    assert options_in(response, "workflow") == ["Any", "billing"]


def test_an_agent_that_never_asked_this_person_is_not_named() -> None:
    secret = from_agent("Secret agent", assignees=("finance@example.com",)).agent

    response = client_of(make_user()).get(f"/approvals/?agent={secret.pk}")

    assert "Secret agent" not in text_of(response)
    assert "Agent: none that has asked you" in text_of(response)
    assert options_in(response, "agent")[-1] == "None that has asked you"


@pytest.mark.parametrize("name", ["sales@example.com", "approver@example.com"])
@pytest.mark.parametrize(
    ("text", "is_found"),
    [
        *(("wire", True), ("WIRE 4821", True), ("4821 wire", True), ("acme", True), ("billing", True)),
        *(
            ("wir", False),
            ("wire 9", False),
            ("zeppelin", False),
            ("—", False),
            ("*", False),
            ("müller", True),
        ),
    ],
)
def test_what_is_decided_is_found_by_its_words(name: str, text: str, is_found: bool) -> None:
    make_approver()
    wire = make_approval(action="Wire CON-4821 to ada@acme.example (Müller)", workflow="billing-eu")
    approve(wire, by=make_user())
    approve(make_approval(action="Mail"), by=make_user())

    found = actions_in(client_of(make_user(name)).get("/approvals/", {"tab": "decided", "q": text}))

    assert found == ([wire.action] if is_found else [])


def test_each_filter_is_a_link_to_the_list_without_it() -> None:
    one = from_agent("Billing agent", action="Wire 9", workflow="eu", risk="high")
    query = f"tab=me&risk=high&agent={one.agent_id}&workflow=eu&q=wire"

    response = client_of(make_user()).get(f"/approvals/?{query}&after=")

    assert [(chip.name, chip.value) for chip in response.context["chips"]] == [
        ("Risk", "High"),
        ("Agent", "Billing agent"),
        ("Workflow", "eu"),
        ("Text", "“wire”"),
    ]
    assert response.context["chips"][1].without == "?tab=me&risk=high&workflow=eu&q=wire"
    assert 'href="/approvals/?tab=me&amp;risk=high&amp;workflow=eu&amp;q=wire"' in text_of(response)


def test_where_nothing_matches_each_filter_can_be_dropped() -> None:
    make_approval(action="Wire 9")
    client = client_of(make_user())

    several = unescape(text_of(client.get("/approvals/?q=zeppelin&workflow=eu&overdue=1")))
    one = unescape(text_of(client.get("/approvals/?tab=decided&q=zeppelin")))

    assert "Nothing here fits all of these filters" in several
    for left in ("q=zeppelin&overdue=1", "workflow=eu&overdue=1", "q=zeppelin&workflow=eu"):
        assert re.search(rf'href="/approvals/\?(tab=me&)?{re.escape(left)}(&tab=me)?"', several), left
    assert "Nothing here fits this filter" in one
    assert several.count("Drop the filter") == 3


def test_filters_go_along_through_pages_rows_and_tabs() -> None:
    for number in range(26):
        from_agent("Billing agent", action=f"Wire {number}", workflow="eu")
    query = f"agent={Agent.objects.get(name='Billing agent').pk}&workflow=eu&alike={Approval.objects.first().alike}"
    client = client_of(make_user())

    response = client.get(f"/approvals/?{query}&group=1")

    text = unescape(text_of(response))
    row = response.context["groups"][0]["rows"][0]
    assert f'href="{row.get_absolute_url()}?{query}&group=1"' in text
    assert f'href="/approvals/?{query}&group=1&after=' in text
    assert tab_links(response)["decided"] == f"?{query}&group=1&tab=decided"
    following = client.get("/approvals/", {"workflow": "eu", "after": response.context["following"]})
    assert len(actions_in(following)) == 1


ORDER = {"order": "1", "lines": [{"sku": "a", "count": 1}]}


def make_refund(number: int, **fields: Any) -> Approval:
    payload = {"order": str(number), "lines": [{"sku": "b", "count": number}] * number}
    values = {"action": f"Refund order {number}", "payload": payload, "sla_minutes": 10 + number, **fields}
    return from_agent("Billing agent", **values)


def lines_in(response: HttpResponse) -> list[tuple[str, str]]:
    groups = response.context["groups"]  # type: ignore[attr-defined]
    return [
        (entry.said, entry.title) if entry.is_group else ("", entry.first.action)
        for group in groups
        for entry in group["entries"]
    ]


def test_alike_requests_stand_as_one_line_where_the_first_of_them_stood() -> None:
    for number in (1, 2, 3):
        make_refund(number)
    make_refund(4, payload={"order": "4"})
    from_agent("Sales agent", action="Refund order 5", payload=ORDER)
    client = client_of(make_user())

    plain, grouped = client.get("/approvals/"), client.get("/approvals/?group=1")

    assert len(lines_in(plain)) == 5
    assert "Group alike" in text_of(plain)
    assert lines_in(grouped) == [
        ("3", "Refund order … from Billing agent"),
        ("", "Refund order 4"),
        ("", "Refund order 5"),
    ]
    assert "<b>3 alike:</b> Refund order … from Billing agent" in text_of(grouped)
    assert "Don\u2019t group" in text_of(grouped)


def test_a_group_leads_to_the_list_of_those_alone() -> None:
    alike = [make_refund(number) for number in (1, 2)]
    make_approval(action="Mail")
    client = client_of(make_user())

    grouped = client.get("/approvals/?group=1&risk=low")
    (address,) = {e.address for g in grouped.context["groups"] for e in g["entries"] if e.is_group}
    alone = client.get(f"/approvals/{address}")

    assert address == f"?group=1&risk=low&tab=me&alike={alike[0].alike}"
    assert lines_in(alone) == [("", "Refund order 1"), ("", "Refund order 2")]
    assert ("Alike", "Refund order … from Billing agent") in [
        (chip.name, chip.value) for chip in alone.context["chips"]
    ]


def test_where_the_list_goes_on_more_may_be_alike() -> None:
    for number in range(1, 28):
        make_refund(number)

    grouped = client_of(make_user()).get("/approvals/?group=1")

    assert lines_in(grouped) == [("25+", "Refund order … from Billing agent")]


def test_nothing_is_offered_to_group_where_nothing_is_alike_or_all_is_decided() -> None:
    make_refund(1)
    client = client_of(make_user())

    assert "Group alike" not in text_of(client.get("/approvals/"))
    for number in (2, 3):
        approve(make_refund(number), by=make_user())
    assert "Group alike" not in text_of(client.get("/approvals/?tab=decided"))


def test_drafts_and_the_pool_are_grouped_too() -> None:
    note = make_policy("note", pattern="draft_only", reviewers=["approver@example.com"])
    for number in (1, 2):
        make_refund(number)
        make_refund(number, policy=note, assignees=())
    client = client_of(make_approver())

    for tab in ("pool", "drafts"):
        assert [said for said, _ in lines_in(client.get(f"/approvals/?tab={tab}&group=1"))] == ["2"]


def test_requests_from_before_are_alike_to_none() -> None:
    for number in (1, 2):
        make_refund(number)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = 'replica'")
        cursor.execute("UPDATE approvals_approval SET alike = ''")
        cursor.execute("SET LOCAL session_replication_role = 'origin'")

    assert len(lines_in(client_of(make_user()).get("/approvals/?group=1"))) == 2


def decided_days_ago(days: int, **fields: Any) -> Approval:
    """Approved, and moved into the past."""
    approval = approve(from_agent(fields.pop("agent", "Sales agent"), **fields), by=make_user())
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = 'replica'")
        for table, key in (("approvals_approval", "id"), ("approvals_assignment", "approval_id")):
            cursor.execute(
                f"UPDATE {table} SET decided_at = decided_at - %s * interval '1 day' WHERE {key} = %s",
                [days, approval.pk],
            )
        cursor.execute("SET LOCAL session_replication_role = 'origin'")
    return approval


@pytest.mark.parametrize("name", ["sales@example.com", "approver@example.com"])
def test_words_are_found_however_long_ago_the_latest_first(name: str) -> None:
    make_approver()
    for days in (400, 0, 9, 2000):
        decided_days_ago(days, action=f"Wire {days}")
    decided_days_ago(30, action="Mail")

    response = client_of(make_user(name)).get("/approvals/?tab=decided&q=wire")

    assert actions_in(response) == ["Wire 0", "Wire 9", "Wire 400", "Wire 2000"]


def test_a_search_goes_on_from_page_to_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("approvals.views.inbox.counting.MOST_COUNTED", 26)
    for number in range(30):
        decided_days_ago(8 * (number // 20), action=f"Wire {number}")
    client = client_of(make_approver())

    first = client.get("/approvals/?tab=decided&q=wire")
    second = client.get("/approvals/", {"tab": "decided", "q": "wire", "after": first.context["following"]})

    found = actions_in(first) + actions_in(second)
    assert (first.context["matches"], len(found), len(set(found))) == ("25+", 30, 30)


@pytest.mark.parametrize("narrowed", ["agent", "workflow", "action_type", "risk"])
def test_a_word_that_is_common_hides_no_older_one_that_the_other_filters_leave(
    monkeypatch: pytest.MonkeyPatch, narrowed: str
) -> None:
    monkeypatch.setattr("approvals.views.inbox.counting.MOST_COUNTED", 2)
    for number in range(4):
        decided_days_ago(0, action=f"Wire {number}")
    old = decided_days_ago(
        30,
        action="Wire, old",
        agent="Old agent",
        workflow="Old: flow",
        policy=make_policy("old"),
        risk="high",
    )
    values = {"agent": old.agent_id, "workflow": old.workflow, "action_type": "old", "risk": "high"}

    response = client_of(make_approver()).get(
        "/approvals/", {"tab": "decided", "q": "wire", narrowed: values[narrowed]}
    )

    assert actions_in(response) == ["Wire, old"]
