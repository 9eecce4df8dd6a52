"""Edit, review, approve, reject: the whole way by plain links and POSTs."""

from __future__ import annotations

import pytest

from approvals import delegation
from approvals.models import Approval, Opening, Vote, WorkingCopy
from audit import clock
from audit.models import Event
from tests import factories
from tests.approvals.views.browse import buttons_in, client_of, form_in, text_of, url
from tests.factories import (
    AMBER_AND_RED,
    PASSWORD,
    make_approval,
    make_approver,
    make_grant,
    make_user,
)

pytestmark = pytest.mark.django_db


def test_an_edit_is_reviewed_and_approved_without_javascript():
    approval, client = make_approval(), client_of(make_user())

    fields = form_in(client.get(url("request", approval)), "review-form") | {"payload/subject": "Q4 proposal"}
    to_review = client.post(url("review", approval), fields)
    review = client.get(to_review.url)
    decided = client.post(url("decision", approval), form_in(review, "decision-form", press="approve"))

    approval.refresh_from_db()
    assert (to_review.status_code, to_review.url) == (303, url("review", approval))
    assert "<ins>Q4</ins>" in text_of(review)
    assert (decided.status_code, decided.url) == (303, url("following", approval))
    assert (approval.status, approval.current_version) == ("approved", 2)
    assert approval.version().value["subject"] == "Q4 proposal"
    assert "with 1 edit" in text_of(client.get(decided.url, follow=True))


def test_an_unedited_payload_is_approved_as_version_1():
    approval, client = make_approval(), client_of(make_user())

    client.post(url("review", approval), form_in(client.get(url("request", approval)), "review-form"))
    client.post(
        url("decision", approval),
        form_in(client.get(url("review", approval)), "decision-form", press="approve"),
    )

    approval.refresh_from_db()
    assert (approval.status, approval.current_version) == ("approved", 1)
    assert not WorkingCopy.objects.exists()


def test_the_form_shows_the_edits_that_were_saved_before():
    approval, client = make_approval(), client_of(make_user())
    fields = form_in(client.get(url("request", approval)), "review-form") | {"payload/subject": "Q4"}

    client.post(url("review", approval), fields)

    assert form_in(client.get(url("request", approval)), "review-form")["payload/subject"] == "Q4"


def test_a_payload_that_does_not_fit_keeps_what_was_typed():
    schema = {"type": "object", "properties": {"amount": {"type": "number", "maximum": 100}}}
    approval, client = make_approval(payload={"amount": 12}, schema=schema), client_of(make_user())

    response = client.post(url("review", approval), {"version": "1", "payload/amount": "4000"})

    assert response.status_code == 422
    assert form_in(response, "review-form")["payload/amount"] == "4000"
    assert 'aria-invalid="true"' in text_of(response)
    assert form_in(client.get(url("request", approval)), "review-form")["payload/amount"] == "4000"
    assert not WorkingCopy.objects.get().is_fit


def test_a_missing_safeguard_keeps_what_was_written():
    approval = make_approval(risk="high", evidence=AMBER_AND_RED)
    client = client_of(make_user())
    fields = form_in(client.get(url("review", approval)), "decision-form", press="approve")

    response = client.post(
        url("decision", approval), fields | {"comment": "Looks right", "acknowledged": ["1"]}
    )

    assert response.status_code == 422
    assert form_in(response, "decision-form", press="approve")["comment"] == "Looks right"
    assert form_in(response, "decision-form", press="approve")["acknowledged"] == "1"
    assert "Say in a sentence what you checked." in text_of(response)
    assert not Vote.objects.exists()


@pytest.mark.shows("friction-grows-with-risk", "a-fixed-session")
@pytest.mark.parametrize(("password", "votes"), [(PASSWORD, 1), ("wrong", 0), ("", 0)])
def test_a_critical_approval_takes_the_password_again(password, votes):
    approval, client = make_approval(risk="critical"), client_of(make_user())
    fields = form_in(client.get(url("review", approval)), "decision-form", press="approve")

    client.post(url("decision", approval), fields | {"password": password})

    assert Vote.objects.count() == votes


