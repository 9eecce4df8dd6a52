"""Somebody else is asked: who may have that done, whom they may have asked, and what stays as it was."""

from __future__ import annotations

import json
from typing import Any

import pytest

from approvals import authority, lifecycle
from approvals.exceptions import AlreadyDecided, InvalidInput, NotPermitted, UnknownAddress
from approvals.models import Approval, Assignment, Notification, Policy
from audit import clock
from audit.models import Event
from grants.models import User
from tests.factories import (
    approve,
    make_agent,
    make_approval,
    make_approver,
    make_grant,
    make_key,
    make_policy,
    make_user,
    reject,
)

pytestmark = pytest.mark.django_db

SALES, FINANCE, NEW = "sales@example.com", "finance@example.com", "new@example.com"


def hand_on(
    approval: Approval, *, by: User, to: str = NEW, accepts_unknown: bool = True, **fields: str
) -> Approval:
    return lifecycle.reassign(
        approval.pk, by=by, to=to, accepts_unknown=accepts_unknown, **{"reason": "On leave.", **fields}
    )


def may_decide(email: str, approval: Approval) -> bool:
    return authority.may_decide(
        make_user(email), Approval.objects.get(pk=approval.pk), at=clock.now()
    ).allowed


def names(approval: Approval) -> dict[str, str]:
    """Who is named still, and who named them."""
    return dict(approval.assignments.filter(removed_at=None).values_list("email", "source"))


def told_of_reassignment() -> list[str]:
    return list(Notification.objects.filter(kind="reassigned").values_list("recipient", flat=True))


def two_of_the_policys(**fields: Any) -> Policy:
    return make_policy(reviewers=[SALES, FINANCE], **fields)


def test_another_decides_in_ones_place() -> None:
    approval = make_approval()

    hand_on(approval, by=make_user(SALES), instead_of=SALES)

    assert (may_decide(NEW, approval), may_decide(SALES, approval)) == (True, False)
    assert names(approval) == {NEW: "agent"}


def test_without_a_place_somebody_is_asked_as_well() -> None:
    approval = make_approval()

    hand_on(approval, by=make_user(SALES))

    assert names(approval) == {SALES: "agent", NEW: "reassigned"}


def test_the_person_asked_fills_the_place_as_it_was() -> None:
    make_policy(reviewers=[SALES])
    approval = make_approval(assignees=())

    hand_on(approval, by=make_user(SALES), instead_of=SALES)

    place = approval.assignments.get(email=NEW)
    assert place.source == Assignment.Source.POLICY
    assert place.in_place_of == approval.assignments.get(email=SALES)
    assert approve(approval, by=make_user(NEW)).status == "approved"


def test_the_person_who_handed_it_on_may_still_read_it() -> None:
    approval = make_approval()

    hand_on(approval, by=make_user(SALES), instead_of=SALES)

    assert authority.visible_to(make_user(SALES), at=clock.now()).filter(pk=approval.pk).exists()


def test_the_log_says_who_asked_whom_in_whose_place_and_why() -> None:
    approval, by = make_approval(), make_user(SALES)

    hand_on(approval, by=by, to=" New@Example.com ", instead_of=SALES.upper(), reason=" On leave. ")

    event = Event.objects.about("approval", approval.pk).last()
    assert event is not None
    body = json.loads(bytes(event.body.content))
    assert event.type == "approval.reassigned"
    assert body["data"] == {"from": SALES, "to": NEW, "reason": "On leave."}
    assert body["authority"] == {"basis": "assignee", "principal": str(by.pk), "grant_id": None}
    assert body["payload_version"] == 1


def test_only_the_person_asked_is_told() -> None:
    approval = make_approval(assignees=(SALES, FINANCE))

    hand_on(approval, by=make_user(SALES), instead_of=SALES)

    assert told_of_reassignment() == [NEW]


