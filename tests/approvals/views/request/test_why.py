"""Why a person is asked, how far the approvals have come, and what is hidden until they have voted."""

from __future__ import annotations

import html

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.html import strip_tags

from approvals import lifecycle
from approvals.models import Approval
from grants.models import User
from tests.approvals.views.browse import client_of, form_in, text_of, url
from tests.factories import (
    EMAIL_PAYLOAD,
    age,
    approve,
    make_approval,
    make_approver,
    make_grant,
    make_policy,
    make_user,
    reject,
)

pytestmark = pytest.mark.django_db


def page(approval: Approval, person: User) -> str:
    """The request's page, in words."""
    return " ".join(html.unescape(strip_tags(markup(approval, person))).split())


def markup(approval: Approval, person: User) -> str:
    return text_of(client_of(person).get(url("request", approval)))


def critical() -> tuple[Approval, User, User]:
    """A critical request that names two people."""
    one, other = make_user("one@example.com"), make_user("other@example.com")
    return make_approval(risk="critical", assignees=(one.email, other.email)), one, other


def test_a_delegate_reads_on_whose_behalf_and_until_when():
    approval, grantor = make_approval(), make_user()
    grant = make_grant(grantor, make_user("deputy@example.com"))

    shown = page(approval, grant.grantee)

    assert "You decide on behalf of Sales." in shown
    assert grant.expires_at.strftime("%-d") in shown
    assert "It is lent to you until" in shown
    assert f"/approvals/delegated/{grant.pk}/" in markup(approval, grant.grantee)


def test_a_reviewer_with_a_grant_that_covers_now_is_shown_as_away():
    approval, other = (
        make_approval(assignees=("sales@example.com", "other@example.com")),
        make_user("other@example.com"),
    )
    make_grant(make_user(), make_user("deputy@example.com"))

    assert "away, covered by Deputy" in page(approval, other)


def test_a_grant_of_another_scope_makes_nobody_away():
    approval, other = (
        make_approval(assignees=("sales@example.com", "other@example.com")),
        make_user("other@example.com"),
    )
    make_grant(make_user(), is_whole=False, action_types=["refund"])

    assert "away" not in page(approval, other)


def test_a_person_who_has_voted_reads_who_still_can():
    approval, one, _ = critical()
    approve(approval, by=one)

    assert "Approvals: 1 of 2, by different people. Waiting for Other or the approvers." in page(
        approval, one
    )


@pytest.mark.shows("voters-stay-hidden")
def test_the_second_voter_does_not_learn_who_was_the_first():
    approval, one, other = critical()
    approve(approval, by=one, comment="Looks right to me.")
    lifecycle.comment(approval.pk, by=one, text="I called them.")

    shown = page(approval, other)

    assert "Approvals: 1 of 2" in shown
    assert "Looks right to me." not in shown
    assert "I called them." not in shown
    assert "People asked: One, Other. Any approver may decide it as well." in shown  # as if nobody had


@pytest.mark.shows("voters-stay-hidden")
def test_once_they_have_voted_they_read_it():
    approval, one, other = critical()
    approve(approval, by=one, comment="Looks right to me.")
    approve(approval, by=other)

    assert "Looks right to me." in page(approval, other)


def test_a_comment_of_somebody_who_has_not_voted_is_read_before_the_vote():
    approval, one, other = critical()
    lifecycle.comment(approval.pk, by=one, text="Is this the key of last year?")

    assert "Is this the key of last year?" in page(approval, other)


def test_when_only_the_agents_choice_has_voted_the_page_says_whom_it_waits_for():
    policy = make_policy(reviewers=["finance@example.com"])
    approval, mallory = (
        make_approval(policy=policy, assignees=("mallory@example.com",)),
        make_user("mallory@example.com"),
    )
    make_user("finance@example.com")
    approve(approval, by=mallory)

    shown = page(approval, mallory)

    assert "all of them by people whom the agent named" in shown
    assert "Waiting for Finance or the approvers." in shown


def test_a_principal_reads_that_their_delegate_has_approved():
    approval, one, _ = critical()
    grant = make_grant(one, make_user("deputy@example.com"))
    approve(approval, by=grant.grantee)

    assert "Deputy approved version 1 on your behalf." in page(approval, one)
    assert "You approved version 1, on behalf of One." in page(approval, grant.grantee)
    assert "on behalf of One" in page(approval, one).split("Comments and history")[1]


def test_what_was_proposed_again_shows_what_changed_since():
    before, reviewer = make_approval(), make_user()
    reject(before, by=reviewer, resolution="changes_requested", comment="Write to the other Ada.")
    again = make_approval(
        supersedes=before.pk,
        key=before.key,
        confidence=0.9,
        payload={"to": "ada@acme.example", "subject": "Q4"},
    )

    shown = page(again, reviewer)

    assert "Proposed again" in shown
    assert "rejected (needs changes) by Sales" in shown
    assert "Write to the other Ada." in shown
    since = shown.split("What changed since")[1].split("Evidence")[0]
    assert "ada@acme.example" in since
    assert "Confidence" in since