def test_a_wrong_password_is_said_to_be_wrong_and_the_rest_stays():
    approval, client = make_approval(risk="critical", evidence=AMBER_AND_RED), client_of(make_user())
    fields = form_in(client.get(url("review", approval)), "decision-form", press="approve")
    typed = {"sentence": "I rang the bank.", "comment": "Fine.", "acknowledged": ["1", "2"]}

    response = client.post(url("decision", approval), fields | typed | {"password": "wrong"})

    page, kept = text_of(response), form_in(response, "decision-form")
    assert response.status_code == 422
    assert page.count("That password is wrong.") == 2  # in the summary and beside the field
    assert "Enter your password again" not in page
    assert (kept["sentence"], kept["comment"]) == ("I rang the bank.", "Fine.")
    assert page.count("checked") == 2


def test_a_password_that_is_missing_is_asked_for():
    approval, client = make_approval(risk="critical"), client_of(make_user())
    fields = form_in(client.get(url("review", approval)), "decision-form", press="approve")

    page = text_of(client.post(url("decision", approval), fields | {"password": ""}))

    assert "Enter your password again" in page
    assert "wrong" not in page


def test_a_password_is_never_written_back():
    approval, client = make_approval(risk="critical", evidence=AMBER_AND_RED), client_of(make_user())
    fields = form_in(client.get(url("review", approval)), "decision-form", press="approve")

    response = client.post(url("decision", approval), fields | {"password": PASSWORD})

    assert response.status_code == 422
    assert PASSWORD not in text_of(response)


@pytest.mark.shows("typing-is-kept")
def test_a_decision_that_comes_second_gets_409_and_keeps_the_edits():
    approval, client = make_approval(), client_of(make_user())
    fields = form_in(client.get(url("request", approval)), "review-form") | {"payload/subject": "Q4 proposal"}
    client.post(url("review", approval), fields)
    decision = form_in(client.get(url("review", approval)), "decision-form", press="approve") | {
        "comment": "My reasons"
    }
    factories.approve(approval, by=make_approver())

    response = client.post(url("decision", approval), decision)

    text = text_of(response)
    assert response.status_code == 409
    assert "Approved by Approver" in text
    assert "Q4" in text
    assert "My reasons" in text
    assert "decision-form" not in text


def test_a_delegate_who_comes_second_gets_409_too():
    approval, grant = make_approval(), make_grant(make_user(), make_user("deputy@example.com"))
    client = client_of(grant.grantee)
    decision = form_in(client.get(url("review", approval)), "decision-form", press="approve")
    factories.approve(approval, by=make_user())

    response = client.post(url("decision", approval), decision)

    assert response.status_code == 409
    assert "already approved" in text_of(response)
    assert client.get(url("request", approval)).status_code == 200


def test_what_was_decided_before_it_was_lent_stays_hidden():
    approval = make_approval()
    factories.approve(approval, by=make_user())
    at = clock.now()
    grant = make_grant(make_user(), make_user("deputy@example.com"), starts_at=at)

    assert client_of(grant.grantee).get(url("request", approval)).status_code == 404


def test_what_was_decided_stays_hidden_once_the_grant_has_ended():
    approval, grant = make_approval(), make_grant(make_user(), make_user("deputy@example.com"))
    factories.approve(approval, by=make_user())

    delegation.revoke(grant.pk, by=grant.grantor)

    assert client_of(grant.grantee).get(url("request", approval)).status_code == 404


@pytest.mark.shows("a-vote-names-its-payload")
def test_a_payload_edited_meanwhile_is_not_approved():
    approval = make_approval(risk="critical", assignees=("sales@example.com", "deputy@example.com"))
    client = client_of(make_user())
    decision = form_in(client.get(url("review", approval)), "decision-form", press="approve") | {
        "password": PASSWORD
    }
    factories.approve(approval, by=make_user("deputy@example.com"), edited={"to": "eve@acme.example"})

    response = client.post(url("decision", approval), decision)

    assert response.status_code == 409
    assert "now it is version 2" in text_of(response)
    assert not Vote.objects.filter(user__email="sales@example.com").exists()


def test_edits_of_an_earlier_version_are_kept_in_sight():
    approval = make_approval(risk="critical", assignees=("sales@example.com", "deputy@example.com"))
    client = client_of(make_user())
    fields = form_in(client.get(url("request", approval)), "review-form") | {"payload/subject": "Q4 proposal"}
    edited = {**factories.EMAIL_PAYLOAD, "to": "eve@acme.example"}
    factories.approve(approval, by=make_user("deputy@example.com"), edited=edited)

    response = client.post(url("review", approval), fields)

    assert response.status_code == 409
    assert "Your unsaved edits" in text_of(response)
    assert "Q4" in text_of(response)
    assert form_in(response, "review-form")["version"] == "2"


