"""After a decision the next request of the list opens that the decided one was opened from."""

from __future__ import annotations

import re

import pytest

from tests.approvals.views.browse import client_of, form_in, text_of, url
from tests.approvals.views.inbox.test_inbox import is_late
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

OTHERS = ("deputy@example.com",)


def opened(response):
    """The action and the address of the request that opened after a decision; None where the decided one stays."""
    address = response.request["PATH_INFO"]
    query, _, done = response.request["QUERY_STRING"].partition("done=")
    if not done:
        return None
    action = re.search(r'<h1 id="action"[^>]*>([^<]*)<', text_of(response))[1]
    return action, address + (f"?{query.rstrip('&')}" if query else "")


def next_in(response):
    """The action and the address of "Next request" on the page of a decided one; None where there is none."""
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

    assert opened(page) == ("Wire 2", url("request", rows[2]) + "?tab=pool&q=wire")


@pytest.mark.parametrize("name", ["agent", "workflow", "alike"])
def test_it_is_the_next_of_the_agent_the_workflow_or_those_that_are_alike(name):
    key = make_key(make_agent("Billing agent"))[0]
    rows = [
        make_approval(
            action=f"Refund {n}", sla_minutes=10 + 2 * n, key=key, workflow="billing", payload={"n": n}
        )
        for n in range(2)
    ]
    make_approval(action="Mail", sla_minutes=11)
    values = {"agent": rows[0].agent_id, "workflow": "billing", "alike": rows[0].alike}
    carry = f"?group=1&{name}={values[name]}"

    page = decide(client_of(make_user()), rows[0], carry)

    assert opened(page) == ("Refund 1", url("request", rows[1]) + carry)


def test_behind_the_last_row_it_is_the_first():
    rows = [make_approval(action=f"Number {n}", sla_minutes=10 + n) for n in range(3)]

    page = decide(client_of(make_user()), rows[2])

    assert opened(page) == ("Number 0", url("request", rows[0]))


def test_among_the_overdue_it_is_the_next_of_them():
    first, second = (is_late(make_approval(action=name)) for name in ("First", "Second"))
    make_approval(action="In time")

    page = decide(client_of(make_user()), first, "?overdue=1")

    assert opened(page) == ("Second", url("request", second) + "?overdue=1")


def test_where_the_filter_leaves_nothing_it_is_what_is_for_me():
    wire = make_approval(action="Wire", assignees=OTHERS)
    make_approval(action="Mail", assignees=OTHERS)
    mine = make_approval(action="For me", assignees=("approver@example.com",))

    page = decide(client_of(make_approver()), wire, "?tab=pool&q=wire")

    assert opened(page) == ("For me", url("request", mine))


def test_where_nothing_is_left_the_way_leads_back_to_the_list():
    approval = make_approval()

    page = decide(client_of(make_user()), approval, "?q=acme")

    assert opened(page) is None
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

    assert opened(page) == ("Older", url("request", older) + "?tab=drafts")


@pytest.mark.parametrize("fields", [{"initiated_by": "sales@example.com"}, {"assignees": OTHERS}])
def test_it_is_never_one_that_cannot_be_decided(fields):
    done = make_approval(sla_minutes=10)
    make_approval(action="Not theirs", **fields)

    page = decide(client_of(make_user()), done)
    assert opened(page) is None
    assert next_in(page) is None


def test_it_is_never_one_that_the_deadline_rejected():
    policy = make_policy(breach_action="reject")
    done = make_approval(sla_minutes=10, policy=policy)
    is_late(make_approval(action="Lost", policy=policy))

    page = decide(client_of(make_user()), done)
    assert opened(page) is None
    assert next_in(page) is None


@pytest.mark.parametrize("name", ["rejection", "reassignment"])
def test_a_rejection_and_a_reassignment_keep_the_list(name):
    approval = make_approval(assignees=OTHERS)
    below = make_approval(action="Below", sla_minutes=59, assignees=OTHERS)
    client, carry = client_of(make_approver()), "?tab=pool&q=l"
    form = form_in(client.get(url(name, approval) + carry), f"{name}-form", press="reject")

    words = {"resolution": "declined", "instead_of": "deputy@example.com", "to": "new@example.com"}
    make_user("new@example.com")
    page = client.post(url(name, approval) + carry, form | words | {"reason": "On leave."}, follow=True)

    assert page.request["QUERY_STRING"].startswith("tab=pool&q=l")
    if name == "rejection":
        assert opened(page) == ("Below", url("request", below) + carry)
    else:
        assert page.request["PATH_INFO"] == url("request", approval)


def test_the_page_that_opens_says_what_was_decided_and_leads_back_to_it():
    done, below = make_approval(action="Done", sla_minutes=10), make_approval(action="Below")

    page = decide(client_of(make_user()), done, "?q=o")

    assert page.request["PATH_INFO"] == url("request", below)
    assert re.search(rf'Approved:\s*<a href="{url("request", done)}\?q=o">Done</a>', text_of(page))


def test_a_first_approval_of_two_is_said_to_wait_for_others():
    done = make_approval(action="Done", risk="critical", assignees=("sales@example.com", *OTHERS))
    make_approval(action="Below", sla_minutes=900)

    approve(done, by=make_user())
    page = client_of(make_user()).get(url("following", done), follow=True)

    assert re.search(r"others have yet to approve:\s*<a [^>]*>Done</a>", text_of(page))


def test_an_approval_that_was_not_given_or_is_void_is_not_said_to_count():
    done = make_approval(action="Done", risk="critical", assignees=("sales@example.com", *OTHERS))
    below = make_approval(action="Below", sla_minutes=900)
    client = client_of(make_user())

    before = client.get(url("request", below) + f"?done={done.pk}")
    approve(done, by=make_user())
    approve(done, by=make_user("deputy@example.com"), edited={**done.version().value, "subject": "Another"})
    void = client.get(url("request", below) + f"?done={done.pk}")

    for page in (before, void):
        assert "Your approval counts" not in text_of(page)
        assert re.search(r"Pending:\s*<a [^>]*>Done</a>", text_of(page))


def test_a_delegate_who_used_a_draft_is_told_so_at_the_next():
    policy = make_policy("note", pattern="draft_only", reviewers=["sales@example.com"])
    make_approval(action="Older", policy=policy, assignees=())
    newer = make_approval(action="Newer", policy=policy, assignees=())
    deputy = make_user("deputy@example.com")
    make_grant(make_user(), deputy)

    page = client_of(deputy).post(url("use", newer) + "?tab=drafts", follow=True)

    assert re.search(r"Used:\s*<a [^>]*>Newer</a>", text_of(page))


@pytest.mark.parametrize("done", ["nothing", "0190a0a0-0000-7000-8000-000000000000", "of another"])
def test_what_is_not_theirs_to_read_is_not_said(done):
    secret = make_approval(action="Secret", assignees=OTHERS)
    mine = make_approval(action="Mine")

    named = secret.pk if done == "of another" else done
    page = client_of(make_user()).get(url("request", mine) + f"?done={named}")

    assert page.status_code == 200
    assert "Secret" not in text_of(page)
    assert 'class="notice done"' not in text_of(page)