def test_an_earlier_request_that_one_may_not_read_is_not_shown():
    before = make_approval(assignees=("somebody@example.com",), action="A secret of others")
    again = make_approval(supersedes=before.pk, key=before.key)

    assert "A secret of others" not in page(again, make_user())
    assert "A secret of others" in page(again, make_approver())


def test_a_voter_whose_vote_is_void_stays_unknown_to_who_is_still_to_vote():
    one, other, third = (make_user(f"{name}@example.com") for name in ("one", "other", "third"))
    approval = make_approval(risk="critical", assignees=(one.email, other.email, third.email))
    approve(approval, by=one, comment="Looks right to me.")
    approve(approval, by=other, edited={**EMAIL_PAYLOAD, "subject": "Corrected"})

    shown = page(approval, third).split("Comments and history")[1]

    assert "Looks right to me." not in shown
    assert "One" not in shown
    assert "Other" not in shown


@pytest.mark.shows("voters-stay-hidden")
def test_who_opened_it_does_not_tell_who_has_voted():
    approval, one, other = critical()
    lifecycle.open_request(approval.pk, by=one)
    lifecycle.open_request(approval.pk, by=other)
    approve(approval, by=one)

    assert "One" not in page(approval, other).split("Comments and history")[1]


@pytest.mark.shows("voters-stay-hidden")
def test_handing_ones_place_on_opens_nobodys_eyes():
    approver = make_approver()
    approval, one, other = critical()
    approve(approval, by=one, comment="Looks right to me.")
    lifecycle.reassign(approval.pk, by=other, to=approver.email, reason="Away.", instead_of=other.email)

    assert "Looks right to me." not in page(approval, other)


def test_an_auditor_who_decides_nothing_reads_it_all():
    approval, one, _ = critical()
    approve(approval, by=one, comment="Looks right to me.")

    assert "Looks right to me." in page(approval, make_user("audit@example.com", is_auditor=True))


def test_a_person_asked_instead_reads_why_and_not_for_whom():
    approver = make_approver()
    approval, one, _ = critical()
    approve(approval, by=one)
    lifecycle.reassign(approval.pk, by=one, to=approver.email, reason="I am away.", instead_of=one.email)

    shown = page(approval, approver)

    assert "I am away." in shown
    assert one.email not in shown
    assert "in place of" not in shown


def test_taking_it_back_does_not_say_whose_place_it_was_either():
    approver = make_approver()
    approval, one, other = critical()
    lifecycle.reassign(approval.pk, by=one, to=approver.email, reason="I am away.", instead_of=one.email)
    lifecycle.take_back(approval.pk, by=one, of=approver.email)

    shown = page(approval, other)

    assert f"took it back from {approver.email}" in shown
    assert f"{one.email} is asked again" not in shown
    assert f"{one.email} is asked again" in page(approval, one)


def test_a_delegate_whose_grantor_has_voted_has_nothing_left_to_decide():
    approval, one, _ = critical()
    grant = make_grant(one, make_user("deputy@example.com"))
    approve(approval, by=one)

    shown = page(approval, grant.grantee)

    assert "One, for whom you stand in, has approved version 1." in shown
    assert "Review decision" not in shown
    assert "For me 0" in " ".join(shown.split())


def test_with_two_to_stand_in_for_it_is_not_said_whose_seat_is_free():
    approval, one, other = critical()
    deputy = make_grant(one).grantee
    make_grant(other, deputy)
    approve(approval, by=one)

    shown = page(approval, deputy)

    assert "You decide on behalf of One or Other." in shown
    assert "It is lent to you until" not in shown


def test_who_may_not_read_the_earlier_request_learns_that_there_was_one():
    before = make_approval(assignees=("somebody@example.com",), action="A secret of others")
    again = make_approval(supersedes=before.pk, key=before.key)

    shown = page(again, make_user())

    assert "to other people: that request is cancelled." in shown


def test_places_handed_on_take_no_query_each():
    approval = make_approval(assignees=("a@example.com", "b@example.com", "sales@example.com"))
    client, approver = client_of(make_user()), make_approver()

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            client.get(url("request", approval))
        return len(captured)

    def hand_on(name: str) -> None:
        make_user(f"{name}2@example.com")
        words = {"to": f"{name}2@example.com", "instead_of": f"{name}@example.com", "reason": "Away."}
        lifecycle.reassign(approval.pk, by=approver, **words)

    hand_on("a")
    with_one = queries()
    hand_on("b")

    assert queries() == with_one


