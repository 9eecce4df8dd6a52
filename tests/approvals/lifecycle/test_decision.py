"""A person decides: what counts, what is void, and what the log carries of it."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from approvals import lifecycle, signing
from approvals.exceptions import AlreadyDecided, InvalidInput, NotPermitted, SeatTaken, StaleVersion
from approvals.lifecycle import Attestation, Seen
from approvals.models import Approval, Notification, Vote
from audit import clock
from audit.message import SYSTEM
from audit.models import Event
from grants import membership
from tests.factories import (
    AMBER_AND_RED,
    EMAIL_PAYLOAD,
    age,
    approve,
    attest,
    make_approval,
    make_approver,
    make_policy,
    make_user,
    reject,
    seen,
)

pytestmark = pytest.mark.django_db

CORRECTED = {**EMAIL_PAYLOAD, "body": "Dear Ada,\n\ncorrected.\n\nBest,\nSam"}


def events(approval: Approval) -> list[str]:
    return [event.type.removeprefix("approval.") for event in Event.objects.about("approval", approval.pk)]


def event_data(approval: Approval, type_: str) -> dict[str, object]:
    event = Event.objects.about("approval", approval.pk).get(type=f"approval.{type_}")
    data: dict[str, object] = json.loads(bytes(event.body.content))["data"]
    return data


def test_one_approval_is_enough_below_critical() -> None:
    approval = make_approval(risk="high")

    decided = approve(approval, by=make_user())

    assert decided.status == "approved"
    assert events(approval) == ["requested", "opened", "voted", "granted"]


@pytest.mark.shows("critical-takes-two")
def test_a_critical_request_takes_two_people() -> None:
    approval = make_approval(risk="critical", assignees=("sales@example.com", "finance@example.com"))

    first = approve(approval, by=make_user("sales@example.com"))
    second = approve(approval, by=make_user("finance@example.com"))

    assert (first.status, second.status) == ("pending", "approved")


@pytest.mark.shows("nobody-fills-two-seats")
def test_the_same_person_does_not_approve_twice() -> None:
    approval = make_approval(risk="critical")
    approve(approval, by=make_user())

    with pytest.raises(SeatTaken):
        approve(approval, by=make_user())


@pytest.mark.shows("an-edit-asks-again", "agents-get-what-was-approved")
def test_an_edit_becomes_the_version_that_is_approved() -> None:
    approval = make_approval()

    decided = approve(approval, by=make_user(), edited=CORRECTED)

    assert decided.current_version == 2
    assert decided.version().value == CORRECTED
    assert decided.version(1).value == EMAIL_PAYLOAD
    assert events(approval) == ["requested", "opened", "edited", "voted", "granted"]
    assert event_data(approval, "granted")["changes"] == [
        {"op": "replace", "path": "/body", "value": CORRECTED["body"]}
    ]


@pytest.mark.shows("an-edit-asks-again")
def test_an_edit_that_changes_nothing_makes_no_version() -> None:
    approval = make_approval()

    decided = approve(approval, by=make_user(), edited=dict(reversed(EMAIL_PAYLOAD.items())))

    assert decided.current_version == 1


@pytest.mark.shows("an-edit-asks-again")
def test_an_edit_voids_the_approval_before_it_and_tells_that_voter() -> None:
    approval = make_approval(risk="critical", assignees=("sales@example.com", "finance@example.com"))
    approve(approval, by=make_user("sales@example.com"))

    second = approve(approval, by=make_user("finance@example.com"), edited=CORRECTED)
    told = Notification.objects.filter(kind="votes_voided").values_list("recipient", flat=True)

    assert second.status == "pending"
    assert list(told) == ["sales@example.com"]
    assert "votes_voided" in events(approval)

    third = approve(approval, by=make_user("sales@example.com"))

    assert third.status == "approved"


@pytest.mark.shows("a-vote-names-its-payload")
def test_an_approval_of_a_superseded_version_is_refused() -> None:
    approval = make_approval(risk="critical", assignees=("sales@example.com", "finance@example.com"))
    shown = seen(approval)
    approve(approval, by=make_user("finance@example.com"), edited=CORRECTED)

    with pytest.raises(StaleVersion):
        lifecycle.approve(
            approval.pk, by=make_user(), seen=shown, attestation=attest(approval, by=make_user())
        )

    assert not Vote.objects.filter(user=make_user()).exists()


@pytest.mark.shows("a-vote-names-its-payload")
def test_an_approval_of_another_payload_than_the_one_shown_is_refused() -> None:
    approval = make_approval()
    shown = Seen(version=1, payload_sha256="0" * 64)

    with pytest.raises(StaleVersion):
        lifecycle.approve(approval.pk, by=make_user(), seen=shown, attestation=Attestation())


@pytest.mark.shows("a-vote-names-its-payload")
def test_what_was_reviewed_is_what_is_stored() -> None:
    approval = make_approval()
    shown = seen(approval)

    with pytest.raises(StaleVersion):
        lifecycle.approve(
            approval.pk,
            by=make_user(),
            seen=shown,
            attestation=Attestation(),
            edited=json.dumps(CORRECTED),
        )

    assert approval.versions.count() == 1


def test_one_rejection_ends_it() -> None:
    approval = make_approval(risk="critical", assignees=("sales@example.com", "finance@example.com"))
    approve(approval, by=make_user("sales@example.com"))

    decided = reject(approval, by=make_user("finance@example.com"), category="Wrong amount")

    assert (decided.status, decided.resolution) == ("rejected", "declined")
    assert event_data(approval, "rejected")["category"] == "Wrong amount"


@pytest.mark.parametrize("resolution", ["changes_requested", "answered"])
def test_a_rejection_that_the_agent_acts_on_has_words(resolution: str) -> None:
    approval = make_approval()

    with pytest.raises(InvalidInput, match="agent"):
        reject(approval, by=make_user(), resolution=resolution, comment=" ")


@pytest.mark.parametrize("resolution", ["sla_expired", "approved", ""])
def test_a_person_rejects_only_in_their_own_ways(resolution: str) -> None:
    approval = make_approval()

    with pytest.raises(InvalidInput):
        reject(approval, by=make_user(), resolution=resolution)


@pytest.mark.shows("decided-is-final")
@pytest.mark.parametrize("decide", [approve, reject])
def test_nobody_decides_twice(decide) -> None:  # type: ignore[no-untyped-def]
    approval = make_approval()
    approve(approval, by=make_user())

    with pytest.raises(AlreadyDecided):
        decide(approval, by=make_user())


@pytest.mark.shows("only-authority-decides")
def test_a_superuser_without_authority_does_not_decide() -> None:
    approval = make_approval()
    superuser = make_user("admin@example.com", is_staff=True, is_superuser=True)

    with pytest.raises(NotPermitted):
        approve(approval, by=superuser)

    assert not Vote.objects.exists()


@pytest.mark.shows("latecomers-leave-critical-alone")
def test_who_joins_the_approvers_later_does_not_decide_an_open_critical_request() -> None:
    approval = make_approval(risk="critical")
    admin = make_approver("admin@example.com")

    with pytest.raises(NotPermitted, match="joined the approvers after"):
        approve(approval, by=admin)


@pytest.mark.shows("only-authority-decides")
def test_an_approver_who_left_does_not_decide() -> None:
    approver = make_approver()
    approval = make_approval()
    membership.leave(approver, by=SYSTEM)

    with pytest.raises(NotPermitted):
        approve(approval, by=approver)


@pytest.mark.shows("nobody-decides-their-own-proposal")
def test_the_person_who_answers_for_the_agent_does_not_decide() -> None:
    approval = make_approval(assignees=("owner@example.com",))

    with pytest.raises(NotPermitted):
        approve(approval, by=make_user("owner@example.com"))


@pytest.mark.shows("nobody-decides-their-own-proposal")
def test_whom_the_agent_runs_for_does_not_decide() -> None:
    approval = make_approval(initiated_by="Sales@example.com")

    with pytest.raises(NotPermitted):
        approve(approval, by=make_user("sales@example.com"))


@pytest.mark.shows("agents-never-pick-their-judges-alone")
def test_agents_own_picks_alone_do_not_approve_where_the_policy_names_reviewers() -> None:
    make_policy(reviewers=["finance@example.com"])
    approval = make_approval(assignees=("friend@example.com",))

    first = approve(approval, by=make_user("friend@example.com"))
    second = approve(approval, by=make_user("finance@example.com"))

    assert (first.status, second.status) == ("pending", "approved")


@pytest.mark.shows("friction-grows-with-risk")
@pytest.mark.parametrize(
    ("risk", "edited", "attestation", "missing"),
    [
        ("low", False, Attestation(), []),
        ("medium", False, Attestation(), ["acknowledged", "acknowledged"]),
        ("medium", False, Attestation(acknowledged=(1,)), ["acknowledged"]),
        ("medium", False, Attestation(acknowledged=(1, 2)), []),
        ("high", False, Attestation(acknowledged=(1, 2)), ["sentence"]),
        ("high", False, Attestation(acknowledged=(1, 2), sentence="ok"), ["sentence"]),
        ("high", True, Attestation(acknowledged=(1, 2)), []),
        ("high", False, Attestation(acknowledged=(1, 2), sentence="I rang the vendor."), []),
        ("critical", True, Attestation(acknowledged=(1, 2)), ["password"]),
        ("critical", True, Attestation(acknowledged=(1, 2), proof=signing.Assertion("", {})), []),
    ],
)
def test_friction_grows_with_risk(
    risk: str, edited: bool, attestation: Attestation, missing: list[str]
) -> None:
    from approvals.lifecycle import safeguards

    approval = make_approval(risk=risk, evidence=AMBER_AND_RED)

    try:
        safeguards.check(approval, attestation, is_edited=edited)
        found = []
    except InvalidInput as refusal:
        found = [error.pointer for error in refusal.errors]

    assert found == missing


def test_what_the_reviewer_attests_is_signed_with_the_vote_and_the_grant() -> None:
    approval = make_approval(risk="high", evidence=AMBER_AND_RED, initiated_by="ops@example.com")
    reviewer = make_user()
    lifecycle.open_request(approval.pk, by=reviewer)

    approve(approval, by=reviewer, sentence="I rang the vendor.", comment="Fine with me.")
    vote = Vote.objects.get()
    voted, granted = event_data(approval, "voted"), event_data(approval, "granted")

    assert vote.opened_at is not None
    assert voted["acknowledged"] == [1, 2]
    assert voted["sentence"] == "I rang the vendor."
    assert voted["opened_at"] < voted["decided_at"]
    assert voted.pop("payload") == EMAIL_PAYLOAD
    assert voted.pop("initiated_by") == granted["initiated_by"] == "ops@example.com"
    assert voted.pop("session") is None
    assert granted["votes"] == [voted]
    assert granted["payload"] == EMAIL_PAYLOAD


def test_the_vote_says_when_its_voter_was_notified() -> None:
    approval = make_approval()
    sent_at = clock.now()
    Notification.objects.update(sent_at=sent_at)

    approve(approval, by=make_user())

    assert Vote.objects.get().notified_at == sent_at


def test_opening_is_stamped_once_and_only_for_who_may_decide() -> None:
    approval = make_approval()
    reviewer, auditor = make_user(), make_user("auditor@example.com", is_auditor=True)

    for person in (reviewer, reviewer, auditor):
        lifecycle.open_request(approval.pk, by=person)

    assert list(approval.openings.values_list("user", flat=True)) == [reviewer.pk]
    assert events(approval) == ["requested", "opened"]


@pytest.mark.shows("a-late-decision-follows-its-breach")
def test_a_decision_after_the_deadline_is_late_and_follows_the_breach() -> None:
    approval = age(make_approval(), hours=2)

    decided = approve(approval, by=make_user())

    assert decided.status == "approved"
    assert events(approval) == ["requested", "sla_breach", "opened", "voted", "granted"]
    assert event_data(approval, "voted")["late"] is True


def test_an_approval_is_valid_for_as_long_as_its_policy_says() -> None:
    approval = make_approval()

    decided = approve(approval, by=make_user())

    assert decided.valid_until - decided.decided_at == timedelta(days=1)  # type: ignore[operator]


def test_an_approver_whom_only_the_agent_named_votes_as_an_approver() -> None:
    make_policy(reviewers=["finance@example.com"])
    boss = make_approver("boss@example.com")
    approval = make_approval(assignees=(boss.email,))

    decided = approve(approval, by=boss)

    assert decided.status == "approved"
    assert Vote.objects.get().basis == "approvers"


@pytest.mark.shows("authority-holds-at-the-vote")
def test_who_was_deactivated_meanwhile_does_not_decide() -> None:
    approval, reviewer = make_approval(), make_user()
    type(reviewer).objects.filter(pk=reviewer.pk).update(is_active=False)

    with pytest.raises(NotPermitted, match="deactivated"):
        approve(approval, by=reviewer)


@pytest.mark.shows("an-edit-stays-in-its-form")
def test_a_key_that_nobody_knows_is_refused_however_it_came() -> None:
    approval = make_approval()

    with pytest.raises(InvalidInput) as refusal:
        approve(approval, by=make_user(), edited={**EMAIL_PAYLOAD, "bcc": "evil@example.com"})

    assert [(e.pointer, e.code) for e in refusal.value.errors] == [("/bcc", "unknown_field")]


@pytest.mark.shows("a-late-decision-follows-its-breach")
def test_withdrawing_after_the_deadline_follows_the_breach() -> None:
    approval = age(make_approval(), hours=2)

    lifecycle.cancel(approval.pk, by=approval.key)

    assert events(approval) == ["requested", "sla_breach", "cancelled"]


@pytest.mark.shows("a-late-decision-follows-its-breach")
def test_a_decision_after_the_deadline_follows_the_breach_and_is_late() -> None:
    approval = age(make_approval(), hours=2)

    approve(approval, by=make_user())

    assert event_data(approval, "voted")["late"] is True
    assert events(approval) == ["requested", "sla_breach", "opened", "voted", "granted"]
