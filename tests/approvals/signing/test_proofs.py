"""Each decision on a critical request takes a proof of its own, used once; no session is one."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError

from approvals import lifecycle, signing
from approvals.exceptions import InvalidInput
from approvals.models import Approval, Vote
from tests.approvals.sql import insert_vote
from tests.factories import approve, make_approval, make_grant, make_user, proved, reject

pytestmark = [pytest.mark.django_db, pytest.mark.shows("each-signing-takes-its-own-proof")]

SAM, ADA = "sales@example.com", "finance@example.com"


def make_critical() -> Approval:
    return make_approval(risk="critical", assignees=(SAM, ADA))


def test_without_a_proof_nobody_approves_or_rejects_what_is_critical() -> None:
    approval, sam = make_critical(), make_user(SAM)

    for decide in (approve, reject):
        with pytest.raises(InvalidInput) as refusal:
            decide(approval, by=sam, proof=None)
        assert "password" in str(refusal.value.errors[0].message)

    assert not Vote.objects.exists()


def test_one_proof_does_not_decide_twice() -> None:
    approval, sam = make_critical(), make_user(SAM)
    proof = proved(approval, by=sam)
    approve(approval, by=sam, proof=proof)

    with pytest.raises(InvalidInput, match="does not count for this decision"):
        reject(approval, by=sam, proof=proof)


def test_a_proof_for_one_request_decides_no_other() -> None:
    one, other, sam = make_critical(), make_critical(), make_user(SAM)

    with pytest.raises(InvalidInput, match="does not count for this decision"):
        approve(other, by=sam, proof=proved(one, by=sam))


def test_anothers_proof_decides_nothing() -> None:
    approval = make_critical()

    with pytest.raises(InvalidInput, match="does not count for this decision"):
        approve(approval, by=make_user(SAM), proof=proved(approval, by=make_user(ADA)))


def test_a_password_replaced_meanwhile_decides_nothing() -> None:
    approval, sam = make_critical(), make_user(SAM)
    proof = proved(approval, by=sam)
    sam.set_password("another horse battery staple")
    sam.save()

    with pytest.raises(InvalidInput, match="does not count for this decision"):
        approve(approval, by=sam, proof=proof)


def test_a_proof_of_a_while_ago_decides_nothing() -> None:
    approval, sam = make_critical(), make_user(SAM)
    proof = signing.retyped("password", sam, approval.pk)
    proof.made -= 121

    with pytest.raises(InvalidInput, match="does not count for this decision"):
        approve(approval, by=sam, proof=proof)


def test_only_a_passkey_decides_where_one_is_required(settings: Any) -> None:
    settings.REQUIRE_PASSKEY_FOR_CRITICAL = True
    approval, sam = make_critical(), make_user(SAM)

    for decide in (approve, reject):
        with pytest.raises(InvalidInput) as refusal:
            decide(approval, by=sam)
        assert refusal.value.errors[0].code == "passkey_required"

    assert approve(make_approval(risk="high"), by=sam).status == "approved"


def test_the_database_takes_no_critical_vote_that_nobody_proved() -> None:
    approval = make_critical()

    for manifest in ("{}", '{"signed_with": "session"}'):
        with pytest.raises(IntegrityError, match="critical request"):
            insert_vote(approval, manifest=manifest)


@pytest.mark.shows("a-passkey-signs-one-decision")
def test_the_database_takes_no_passkeys_vote_without_its_signature() -> None:
    with pytest.raises(IntegrityError, match="vote_signed_by_passkey"):
        insert_vote(make_critical(), manifest='{"signed_with": "passkey"}')


@pytest.mark.shows("every-decision-says-what-it-means")
def test_what_votes_mean() -> None:
    grace = make_user("grace@example.com", name="Grace Hopper")
    deputy = make_user("deputy@example.com", name="Dan Deputy")
    make_grant(grace, deputy)
    one, other = make_approval(assignees=(grace.email,)), make_approval(assignees=(grace.email,))
    approve(one, by=deputy, edited={"to": "ada@acme.example"})
    reject(other, by=grace)

    said = [(vote.printed_name, vote.meaning) for vote in Vote.objects.all()]

    assert said == [
        ("Dan Deputy", "approved with 3 changes, on behalf of Grace Hopper"),
        ("Grace Hopper", "rejected"),
    ]


@pytest.mark.shows("every-decision-says-what-it-means")
@pytest.mark.usefixtures("rows_alone")
def test_a_vote_from_before_there_were_manifests_says_what_it_can() -> None:
    insert_vote(make_approval(), manifest="{}")

    vote = Vote.objects.get()

    assert (vote.printed_name, vote.meaning, vote.signed_with) == ("Sales", "approved", None)


def test_the_lifecycle_names_what_is_signed_with() -> None:
    approval = make_critical()

    decided = lifecycle.reject(
        approval.pk,
        by=make_user(SAM),
        seen=lifecycle.Seen(1, approval.version().digest),
        resolution="declined",
        proof=signing.retyped("code", make_user(SAM), approval.pk),
    )

    assert [vote.signed_with for vote in decided.votes.all()] == ["code"]