@pytest.mark.shows("votes-stand")
def test_votes_already_cast_stand() -> None:
    early = make_approver("early@example.com")
    approval = make_approval(risk="critical", policy=two_of_the_policys(), assignees=())
    approve(approval, by=make_user(SALES))

    hand_on(approval, by=make_user(FINANCE), to=early.email, instead_of=SALES)

    assert approve(approval, by=make_user(FINANCE)).status == "approved"


@pytest.mark.shows("votes-stand")
def test_a_vote_counts_though_its_voters_place_went_to_another() -> None:
    make_policy(quorum=2)
    approval = make_approval(assignees=(SALES, FINANCE))
    approve(approval, by=make_user(SALES))

    hand_on(approval, by=make_user(SALES), instead_of=SALES)
    decided = approve(approval, by=make_user(NEW))

    assert decided.status == "approved"


def test_somebody_who_was_removed_can_be_asked_again() -> None:
    approval = make_approval()
    hand_on(approval, by=make_user(SALES), instead_of=SALES)

    hand_on(approval, by=make_user(NEW), to=SALES, instead_of=NEW)

    assert (may_decide(SALES, approval), may_decide(NEW, approval)) == (True, False)


def test_low_risk_goes_to_an_address_without_an_account() -> None:
    approval = make_approval(risk="medium")

    hand_on(approval, by=make_user(SALES), to="nobody.yet@example.com", instead_of=SALES)

    assert may_decide("nobody.yet@example.com", approval)


def test_an_address_without_an_account_is_asked_only_when_that_is_meant() -> None:
    approval = make_approval()

    with pytest.raises(UnknownAddress) as refusal:
        hand_on(approval, by=make_user(SALES), to="typo@example.com", instead_of=SALES, accepts_unknown=False)

    assert [(error.pointer, error.code) for error in refusal.value.errors] == [("to", "unknown_address")]
    assert may_decide(SALES, approval)
    assert not Notification.objects.filter(kind="reassigned").exists()


def test_what_else_does_not_fit_is_said_before_the_address_is_asked_about() -> None:
    approval = make_approval()

    with pytest.raises(InvalidInput) as refusal:
        hand_on(approval, by=make_user(SALES), reason=" ", instead_of=SALES, accepts_unknown=False)

    assert not isinstance(refusal.value, UnknownAddress)


def test_an_approver_hands_on_any_place() -> None:
    approval = make_approval()

    hand_on(approval, by=make_approver(), instead_of=SALES)

    assert names(approval) == {NEW: "agent"}


def test_an_administrator_hands_on_what_they_cannot_decide() -> None:
    approval, admin = make_approval(), make_user("admin@example.com", is_staff=True)
    make_user(NEW)

    hand_on(approval, by=admin, instead_of=SALES)

    event = Event.objects.about("approval", approval.pk).get(type="approval.reassigned")
    assert json.loads(bytes(event.body.content))["authority"]["basis"] == "staff"
    assert not may_decide(admin.email, approval)


@pytest.mark.shows("handing-on-keeps-the-judges")
@pytest.mark.parametrize("to", ["admin@example.com", "ADMIN@example.com "])
def test_an_administrator_never_hands_it_to_themselves(to: str) -> None:
    approval, admin = make_approval(), make_user("admin@example.com", is_staff=True)

    with pytest.raises(InvalidInput, match="yourself"):
        hand_on(approval, by=admin, to=to, instead_of=SALES)

    assert names(approval) == {SALES: "agent"}


@pytest.mark.shows("handing-on-keeps-the-judges")
def test_a_delegate_hands_on_nothing() -> None:
    approval, deputy = make_approval(), make_user("deputy@example.com")
    make_grant(make_user(SALES), deputy)

    with pytest.raises(NotPermitted, match="in their own right"):
        hand_on(approval, by=deputy, instead_of=SALES)

    assert may_decide(deputy.email, approval)


