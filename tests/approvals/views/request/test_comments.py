"""Comments under a request: who may, who is told, and what is typed is not lost."""

from __future__ import annotations

import pytest

from approvals.models import Comment, Notification, WorkingCopy
from tests.approvals.views.browse import client_of, form_in, text_of, url
from tests.factories import approve, make_approval, make_approver, make_grant, make_user

pytestmark = pytest.mark.django_db


def test_a_comment_stands_in_the_history_and_tells_whom_it_mentions():
    approval, client, approver = make_approval(), client_of(make_user()), make_approver()
    form = form_in(client.get(url("request", approval)), "review-form")

    response = client.post(url("comments", approval), form | {"text": "@approver, please <b>look</b>"})

    assert response.status_code == 303
    assert "@approver, please &lt;b&gt;look&lt;/b&gt;" in text_of(client.get(url("request", approval)))
    told = Notification.objects.filter(kind="mentioned").values_list("recipient", flat=True)
    assert list(told) == [approver.email]


def test_what_was_typed_in_the_payload_is_kept_beside_the_comment():
    approval, client = make_approval(), client_of(make_user())
    form = form_in(client.get(url("request", approval)), "review-form")
    body = next(name for name, value in form.items() if value.startswith("Dear Ada"))

    client.post(url("comments", approval), form | {body: "Dear Grace", "text": "Is this right?"})

    assert form_in(client.get(url("request", approval)), "review-form")[body] == "Dear Grace"
    assert WorkingCopy.objects.count() == Comment.objects.count() == 1


def test_with_htmx_only_the_history_is_swapped():
    approval, client = make_approval(), client_of(make_user())

    response = client.post(url("comments", approval), {"text": "Noted."}, headers={"HX-Request": "true"})

    assert response.status_code == 200
    assert text_of(response).lstrip().startswith('<section id="history-panel"')
    assert "Noted." in text_of(response)


def test_who_cannot_decide_has_a_form_of_their_own():
    approval, client = make_approval(), client_of(make_user("audit@example.com", is_auditor=True))
    form = form_in(client.get(url("request", approval)), "new-comment")

    assert client.post(url("comments", approval), form | {"text": "Noted."}).status_code == 303


def test_an_empty_comment_is_refused_beside_its_field():
    approval, client = make_approval(), client_of(make_user())

    response = client.post(url("comments", approval), {"text": "  "})

    assert response.status_code == 422
    assert 'id="text-error"' in text_of(response)
    assert not Comment.objects.exists()


def test_a_comment_that_is_too_long_is_still_there():
    approval, client = make_approval(), client_of(make_user())

    response = client.post(url("comments", approval), {"text": "long " * 1000})

    assert response.status_code == 422
    assert "long long" in text_of(response)


def test_an_auditor_comments_and_a_stranger_does_not():
    approval = make_approval()
    auditor, stranger = make_user("audit@example.com", is_auditor=True), make_user("stranger@example.com")

    assert client_of(auditor).post(url("comments", approval), {"text": "Noted."}).status_code == 303
    assert client_of(stranger).post(url("comments", approval), {"text": "Hello"}).status_code == 404


def test_a_delegate_comments_by_the_page_that_shows_the_decision():
    approval, grant = make_approval(), make_grant(make_user(), make_user("deputy@example.com"))
    approve(approval, by=make_user())
    client = client_of(grant.grantee)
    form = form_in(client.get(url("request", approval)), "new-comment")

    response = client.post(url("comments", approval), form | {"text": "Noted."})

    assert response.status_code == 303
    assert Comment.objects.get().user == grant.grantee


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}])
def test_a_name_that_cannot_be_told_is_refused_and_what_was_typed_stays(headers):
    approval, client = make_approval(), client_of(make_user())
    make_user("stranger@example.com")
    form = form_in(client.get(url("request", approval)), "review-form")
    posted = {"text": "@stranger, is this yours?", "payload/subject": "Corrected"}

    response = client.post(url("comments", approval), form | posted, headers=headers)

    assert response.status_code == 422
    assert "@stranger cannot read this request" in text_of(response)
    assert "@stranger, is this yours?</textarea>" in text_of(response)
    assert headers or form_in(response, "review-form")["payload/subject"] == "Corrected"
    assert not Comment.objects.exists()
