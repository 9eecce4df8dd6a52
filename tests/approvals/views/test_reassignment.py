"""Handing requests on, by the page: one, or several at once."""

from __future__ import annotations

import pytest

from approvals.models import Approval, Assignment
from tests.approvals.views.browse import client_of, form_in, text_of, url
from tests.factories import approve, make_approval, make_approver, make_grant, make_user

pytestmark = pytest.mark.django_db
BULK = "/approvals/reassignments/"


def named(approval: Approval) -> set[str]:
    return set(Assignment.objects.filter(approval=approval, removed_at=None).values_list("email", flat=True))


def test_a_reviewer_hands_their_place_on():
    approval, client = make_approval(), client_of(make_user())
    other = make_user("other@example.com")

    form = form_in(client.get(url("reassignment", approval)), "reassignment-form")
    posted = form | {"instead_of": "sales@example.com", "to": "Other@example.com", "reason": "On leave."}
    response = client.post(url("reassignment", approval), posted)

    assert response.status_code == 303
    assert named(approval) == {other.email}
    assert "asked other@example.com in place of sales@example.com" in text_of(
        client_of(other).get(url("request", approval))
    )


def test_what_does_not_fit_is_said_beside_the_field_and_what_was_typed_stays():
    approval, client = make_approval(), client_of(make_user())

    posted = {"instead_of": "sales@example.com", "to": "nobody", "reason": "On leave."}
    response = client.post(url("reassignment", approval), posted)

    assert response.status_code == 422
    assert 'id="to-error"' in text_of(response)
    assert 'value="On leave."' in text_of(response)
    assert named(approval) == {"sales@example.com"}


def test_a_delegate_is_refused():
    approval = make_approval()
    grant = make_grant(make_user(), make_user("deputy@example.com"))
    client = client_of(grant.grantee)

    assert client.get(url("reassignment", approval)).status_code == 403
    assert client.post(url("reassignment", approval), {"to": "a@example.com"}).status_code == 403
    assert url("reassignment", approval) not in text_of(client.get(url("request", approval)))


def test_after_the_decision_it_is_a_conflict():
    approval, reviewer = make_approval(), make_user()
    approve(approval, by=reviewer)
    make_user("other@example.com")

    posted = {"instead_of": "sales@example.com", "to": "other@example.com", "reason": "On leave."}
    response = client_of(reviewer).post(url("reassignment", approval), posted)

    assert response.status_code == 409


def test_several_are_handed_on_at_once_and_each_says_what_became_of_it():
    one, high = make_approval(), make_approval(risk="high", action="Pay 90,000 EUR")
    make_user("other@example.com")
    client = client_of(make_user())

    posted = {"approvals": [one.pk, high.pk], "to": "other@example.com", "reason": "On leave."}
    response = client.post(BULK, posted)

    assert "1 of 2 handed on" in text_of(response)
    assert "only a reviewer of the policy" in text_of(response)
    assert named(one) == {"other@example.com"}
    assert named(high) == {"sales@example.com"}


def test_an_approver_hands_on_what_names_an_absent_colleague():
    approval, approver = make_approval(), make_approver()
    make_user("other@example.com")
    client = client_of(approver)

    assert approval.action in text_of(client.get(BULK, {"of": "sales@example.com"}))
    posted = {
        "of": "sales@example.com",
        "approvals": [approval.pk],
        "to": "other@example.com",
        "reason": "Away.",
    }
    client.post(BULK, posted)

    assert named(approval) == {"other@example.com"}


def test_nobody_hands_on_several_that_they_may_not_see():
    approval, stranger = make_approval(action="A secret of others"), make_user("stranger@example.com")
    client = client_of(stranger)
    posted = {"of": "sales@example.com", "approvals": [approval.pk], "to": "x@example.com", "reason": "Mine."}

    assert "A secret of others" not in text_of(client.get(BULK, {"of": "sales@example.com"}))
    assert client.post(BULK, posted).status_code == 422
    assert named(approval) == {"sales@example.com"}


def test_choosing_none_is_said_and_the_rest_stays():
    make_approval()
    response = client_of(make_user()).post(BULK, {"to": "other@example.com", "reason": "Away."})

    assert response.status_code == 422
    assert "Choose at least one request." in text_of(response)
    assert 'value="other@example.com"' in text_of(response)