def test_rejecting_ends_the_request_and_asks_for_words():
    approval, client = make_approval(), client_of(make_user())
    fields = form_in(client.get(url("rejection", approval)), "rejection-form", press="reject")

    refused = client.post(url("rejection", approval), fields | {"resolution": "changes_requested"})
    done = client.post(
        url("rejection", approval), fields | {"resolution": "changes_requested", "comment": "Name the price."}
    )

    approval.refresh_from_db()
    assert (refused.status_code, done.status_code) == (422, 303)
    assert (approval.status, approval.resolution) == ("rejected", "changes_requested")


def test_a_decided_request_offers_no_review_page():
    approval, client = make_approval(), client_of(make_user())
    factories.approve(approval, by=make_user())

    response = client.get(url("review", approval))

    assert (response.status_code, response.url) == (302, url("request", approval))


def test_only_a_post_says_that_a_request_was_opened():
    approval, client = make_approval(), client_of(make_user())

    client.get(url("request", approval))
    client.get(url("review", approval))
    was_opened_by_get = Opening.objects.exists()
    client.post(url("opening", approval))

    assert not was_opened_by_get
    assert Opening.objects.get().user == make_user()


def test_without_javascript_going_on_to_the_review_says_it():
    approval, client = make_approval(), client_of(make_user())

    client.post(url("review", approval), form_in(client.get(url("request", approval)), "review-form"))

    assert Opening.objects.count() == 1


@pytest.mark.parametrize("page", ["request", "review", "rejection"])
def test_each_page_that_leads_to_a_decision_says_that_it_is_open(page):
    approval, client = make_approval(), client_of(make_user())

    assert f'hx-post="{url("opening", approval)}"' in text_of(client.get(url(page, approval)))


@pytest.mark.parametrize(("page", "address"), [("review", "decision"), ("rejection", "rejection")])
def test_without_javascript_a_person_who_goes_straight_there_has_opened_it_by_deciding(page, address):
    approval, client = make_approval(), client_of(make_user())
    verdict = "approve" if page == "review" else "reject"
    fields = form_in(client.get(url(page, approval)), f"{address}-form", press=verdict)

    client.post(url(address, approval), fields | {"resolution": "declined"})

    vote, opening = Vote.objects.get(), Opening.objects.get()
    assert (opening.user, vote.opened_at) == (vote.user, opening.opened_at)
    types = list(Event.objects.about("approval", approval.pk).values_list("type", flat=True))
    assert types[:3] == ["approval.requested", "approval.opened", "approval.voted"]


def test_a_decision_that_is_refused_opens_nothing():
    approval, client = make_approval(risk="high", evidence=AMBER_AND_RED), client_of(make_user())
    fields = form_in(client.get(url("review", approval)), "decision-form", press="approve")

    assert client.post(url("decision", approval), fields).status_code == 422

    assert not Opening.objects.exists()


@pytest.mark.parametrize("page", ["request", "review", "rejection"])
def test_enter_in_a_field_presses_a_button_that_does_nothing(page):
    approval, client = make_approval(payload={"to": ["a", "b"]}), client_of(make_user())

    buttons = buttons_in(client.get(url(page, approval)))

    first = [buttons[form][0] for form in buttons if form.endswith("-form")]
    assert first
    assert all("data-nothing" in button and not button["value"] for button in first)


def test_a_form_that_is_sent_without_its_button_decides_nothing():
    approval, client = make_approval(), client_of(make_user())
    approving = form_in(client.get(url("review", approval)), "decision-form")
    rejecting = form_in(client.get(url("rejection", approval)), "rejection-form") | {"resolution": "declined"}

    for verdict in ({}, {"verdict": ""}):
        assert client.post(url("decision", approval), approving | verdict).status_code == 422
        assert client.post(url("rejection", approval), rejecting | verdict).status_code == 422

    assert not Vote.objects.exists()


def test_adding_a_row_keeps_what_was_typed():
    approval, client = make_approval(payload={"to": ["a@x.example"], "note": "Hi"}), client_of(make_user())
    fields = form_in(client.get(url("request", approval)), "review-form")
    fields.pop("view", None)

    response = client.post(url("review", approval), fields | {"payload/note": "Hello", "add": "/to"})

    assert response.status_code == 200
    assert form_in(response, "review-form")["payload/note"] == "Hello"
    assert "payload/to/1" in form_in(response, "review-form")
    assert "payload/to/1" in form_in(client.get(url("request", approval)), "review-form")