@pytest.mark.shows("handing-on-keeps-the-judges")
@pytest.mark.parametrize(
    ("email", "flags"),
    [
        ("stranger@example.com", {}),
        ("auditor@example.com", {"is_auditor": True}),
        ("root@example.com", {"is_superuser": True}),
        ("gone@example.com", {"is_staff": True, "is_active": False}),
    ],
)
def test_who_has_no_part_in_it_hands_on_nothing(email: str, flags: dict[str, bool]) -> None:
    approval = make_approval()

    with pytest.raises(NotPermitted):
        hand_on(approval, by=make_user(email, **flags), instead_of=SALES)

    assert names(approval) == {SALES: "agent"}
    assert not told_of_reassignment()


@pytest.mark.shows("nobody-decides-their-own-proposal", "handing-on-keeps-the-judges")
@pytest.mark.parametrize("party", ["initiator", "agent owner", "key owner"])
def test_a_party_to_it_neither_hands_it_on_nor_is_asked(party: str) -> None:
    person = make_user("party@example.com", is_staff=True)
    approval = _with_party(party, person)

    with pytest.raises(NotPermitted):
        hand_on(approval, by=person, instead_of=SALES)
    with pytest.raises(InvalidInput, match="party to this request"):
        hand_on(approval, by=make_user(SALES), to=person.email)

    assert names(approval) == {SALES: "agent"}


@pytest.mark.shows("nobody-decides-their-own-proposal", "handing-on-keeps-the-judges")
def test_whom_the_agent_runs_for_is_not_asked_before_they_have_an_account_either() -> None:
    approval = make_approval(initiated_by="runner@example.com")

    with pytest.raises(InvalidInput, match="party to this request"):
        hand_on(approval, by=make_user(SALES), to="runner@example.com")


def _with_party(party: str, person: User) -> Approval:
    if party == "initiator":
        return make_approval(initiated_by=person.email)
    if party == "agent owner":
        return make_approval(
            key=make_key(make_agent("Other", owner=person), owner=make_user("k@example.com"))[0]
        )
    return make_approval(key=make_key(make_agent(), owner=person)[0])


@pytest.mark.shows("handing-on-keeps-the-judges")
def test_whom_only_the_agent_named_hands_on_no_place_but_their_own() -> None:
    approval = make_approval(policy=make_policy(reviewers=[FINANCE]))
    friend = make_user(SALES)

    for place in (FINANCE, ""):
        with pytest.raises(InvalidInput, match="your own place"):
            hand_on(approval, by=friend, instead_of=place)
    hand_on(approval, by=friend, instead_of=SALES)

    assert names(approval) == {FINANCE: "policy", NEW: "agent"}
    assert approve(approval, by=make_user(NEW)).status == "pending"


def test_an_agents_choice_that_comes_back_is_the_agents_choice_still() -> None:
    approval = make_approval(policy=make_policy(reviewers=[FINANCE]))
    hand_on(approval, by=make_user(SALES), instead_of=SALES)

    hand_on(approval, by=make_user(NEW), to=SALES, instead_of=NEW)

    assert names(approval) == {FINANCE: "policy", SALES: "agent"}
    assert approve(approval, by=make_user(SALES)).status == "pending"


@pytest.mark.usefixtures("rows_alone")
@pytest.mark.shows("handing-on-keeps-the-judges")
@pytest.mark.parametrize("risk", ["high", "critical"])
@pytest.mark.parametrize(
    ("to", "is_fit"),
    [
        ("reviewer@example.com", True),
        ("escalation@example.com", True),
        ("approver@example.com", True),
        ("somebody@example.com", False),
        ("staff@example.com", False),
        ("no.account@example.com", False),
    ],
)
def test_from_high_risk_on_only_known_people_are_asked(risk: str, to: str, is_fit: bool) -> None:
    ladder = [{"emails": ["escalation@example.com"], "after_minutes": 5}]
    policy = make_policy(reviewers=[SALES, "reviewer@example.com"], escalation=ladder)
    for email in ("reviewer@example.com", "escalation@example.com", "somebody@example.com"):
        make_user(email)
    make_user("staff@example.com", is_staff=True)
    make_approver("approver@example.com")
    approval = make_approval(policy=policy, risk=risk, assignees=())
    _remove(approval, "reviewer@example.com")

    fit = not _refuses(lambda: hand_on(approval, by=make_user(SALES), to=to, instead_of=SALES))

    assert fit is is_fit


