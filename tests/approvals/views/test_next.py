"""After a decision "Next request" goes on in the list that the request was opened from."""

from __future__ import annotations

import re

import pytest

from tests.approvals.views.browse import client_of, form_in, text_of, url
from tests.approvals.views.inbox.test_inbox import is_late
from tests.factories import approve, make_approval, make_approver, make_policy, make_user

pytestmark = pytest.mark.django_db

OTHERS = ("deputy@example.com",)


def next_in(response):
    """The action and the address of "Next request"; None where there is none."""
    found = re.search(
        r'href="([^"]+)">Next request<span class="visually-hidden">: ([^<]*)<', text_of(response)
    )
    return (found[2], found[1].replace("&amp;", "&")) if found else None


def decide(client, approval, carry=""):
    """Approves on the review page; the page that follows."""
    form = form_in(client.get(url("review", approval) + carry), "decision-form", press="approve")
    return client.post(url("decision", approval) + carry, form, follow=True)


def test_it_is_the_row_below_in_the_tab_and_the_filter():
    rows = [make_approval(action=f"Wire {n}", sla_minutes=10 + n, assignees=OTHERS) for n in range(3)]
    make_approval(action="Mail", sla_minutes=11, assignees=OTHERS)
    make_approval(action="Wire for me", assignees=("approver@example.com",))
    client = client_of(make_approver())

    page = decide(client, rows[1], "?tab=pool&q=wire")

    assert next_in(page) == ("Wire 2", url("request", rows[2]) + "?tab=pool&q=wire")


def test_behind_the_last_row_it_is_the_first():
    rows = [make_approval(action=f"Number {n}", sla_minutes=10 + n) for n in range(3)]

    page = decide(client_of(make_user()), rows[2])

    assert next_in(page) == ("Number 0", url("request", rows[0]))


def test_among_the_overdue_it_is_the_next_of_them():
    first, second = (is_late(make_approval(action=name)) for name in ("First", "Second"))
    make_approval(action="In time")

    page = decide(client_of(make_user()), first, "?overdue=1")

    assert next_in(page) == ("Second", url("request", second) + "?overdue=1")


def test_where_the_filter_leaves_nothing_it_is_what_is_for_me():
    wire = make_approval(action="Wire", assignees=OTHERS)
    make_approval(action="Mail", assignees=OTHERS)
    mine = make_approval(action="For me", assignees=("approver@example.com",))

    page = decide(client_of(make_approver()), wire, "?tab=pool&q=wire")

    assert next_in(page) == ("For me", url("request", mine))


def test_where_nothing_is_left_the_way_leads_back_to_the_list():
    approval = make_approval()

    page = decide(client_of(make_user()), approval, "?q=acme")

    assert next_in(page) is None
    assert 'href="/approvals/?q=acme">Back to the inbox' in text_of(page)


def test_from_the_decided_it_is_what_is_for_me():
    done = approve(make_approval(action="Done"), by=make_user())
    make_approval(action="For me")

    page = client_of(make_user()).get(url("request", done) + "?tab=decided")

    assert next_in(page)[0] == "For me"


def test_after_a_draft_it_is_the_next_draft():
    policy = make_policy("note", pattern="draft_only", reviewers=["sales@example.com"])
    older, newer = (make_approval(action=name, policy=policy, assignees=()) for name in ("Older", "Newer"))
    make_approval(action="A request", policy=make_policy())

    page = client_of(make_user()).post(url("use", newer) + "?tab=drafts", follow=True)

    assert next_in(page) == ("Older", url("request", older) + "?tab=drafts")


@pytest.mark.parametrize("fields", [{"initiated_by": "sales@example.com"}, {"assignees": OTHERS}])
def test_it_is_never_one_that_cannot_be_decided(fields):
    done = make_approval(sla_minutes=10)
    make_approval(action="Not theirs", **fields)

    assert next_in(decide(client_of(make_user()), done)) is None


def test_it_is_never_one_that_the_deadline_rejected():
    policy = make_policy(breach_action="reject")
    done = make_approval(sla_minutes=10, policy=policy)
    is_late(make_approval(action="Lost", policy=policy))

    assert next_in(decide(client_of(make_user()), done)) is None


@pytest.mark.parametrize("name", ["rejection", "reassignment"])
def test_a_rejection_and_a_reassignment_keep_the_list(name):
    approval = make_approval(assignees=OTHERS)
    below = make_approval(action="Below", sla_minutes=59, assignees=OTHERS)
    client, carry = client_of(make_approver()), "?tab=pool&q=l"
    form = form_in(client.get(url(name, approval) + carry), f"{name}-form", press="reject")

    words = {"resolution": "declined", "instead_of": "deputy@example.com", "to": "new@example.com"}
    make_user("new@example.com")
    page = client.post(url(name, approval) + carry, form | words | {"reason": "On leave."}, follow=True)

    assert page.request["QUERY_STRING"] == "tab=pool&q=l"
    if name == "rejection":
        assert next_in(page) == ("Below", url("request", below) + carry)