def test_the_whole_payload_is_edited_as_json():
    approval, client = make_approval(), client_of(make_user())
    fields = form_in(client.get(url("request", approval) + "?view=json"), "review-form")

    client.post(url("review", approval), fields | {"payload": fields["payload"].replace("Q3", "Q4")})
    client.post(
        url("decision", approval),
        form_in(client.get(url("review", approval)), "decision-form", press="approve"),
    )

    assert Approval.objects.get().version().value["subject"] == "Q4 partnership proposal"


@pytest.mark.shows("voters-stay-hidden")
def test_the_first_voter_stays_hidden_until_the_second_has_voted():
    approval = make_approval(risk="critical", assignees=("sales@example.com", "deputy@example.com"))
    factories.approve(approval, by=make_user("deputy@example.com"), comment="Fine by me")
    client = client_of(make_user())

    before = text_of(client.get(url("request", approval)))
    fields = form_in(client.get(url("review", approval)), "decision-form", press="approve") | {
        "password": PASSWORD
    }
    client.post(url("decision", approval), fields)
    after = text_of(client.get(url("request", approval)))

    assert "Fine by me" not in before
    assert "A reviewer" in before
    assert "Fine by me" in after


def test_htmx_is_sent_onward_with_a_header_and_gets_refusals_as_fragments():
    approval, client = make_approval(risk="critical"), client_of(make_user())
    fields = form_in(client.get(url("review", approval)), "decision-form", press="approve")
    htmx = {"headers": {"HX-Request": "true", "HX-Target": "review"}}

    refused = client.post(url("decision", approval), fields, **htmx)
    done = client.post(url("decision", approval), fields | {"password": PASSWORD}, **htmx)

    assert refused.status_code == 422
    assert "<html" not in text_of(refused)
    assert done.headers["HX-Redirect"] == url("following", approval)


def test_the_second_approver_sees_what_the_first_one_changed():
    approval = make_approval(risk="critical", assignees=("sales@example.com", "deputy@example.com"))
    edited = {**factories.EMAIL_PAYLOAD, "to": "eve@acme.example"}
    factories.approve(approval, by=make_user("deputy@example.com"), edited=edited)
    client = client_of(make_user())

    for page in ("request", "review"):
        text = text_of(client.get(url(page, approval)))
        assert "What reviewers changed" in text
        assert "<del>eng@acme.example</del>" in text


def test_a_page_made_before_an_edit_does_not_remove_a_later_working_copy():
    approval = make_approval(risk="critical", assignees=("sales@example.com", "finance@example.com"))
    reviewer = make_user("sales@example.com")
    client = client_of(reviewer)
    old_page = form_in(client.get(url("request", approval)), "review-form")
    factories.approve(
        approval, by=make_user("finance@example.com"), edited={**factories.EMAIL_PAYLOAD, "subject": "Q4"}
    )
    new_page = form_in(client.get(url("request", approval)), "review-form") | {"payload/subject": "Q5"}
    client.post(url("review", approval), new_page)

    response = client.post(url("review", approval), old_page)

    assert response.status_code == 409
    assert WorkingCopy.objects.get().base_version == 2


@pytest.mark.shows("typing-is-kept")
@pytest.mark.parametrize("page", ["review", "rejection"])
def test_a_button_that_is_pressed_twice_decides_once(page):
    approval, client = make_approval(), client_of(make_user())
    name, press = ("decision", "approve") if page == "review" else ("rejection", "reject")
    fields = form_in(client.get(url(page, approval)), f"{name}-form", press=press) | {
        "resolution": "declined"
    }

    first, second = client.post(url(name, approval), fields), client.post(url(name, approval), fields)
    other = client.post(url(name, approval), fields | {"comment": "Another word"})

    assert (first.status_code, second.status_code) == (303, 303)
    assert first.url == second.url
    assert other.status_code == 409
    assert Vote.objects.count() == 1


def test_an_approval_that_an_edit_made_void_is_not_taken_for_one_that_counts():
    approval = make_approval(risk="critical", assignees=("sales@example.com", "finance@example.com"))
    client = client_of(make_user())
    fields = form_in(client.get(url("review", approval)), "decision-form", press="approve")
    client.post(url("decision", approval), fields | {"password": PASSWORD})
    edited = {**factories.EMAIL_PAYLOAD, "subject": "Q4"}
    factories.approve(approval, by=make_user("finance@example.com"), edited=edited)

    assert client.post(url("decision", approval), fields | {"password": PASSWORD}).status_code == 409
