"""Handing requests on, by the page: one, or several at once."""

from __future__ import annotations

import pytest

from approvals.models import Approval, Assignment
from tests.approvals.views.browse import client_of, form_in, text_of, url
from tests.factories import approve, make_approval, make_approver, make_grant, make_policy, make_user

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
    assert "0 of 1 handed on" in text_of(client.post(BULK, posted))
    assert named(approval) == {"sales@example.com"}


def test_one_that_was_decided_meanwhile_does_not_stop_the_others():
    reviewer, one, gone = make_user(), make_approval(), make_approval()
    make_user("other@example.com")
    approve(gone, by=reviewer)

    posted = {"approvals": [one.pk, gone.pk], "to": "other@example.com", "reason": "On leave."}
    page = text_of(client_of(reviewer).post(BULK, posted))

    assert "1 of 2 handed on" in page
    assert "One was decided or handed on meanwhile" in page
    assert named(one) == {"other@example.com"}


def test_a_delegate_finds_nothing_to_hand_on():
    approval, grant = make_approval(), make_grant(make_user(), make_user("deputy@example.com"))

    assert approval.action not in text_of(client_of(grant.grantee).get(BULK, {"of": "sales@example.com"}))


def test_the_form_offers_only_the_places_that_one_may_hand_on():
    approval = make_approval(
        policy=make_policy(reviewers=["finance@example.com"]), assignees=("mallory@example.com",)
    )
    client = client_of(make_user("mallory@example.com"))

    page = text_of(client.get(url("reassignment", approval)))
    posted = {"instead_of": "finance@example.com", "to": "eve@example.com", "reason": "A typed reason."}
    refused = client.post(url("reassignment", approval), posted)

    assert 'value="mallory@example.com"' in page
    assert 'value="finance@example.com"' not in page
    assert "ask one more" not in page
    assert refused.status_code == 422
    assert 'value="A typed reason."' in text_of(refused)


def test_in_whose_place_is_said_explicitly():
    approval, approver = make_approval(), make_approver()
    make_user("other@example.com")

    response = client_of(approver).post(
        url("reassignment", approval), {"to": "other@example.com", "reason": "Away."}
    )

    assert response.status_code == 422
    assert "Choose in whose place." in text_of(response)


def test_choosing_none_is_said_and_the_rest_stays():
    make_approval()
    response = client_of(make_user()).post(BULK, {"to": "other@example.com", "reason": "Away."})

    assert response.status_code == 422
    assert "Choose at least one request." in text_of(response)
    assert 'value="other@example.com"' in text_of(response)


def test_an_address_without_an_account_is_asked_about_first():
    approval, client = make_approval(), client_of(make_user())
    posted = {"instead_of": "sales@example.com", "to": "Typo@example.com", "reason": "On leave."}

    asked = client.post(url("reassignment", approval), posted)
    page = text_of(asked)

    assert asked.status_code == 422
    assert "Nobody here has the address typo@example.com" in page
    assert 'value="On leave."' in page
    assert '<option value="sales@example.com" selected>' in " ".join(page.split())
    assert named(approval) == {"sales@example.com"}

    again = client.post(url("reassignment", approval), posted | {"accepts_unknown": "Typo@example.com"})

    assert again.status_code == 303
    assert named(approval) == {"typo@example.com"}


def test_another_address_than_the_one_accepted_is_asked_about_again():
    approval, client = make_approval(), client_of(make_user())
    posted = {"instead_of": "sales@example.com", "to": "other-typo@example.com", "reason": "On leave."}

    response = client.post(url("reassignment", approval), posted | {"accepts_unknown": "typo@example.com"})

    assert response.status_code == 422
    assert 'value="other-typo@example.com"' in text_of(response)
    assert named(approval) == {"sales@example.com"}


def test_somebody_with_an_account_is_not_asked_about():
    approval, client = make_approval(), client_of(make_user())
    make_user("other@example.com")
    posted = {"instead_of": "sales@example.com", "to": "other@example.com", "reason": "On leave."}

    assert client.post(url("reassignment", approval), posted).status_code == 303


def test_at_high_risk_an_unknown_address_is_refused_whatever_is_accepted():
    approval, client = make_approval(risk="high"), client_of(make_user())
    posted = {"instead_of": "sales@example.com", "to": "typo@example.com", "reason": "On leave."}

    response = client.post(url("reassignment", approval), posted | {"accepts_unknown": "typo@example.com"})

    assert "has no account here" in text_of(response)
    assert 'name="accepts_unknown"' not in text_of(response)
    assert named(approval) == {"sales@example.com"}


def test_for_several_an_unknown_address_is_asked_about_before_any_is_handed_on():
    high, one, other = make_approval(risk="high"), make_approval(), make_approval()
    client = client_of(make_user())
    posted = {"approvals": [high.pk, one.pk, other.pk], "to": "typo@example.com", "reason": "On leave."}

    asked = client.post(BULK, posted)
    page = text_of(asked)

    assert asked.status_code == 422
    assert "Nobody here has the address typo@example.com" in page
    assert page.count("checked") == 3
    assert named(one) == named(other) == {"sales@example.com"}

    done = client.post(BULK, posted | {"accepts_unknown": "typo@example.com"})

    assert "2 of 3 handed on" in text_of(done)
    assert named(one) == named(other) == {"typo@example.com"}
    assert named(high) == {"sales@example.com"}


def hand_on(approval, client):
    make_user("other@example.com")
    posted = {"instead_of": "sales@example.com", "to": "other@example.com", "reason": "On leave."}
    client.post(url("reassignment", approval), posted)


def test_who_handed_it_on_takes_it_back_by_a_button_that_nobody_else_has():
    approval, client = make_approval(), client_of(make_user())
    hand_on(approval, client)
    others = [client_of(make_user("other@example.com")), client_of(make_approver())]

    page = client.get(url("request", approval))
    form = form_in(page, url("taking-back", approval))
    response = client.post(url("taking-back", approval), form)

    assert "in your place." in text_of(page)
    assert "Nobody has acted since" in text_of(page)
    for other in others:
        assert url("taking-back", approval) not in text_of(other.get(url("request", approval)))
    assert response.status_code == 303
    assert named(approval) == {"sales@example.com"}
    history = text_of(client.get(response.url))
    assert "took it back from other@example.com: sales@example.com is asked again" in history
    assert url("taking-back", approval) not in history


def test_taking_back_what_was_acted_on_says_so_on_the_page():
    approval, client = make_approval(), client_of(make_user())
    hand_on(approval, client)
    form = form_in(client.get(url("request", approval)), url("taking-back", approval))
    approve(approval, by=make_user("other@example.com"))

    response = client.post(url("taking-back", approval), form)

    assert response.status_code == 409
    assert "already approved" in text_of(response)


def test_taking_back_what_another_handed_on_is_refused():
    approval, client = make_approval(), client_of(make_user())
    hand_on(approval, client)

    response = client_of(make_approver()).post(url("taking-back", approval), {"of": "other@example.com"})

    assert response.status_code == 403
    assert named(approval) == {"other@example.com"}
