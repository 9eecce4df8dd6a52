"""What waits for whom, in which order, and what an empty inbox says."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from approvals.templatetags.inbox import time_left
from approvals.views.inbox.headlines import headline_of
from tests import factories
from tests.approvals.views.browse import client_of, text_of, url
from tests.factories import make_approval, make_approver, make_grant, make_policy, make_user

pytestmark = pytest.mark.django_db


def actions_in(response):
    return [row.action for group in response.context["groups"] for row in group["rows"]]


def counts_in(response):
    return {tab["name"]: tab["count"] for tab in response.context["tabs"]}


def is_late(approval):
    """Moves a request into the past, which no code path can: its triggers do not fire for a replica."""
    from django.db import connection

    past = timezone.now() - timedelta(minutes=5)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = 'replica'")
        cursor.execute(
            "UPDATE approvals_approval SET created_at = %s, deadline = %s WHERE id = %s",
            [past - timedelta(hours=1), past, approval.pk],
        )
        cursor.execute(
            "UPDATE approvals_assignment SET deadline = %s WHERE approval_id = %s", [past, approval.pk]
        )
        cursor.execute("SET LOCAL session_replication_role = 'origin'")
    return approval


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (43 * 60, "43 min left"),
        (125 * 60, "2 h 05 left"),
        (0, "overdue by 1 min"),
        (-12 * 60, "overdue by 12 min"),
        (-3 * 86400, "overdue by 3 days"),
    ],
)
def test_the_words_for_the_time_left(seconds, words):
    assert time_left(timedelta(seconds=seconds)) == words


def test_a_named_reviewer_has_what_is_theirs_and_no_pool():
    make_approval(action="Mine")
    make_approval(action="Theirs", assignees=("deputy@example.com",))

    response = client_of(make_user()).get("/approvals/")

    assert actions_in(response) == ["Mine"]
    assert counts_in(response) == {"me": "1", "decided": "0"}


def test_an_approver_takes_the_rest_from_the_pool():
    make_approval(action="Named", assignees=("approver@example.com",))
    make_approval(action="Open to all", assignees=("deputy@example.com",))
    client = client_of(make_approver())

    mine, pool = client.get("/approvals/"), client.get("/approvals/?tab=pool")

    assert (actions_in(mine), actions_in(pool)) == (["Named"], ["Open to all"])


def test_the_next_deadline_comes_first_and_the_overdue_stand_below():
    is_late(make_approval(action="Too late"))
    make_approval(action="Later", sla_minutes=50)
    make_approval(action="Soon", sla_minutes=10)

    response = client_of(make_user()).get("/approvals/")

    assert actions_in(response) == ["Soon", "Later", "Too late"]
    assert [group.get("heading") for group in response.context["groups"] if group["rows"]] == [
        None,
        "Overdue",
    ]


def test_what_one_approved_and_another_must_is_set_apart():
    approval = make_approval(risk="critical", assignees=("sales@example.com", "deputy@example.com"))
    factories.approve(approval, by=make_user())

    response = client_of(make_user()).get("/approvals/")

    assert counts_in(response)["me"] == "0"
    assert response.context["groups"][-1]["heading"] == "Waiting for somebody else"
    assert len(response.context["groups"][-1]["rows"]) == 1


def test_what_a_person_cannot_decide_is_not_for_them():
    make_approval(initiated_by="sales@example.com")

    assert actions_in(client_of(make_user()).get("/approvals/")) == []


def test_decided_requests_are_kept_the_latest_first():
    first, second = make_approval(action="First"), make_approval(action="Second")
    factories.reject(second, by=make_user())
    factories.approve(first, by=make_user())

    response = client_of(make_user()).get("/approvals/?tab=decided")

    assert actions_in(response) == ["First", "Second"]


def test_a_deputy_keeps_what_they_decided_among_what_named_them():
    """The two are found apart, and stand in one order."""
    named = make_approval(action="Named", assignees=("deputy@example.com",))
    lent = make_approval(action="Lent", assignees=("finance@example.com",))
    late = make_approval(action="Named too", assignees=("deputy@example.com",))
    grant = make_grant(make_user("finance@example.com"), make_user("deputy@example.com"))
    for approval in (named, lent, late):
        factories.approve(approval, by=grant.grantee)

    response = client_of(grant.grantee).get("/approvals/?tab=decided")

    assert actions_in(response) == ["Named too", "Lent", "Named"]
    assert counts_in(response)["decided"] == "3"


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("risk=high", ["Wire 9"]),
        ("q=wire", ["Wire 9"]),
        ("action_type=payment", ["Wire 9"]),
        ("overdue=1", []),
        ("risk=nonsense", ["Mail", "Wire 9"]),
    ],
)
def test_filters_live_in_the_address(query, found):
    make_approval(action="Mail", sla_minutes=10)
    make_approval(action="Wire 9", risk="high", policy=make_policy("payment"))

    response = client_of(make_user()).get(f"/approvals/?{query}")

    assert actions_in(response) == found


def test_pages_follow_each_other_without_gap_or_repetition():
    for number in range(30):
        make_approval(action=f"Number {number}")
    client = client_of(make_user())

    first = client.get("/approvals/")
    second = client.get("/approvals/", {"after": first.context["following"]})

    together = actions_in(first) + actions_in(second)
    assert (len(actions_in(first)), len(together), len(set(together))) == (25, 30, 30)
    assert not second.context["following"]


def test_a_cursor_that_makes_no_sense_shows_the_start():
    make_approval(action="Mine")
    client = client_of(make_user())

    for cursor in ("x", "~~", "2026-01-01~1~x", "2026-01-01T00:00:00~9~" + "0" * 32, "\0"):
        assert actions_in(client.get("/approvals/", {"after": cursor})) == ["Mine"]


def test_a_tab_counts_no_further_than_99(monkeypatch):
    monkeypatch.setattr("approvals.views.inbox.counting.MOST_COUNTED", 3)
    for _ in range(4):
        make_approval()

    assert counts_in(client_of(make_user()).get("/approvals/"))["me"] == "2+"


def test_nothing_needs_you_names_the_next_deadline_of_the_pool():
    make_approval(action="Open to all", assignees=("deputy@example.com",))

    text = text_of(client_of(make_approver()).get("/approvals/"))

    assert "Nothing needs you" in text
    assert "Open to all" in text


def test_no_match_is_told_apart_from_nothing():
    make_approval()

    text = text_of(client_of(make_user()).get("/approvals/?q=nothing-like-it"))

    assert "No request matches" in text


def test_a_person_without_authority_is_told_how_to_get_it():
    make_approval()

    text = text_of(client_of(make_user("new@example.com")).get("/approvals/"))

    assert "You can\u2019t decide anything yet" in text


def test_before_a_policy_and_an_agent_the_inbox_says_what_to_do_first():
    text = text_of(client_of(make_user("root@example.com", is_staff=True)).get("/approvals/"))

    assert "create_agent" in text
    assert "add a policy" in text


@pytest.mark.parametrize("rows", [1, 20])
def test_the_inbox_takes_as_many_queries_for_many_rows_as_for_one(rows, django_assert_max_num_queries):
    for _ in range(rows):
        make_approval()
    client = client_of(make_approver())

    with django_assert_max_num_queries(15):
        client.get("/approvals/?tab=pool")


@pytest.mark.parametrize("rows", [1, 20])
def test_a_request_takes_a_bounded_number_of_queries(rows, django_assert_max_num_queries):
    approvals = [make_approval() for _ in range(rows)]
    client = client_of(make_user())

    with django_assert_max_num_queries(35):
        client.get(url("request", approvals[0]))


def test_htmx_gets_the_open_request_alone():
    approval, client = make_approval(), client_of(make_user())

    fragment = text_of(client.get(url("request", approval), headers={"HX-Request": "true"}))
    restored = client.get(
        url("request", approval), headers={"HX-Request": "true", "HX-History-Restore-Request": "true"}
    )

    assert 'id="request"' in fragment
    assert 'id="inbox"' not in fragment
    assert 'id="inbox"' in text_of(restored)


def test_the_tab_goes_along_to_the_request_and_back():
    approval = make_approval(assignees=("deputy@example.com",))
    client = client_of(make_approver())

    row = text_of(client.get("/approvals/?tab=pool&view=x"))
    page = client.get(url("request", approval) + "?tab=pool")

    assert f'href="{url("request", approval)}?tab=pool"' in row
    assert page.context["filters"].tab == "pool"
    assert f'action="{url("review", approval)}?tab=pool"' in text_of(page)


@pytest.mark.parametrize(
    ("to", "written"),
    [
        (["dana@acme.example", "li@acme.example"], "dana@acme.example, li@acme.example"),
        (["Doe, Dana"], '["Doe, Dana"]'),
        (["7"], '"7"'),
        ([7], "[7]"),
        ([], "empty list"),
    ],
)
def test_a_list_of_texts_is_listed_in_the_headline(to, written):
    approval = make_approval(policy=make_policy(headline=["/to"]), payload={"to": to})

    assert [part.text for part in headline_of(approval, {"to": to})] == [written]


def test_the_policys_headline_stands_in_the_row_and_beside_the_button():
    make_policy(headline=["/amount", "/to", "/missing"])
    approval = make_approval(payload={"to": "ada@acme.example", "amount": 1250.5})
    client = client_of(make_user())

    row = text_of(client.get("/approvals/"))
    review = text_of(client.get(url("review", approval)))

    assert "1250.5 · ada@acme.example" in row
    assert "1250.5 · ada@acme.example" in review


def chips_in(response):
    return re.findall(r'<span class="chip">([^<]*)</span>', text_of(response))


def test_what_is_decided_in_anothers_place_carries_their_name():
    make_approval(action="Lent", assignees=("finance@example.com",))
    make_approval(action="Own", assignees=("deputy@example.com", "finance@example.com"))
    make_grant(make_user("finance@example.com", name="Priya Raman"), make_user("deputy@example.com"))

    response = client_of(make_user("deputy@example.com")).get("/approvals/")

    assert set(actions_in(response)) == {"Lent", "Own"}
    assert chips_in(response) == ["for Priya Raman"]


def test_the_name_is_of_the_person_who_lends_the_authority_for_that_request():
    policies = {name: make_policy(name) for name in ("refund", "payment")}
    make_approval(action="A refund", policy=policies["refund"], assignees=("support@example.com",))
    make_approval(action="A payment", policy=policies["payment"], assignees=("finance@example.com",))
    for lender in ("support", "finance"):
        make_grant(make_user(f"{lender}@example.com"))

    response = client_of(make_user("deputy@example.com")).get("/approvals/")

    named = {
        row.action: response.context["on_behalf_of"][str(row.pk)]
        for row in response.context["groups"][0]["rows"]
    }
    assert named == {"A refund": "Support", "A payment": "Finance"}


def test_a_grant_that_ended_leaves_no_row_and_no_chip():
    make_approval(assignees=("finance@example.com",))
    make_grant(make_user("finance@example.com"), expires_at=timezone.now() - timedelta(minutes=1))

    response = client_of(make_user("deputy@example.com")).get("/approvals/")

    assert (actions_in(response), chips_in(response)) == ([], [])


def test_what_was_approved_in_anothers_place_waits_without_a_chip():
    approval = make_approval(risk="critical", assignees=("finance@example.com", "sales@example.com"))
    grant = make_grant(make_user("finance@example.com"))
    factories.approve(approval, by=grant.grantee)

    response = client_of(grant.grantee).get("/approvals/")

    assert response.context["groups"][-1]["heading"] == "Waiting for somebody else"
    assert (len(actions_in(response)), chips_in(response)) == (1, [])


@pytest.mark.parametrize("rows", [1, 20])
def test_names_of_lenders_take_as_many_queries_for_many_rows_as_for_one(rows, django_assert_max_num_queries):
    for number in range(rows):
        make_approval(assignees=(f"lender{number}@example.com",))
        make_grant(make_user(f"lender{number}@example.com"))
    client = client_of(make_user("deputy@example.com"))

    with django_assert_max_num_queries(16):
        assert len(chips_in(client.get("/approvals/"))) == rows
