"""The jump finds what a person may read, and nothing else."""

from __future__ import annotations

from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.test import Client

from approvals import absence
from audit import clock
from tests.approvals.views.browse import client_of, url
from tests.factories import (
    approve,
    make_approval,
    make_approver,
    make_grant,
    make_policy,
    make_user,
)

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
MOST_QUERIES = 9


def found(client: Client, text: str) -> dict[str, list[str]]:
    response = client.get("/jump/", {"q": text})
    groups: list[Any] = response.context["groups"]
    return {group.label: [hit.title for hit in group.hits] for group in groups}


def test_requests_are_found_by_their_action_and_workflow_the_next_deadline_first() -> None:
    make_approval(action="Wire 8", sla_minutes=50)
    make_approval(action="wire 9", sla_minutes=30)
    make_approval(action="Mail", policy=make_policy("mail", workflow="Wiring"), sla_minutes=40)
    make_approval(action="Refund")

    assert found(client_of(make_user()), "WIR")["Requests"] == ["wire 9", "Mail", "Wire 8"]


def test_what_is_decided_is_found_by_the_beginning_of_its_id_alone() -> None:
    approval = approve(make_approval(action="Wire 9"), by=make_user())
    make_approval(action="Another")
    client = client_of(make_user())
    digits = approval.pk.hex

    assert found(client, "wire 9") == {}
    for text in (str(approval.pk), digits.upper(), digits[:31], str(approval.pk)[:35]):
        assert found(client, text) == {"Requests": ["Wire 9"]}
    assert "Wire 9" in found(client, digits[:8])["Requests"]
    assert found(client, digits[:7]) == {}
    assert found(client, digits[:31] + "g") == {}


def test_a_request_that_matches_twice_stands_once() -> None:
    approval = make_approval()
    named = make_approval(action=f"Follow up on {approval.pk.hex}")

    assert found(client_of(make_user()), approval.pk.hex)["Requests"] == [approval.action, named.action]


def test_nobody_finds_a_request_that_they_may_not_read() -> None:
    approval = make_approval(action="Wire 9", assignees=("finance@example.com",))
    deputy = make_grant(make_user("finance@example.com"), make_user("deputy@example.com")).grantee
    people = (make_user(), make_approver(), deputy, make_user("audit@example.com", is_auditor=True))

    for text in ("wire", str(approval.pk)):
        seen_by = [bool(found(client_of(person), text)) for person in people]
        assert seen_by == [False, True, True, True]
    assert [client_of(person).get(url("request", approval)).status_code for person in people] == [
        404,
        200,
        200,
        200,
    ]


def test_drafts_are_found() -> None:
    make_approval(action="A draft", policy=make_policy("draft", pattern="draft_only"))

    assert found(client_of(make_user()), "a draft")["Requests"] == ["A draft"]


def test_policies_are_found_by_those_who_may_read_them() -> None:
    make_policy("payment", workflow="Vendors", reviewers=["sales@example.com"])
    make_policy("refund")
    reviewer, stranger = client_of(make_user()), client_of(make_user("new@example.com"))

    response = reviewer.get("/jump/?q=vend")

    (group,) = response.context["groups"]
    assert [(hit.title, hit.url) for hit in group.hits] == [
        ("payment in Vendors", "/approvals/policies/payment/?workflow=Vendors")
    ]
    assert reviewer.get(group.hits[0].url).status_code == 200
    assert found(reviewer, "payment") == {"Policies": ["payment in Vendors"]}
    assert found(stranger, "payment") == {}


def test_people_are_found_as_far_as_the_lending_form_names_them() -> None:
    make_policy("payment", reviewers=["sales@example.com", "hannah@example.com"])
    make_user("hannah@example.com", name="Hannah Officer")
    make_user("somebody@example.com", name="Hannes")
    reviewer, stranger = client_of(make_user()), client_of(make_user("new@example.com"))

    (group,) = reviewer.get("/jump/?q=hann").context["groups"]

    assert [hit.title for hit in group.hits] == ["Hannah Officer"]
    assert 'value="hannah@example.com"' in reviewer.get(group.hits[0].url).text
    assert found(stranger, "hann") == {}


def test_a_person_who_is_away_is_shown_so() -> None:
    make_policy("payment", reviewers=["sales@example.com", "hannah@example.com"])
    at = clock.now()
    said = absence.announce(make_user("hannah@example.com"), starts_at=at, ends_at=at + timedelta(days=2))

    (group,) = client_of(make_user()).get("/jump/?q=hann").context["groups"]

    assert group.hits[0].hint == f"hannah@example.com · away until {said.until} · lend them your authority"


def test_the_page_says_what_was_looked_for_and_that_nothing_matches() -> None:
    client = client_of(make_user())

    nothing, short, empty = (client.get("/jump/", {"q": q}) for q in ("<b>x\0</b>", "x", ""))

    assert "matches \u201c<b>x</b>\u201d." in unescape(nothing.text)
    assert "<b>x" not in nothing.text
    assert "Type two characters or more." in short.text
    assert "two characters" not in empty.text


def test_htmx_gets_the_options_of_the_list_alone() -> None:
    make_approval(action="Wire <9>")

    response = client_of(make_user()).get("/jump/?q=wire", headers=HTMX)

    assert response.text.count('role="option"') == 1
    assert "Wire &lt;9&gt;" in response.text
    assert "<html" not in response.text
    assert response["Cache-Control"] == "no-store, private"


def test_a_person_signs_in_first() -> None:
    assert Client().get("/jump/?q=wire")["Location"] == "/sign-in/?next=/jump/%3Fq%3Dwire"
    assert "data-jump" not in Client().get("/sign-in/").text


def test_every_page_of_a_person_offers_it() -> None:
    approval = make_approval()
    client = client_of(make_user())

    for address in (
        "/approvals/",
        url("request", approval),
        "/approvals/delegated/",
        "/preferences/notifications/",
    ):
        assert 'href="/jump/"' in client.get(address).text


def test_it_takes_few_queries(django_assert_max_num_queries: Any) -> None:
    for number in range(20):
        make_approval(action=f"Wire {number}")
        make_policy(f"wire_{number}", reviewers=["sales@example.com", f"wire{number}@example.com"])
        make_user(f"wire{number}@example.com")
    make_grant(make_user("finance@example.com"), make_user("deputy@example.com"))
    for person in (
        make_user(),
        make_approver(),
        make_user("deputy@example.com"),
        make_user("new@example.com"),
    ):
        client = client_of(person)

        with django_assert_max_num_queries(MOST_QUERIES):
            client.get("/jump/?q=wire")


def test_the_most_of_each_kind_are_shown() -> None:
    for number in range(8):
        make_approval(action=f"Wire {number}")
        make_policy(f"wire_{number}", reviewers=["sales@example.com", f"wire{number}@example.com"])
        make_user(f"wire{number}@example.com")

    hits = found(client_of(make_user()), "wire")

    assert {kind: len(titles) for kind, titles in hits.items()} == {"Requests": 6, "Policies": 6, "People": 6}