def test_who_has_approved_in_their_own_right_covers_for_nobody_any_more():
    approval, one, other = critical()
    make_grant(one, other)
    approve(approval, by=other)

    assert "by different people. Waiting for One or the approvers." in page(approval, other)


def test_an_edit_that_would_void_an_approval_says_so_before_it_does():
    people = ("sales@example.com", "deputy@example.com")
    make_policy(headline=["/amount"], quorum=2)
    approval = make_approval(assignees=people, payload={"amount": 18450.5})
    approve(approval, by=make_user("deputy@example.com"))
    client = client_of(make_user())
    unedited = text_of(client.get(url("review", approval)))

    form = form_in(client.get(url("request", approval)), "review-form")
    edited = text_of(client.post(url("review", approval), form | {"payload/amount": "18000"}, follow=True))

    assert "void" not in unedited
    assert "Your edit makes 1 earlier approval void: that person is told, and asked again." in edited
    assert '<span class="headline">18450.5</span>' in unedited
    assert '<span class="headline">As edited: 18000</span>' in edited


@pytest.mark.parametrize(("risk", "by"), [("medium", "Deputy"), ("critical", "Another reviewer")])
def test_whose_approval_an_edit_made_void_reads_so_and_what_changed(risk, by):
    make_policy(quorum=2, risk="medium")
    approval = make_approval(risk=risk, assignees=("sales@example.com", "deputy@example.com"))
    first, second = make_user("sales@example.com"), make_user("deputy@example.com")
    approve(approval, by=first)
    approve(approval, by=second, edited={**EMAIL_PAYLOAD, "subject": "Corrected"})

    shown = page(approval, first)

    assert "Your approval no longer counts" in shown
    assert f"{by} has edited the payload since" in shown
    assert "Corrected" in shown.split("Your approval no longer counts")[1].split("Why you")[0]
    assert "Your approval no longer counts" not in page(approval, second)


@pytest.mark.usefixtures("rows_alone")
def test_who_was_asked_by_escalation_reads_so():
    approval = make_approval(assignees=("sales@example.com", "deputy@example.com"))
    approval.assignments.filter(email="deputy@example.com").update(source="escalation")

    assert "asked by escalation" in page(approval, make_user())


def test_who_was_named_before_and_is_on_the_ladder_reads_so_once_it_asked_them():
    ladder = [
        {"emails": ["sales@example.com"], "after_minutes": 0},
        {"emails": ["other@example.com"], "after_minutes": 600},
    ]
    approval = make_approval(
        policy=make_policy(breach_action="escalate", escalation=ladder),
        assignees=("sales@example.com", "other@example.com"),
    )
    before = page(approval, make_user())
    lifecycle.breach_if_overdue(age(approval, minutes=90).pk)

    shown = page(approval, make_user())

    assert "escalation" not in before
    assert "You are asked by escalation" in shown
    assert shown.count(", and asked by escalation") == 1
    assert "You are asked by escalation" not in page(approval, make_user("other@example.com"))


@pytest.mark.shows("an-edit-asks-again")
def test_an_edit_wants_all_the_approvals_again():
    make_policy(quorum=2)
    approval = make_approval(assignees=("sales@example.com", "deputy@example.com"))
    approve(approval, by=make_user("deputy@example.com"))
    client = client_of(make_user())
    unedited = text_of(client.get(url("review", approval)))

    form = form_in(client.get(url("request", approval)), "review-form")
    edited = text_of(client.post(url("review", approval), form | {"payload/subject": "New"}, follow=True))

    assert "to approve" not in unedited
    assert "1 more person has to approve" in edited


LADDER = [
    {"after_minutes": 0, "emails": ["lead@example.com"]},
    {"after_minutes": 30, "emails": ["chief@example.com"]},
]


def test_what_follows_the_deadline_is_said_before_it_passes():
    approval = make_approval(policy=make_policy(breach_action="escalate", escalation=LADDER))

    shown = page(approval, make_user())

    assert "If nobody decides in time: lead@example.com is asked too" in shown
    assert "chief@example.com is asked too" in shown


def test_a_step_of_the_ladder_that_is_over_has_asked():
    approval = age(make_approval(policy=make_policy(breach_action="escalate", escalation=LADDER)), minutes=70)

    shown = page(approval, make_user())

    assert "lead@example.com was asked too" in shown
    assert "chief@example.com is asked too" in shown


@pytest.mark.parametrize(
    ("breach_action", "sentence"),
    [("reject", "It is rejected."), ("notify", "It stays held, and those who were asked are told.")],
)
def test_without_a_ladder_the_page_says_what_becomes_of_it(breach_action, sentence):
    assert sentence in page(make_approval(policy=make_policy(breach_action=breach_action)), make_user())