def _remove(approval: Approval, email: str) -> None:
    approval.assignments.filter(email=email).update(removed_at=clock.now())


def _refuses(act: Any) -> bool:
    try:
        act()
    except InvalidInput:
        return True
    return False


@pytest.mark.shows("latecomers-leave-critical-alone", "handing-on-keeps-the-judges")
def test_who_joined_the_approvers_since_is_not_asked_about_a_critical_request() -> None:
    approval = make_approval(risk="critical")
    late = make_approver("late@example.com")

    with pytest.raises(InvalidInput, match="joined the approvers after"):
        hand_on(approval, by=make_user(SALES), to=late.email, instead_of=SALES)


def test_a_person_who_approved_is_not_asked_in_anothers_place() -> None:
    """Their seat is taken: nobody would be left to give the approval that was asked of that place."""
    make_policy(quorum=2)
    approval = make_approval(assignees=(SALES, FINANCE))
    approve(approval, by=make_user(SALES))
    hand_on(approval, by=make_user(SALES), instead_of=SALES)

    with pytest.raises(InvalidInput, match="has a part in this decision"):
        hand_on(approval, by=make_user(FINANCE), to=SALES, instead_of=FINANCE)


@pytest.mark.shows("agents-never-pick-their-judges-alone")
def test_a_place_of_the_policys_never_completes_a_quorum_behind_everybodys_back() -> None:
    approval = make_approval(policy=make_policy(reviewers=[FINANCE]))
    approve(approval, by=make_user(SALES))
    hand_on(approval, by=make_user(SALES), instead_of=SALES)

    with pytest.raises(InvalidInput, match="has a part in this decision"):
        hand_on(approval, by=make_user(FINANCE), to=SALES, instead_of=FINANCE)

    assert Approval.objects.get(pk=approval.pk).is_pending


@pytest.mark.parametrize(
    ("fields", "beside", "sentence"),
    [
        ({"to": "nobody"}, "to", "address"),
        ({"to": ""}, "to", "address"),
        ({"to": FINANCE}, "to", "already"),
        ({"to": "gone@example.com"}, "to", "deactivated"),
        ({"reason": " \0 "}, "reason", "why"),
        ({"reason": "x" * 501}, "reason", "500"),
        ({"instead_of": "stranger@example.com"}, "instead_of", "not named"),
    ],
)
def test_what_does_not_fit_is_refused_beside_its_field(
    fields: dict[str, str], beside: str, sentence: str
) -> None:
    approval = make_approval(assignees=(SALES, FINANCE))
    make_user("gone@example.com", is_active=False)

    with pytest.raises(InvalidInput, match=sentence) as refusal:
        hand_on(approval, by=make_user(SALES), **{"instead_of": SALES, **fields})

    assert [error.pointer for error in refusal.value.errors] == [beside]
    assert names(approval) == {SALES: "agent", FINANCE: "agent"}
    assert Event.objects.about("approval", approval.pk).count() == 1
    assert not told_of_reassignment()


def test_a_place_is_handed_on_once() -> None:
    approval = make_approval()
    hand_on(approval, by=make_user(SALES), instead_of=SALES)

    with pytest.raises(InvalidInput, match="not named"):
        hand_on(approval, by=make_approver(), to=FINANCE, instead_of=SALES)


@pytest.mark.parametrize("decide", [approve, reject])
def test_what_is_decided_is_not_handed_on(decide: Any) -> None:
    approval = make_approval()
    decide(approval, by=make_user(SALES))

    with pytest.raises(AlreadyDecided):
        hand_on(approval, by=make_user(SALES), instead_of=SALES)


def test_who_was_deactivated_meanwhile_hands_on_nothing() -> None:
    approval, person = make_approval(), make_user(SALES)
    User.objects.filter(pk=person.pk).update(is_active=False)

    with pytest.raises(NotPermitted, match="deactivated"):
        hand_on(approval, by=person, instead_of=SALES)
