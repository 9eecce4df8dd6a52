"""What the tables say by themselves lets no agent proceed: the signed log has to say it too."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from structlog.testing import capture_logs

from approvals import lifecycle, payload
from approvals.api.representation import approval_out
from approvals.api.waited import standings
from approvals.exceptions import LogKeyMissing, NotInLog
from approvals.lifecycle import warrant
from approvals.models import Approval, Claim, Notification, read_whole
from audit import clock
from tests.approvals.api.client import agent_client
from tests.audit.superuser import as_database_superuser
from tests.factories import (
    approve,
    make_agent,
    make_approval,
    make_approver,
    make_key,
    make_policy,
    make_user,
)

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("rows_alone"),
    pytest.mark.shows("bound-to-the-log", "rows-around-the-log"),
]

OTHER = b'{"to":"thief@example.com"}'
OTHERS_HASH = payload.digest(OTHER)
OF_ITS_VERSION = "UPDATE approvals_payloadversion SET {} WHERE approval_id = %s"
OF_ITS_EVENT = "FROM audit_event WHERE subject_id = %s AND type = 'approval.granted'"

AROUND_THE_LOG: dict[str, list[tuple[str, tuple[Any, ...]]]] = {
    "no event": [
        (f"DELETE FROM audit_eventbody WHERE event_id IN (SELECT event_id {OF_ITS_EVENT})", ()),
        (f"DELETE {OF_ITS_EVENT}", ()),
    ],
    "another payload": [
        (OF_ITS_VERSION.format("canonical = %s, sha256 = %s, source = %s"), (OTHER, OTHERS_HASH, OTHER.decode()))
    ],
    "longer valid": [("UPDATE approvals_approval SET valid_until = valid_until + interval '1 day' WHERE id = %s", ())],
    "a forged event": [
        (
            f"UPDATE audit_eventbody SET content = %s WHERE event_id IN (SELECT event_id {OF_ITS_EVENT})",
            (b'{"payload_version":1}',),
        )
    ],
    "a body that is gone": [(f"DELETE FROM audit_eventbody WHERE event_id IN (SELECT event_id {OF_ITS_EVENT})", ())],
}  # fmt: skip


@pytest.fixture
def approved() -> Approval:
    make_user("root@example.com", is_staff=True)
    approval = make_approval()
    approve(approval, by=make_user())
    return Approval.objects.get(pk=approval.pk)


def whole(approval: Approval) -> Approval:
    return read_whole(Approval.objects.filter(pk=approval.pk))[0]


def change(approval: Approval, how: str) -> None:
    for sql, values in AROUND_THE_LOG[how]:
        as_database_superuser(sql, *values, str(approval.pk))


def told() -> list[str]:
    found = Notification.objects.filter(kind="not_in_log")
    return list(found.values_list("recipient", flat=True))


@pytest.mark.parametrize("how", AROUND_THE_LOG)
def test_nothing_is_claimed_that_the_log_does_not_bear_out(approved: Approval, how: str) -> None:
    change(approved, how)

    with pytest.raises(NotInLog):
        lifecycle.claim(approved.pk, by=approved.key)

    assert not Claim.objects.exists()
    assert told() == ["root@example.com"]


@pytest.mark.parametrize("how", AROUND_THE_LOG)
def test_no_answer_tells_the_agent_to_proceed_then(approved: Approval, how: str) -> None:
    assert approval_out(whole(approved))["disposition"] == "proceed"
    change(approved, how)

    out = approval_out(whole(approved))

    assert (out["disposition"], out["warnings"][-1]["code"]) == ("stop", "not_in_log")
    assert b'"disposition":"stop"' in standings([approved.pk], with_pending=False)[approved.pk].body


def test_a_claim_is_not_repeated_with_another_payload(approved: Approval) -> None:
    lifecycle.claim(approved.pk, by=approved.key, idempotency_key="k")
    change(approved, "another payload")

    with pytest.raises(NotInLog):
        lifecycle.claim(approved.pk, by=approved.key, idempotency_key="k")


def test_nothing_is_claimed_again_after_its_claim_was_removed(approved: Approval) -> None:
    lifecycle.claim(approved.pk, by=approved.key, idempotency_key="k")
    as_database_superuser("DELETE FROM approvals_claim WHERE approval_id = %s", approved.pk)
    as_database_superuser("UPDATE approvals_approval SET claimed_at = NULL WHERE id = %s", approved.pk)

    assert approval_out(whole(approved))["disposition"] == "stop"
    with pytest.raises(NotInLog):
        lifecycle.claim(approved.pk, by=approved.key, idempotency_key="k")
    assert not Claim.objects.exists()


def test_a_claim_that_no_event_tells_of_is_not_repeated(approved: Approval) -> None:
    lifecycle.claim(approved.pk, by=approved.key, idempotency_key="k")
    as_database_superuser("UPDATE approvals_claim SET claim_id = gen_random_uuid()")

    with pytest.raises(NotInLog):
        lifecycle.claim(approved.pk, by=approved.key, idempotency_key="k")


def test_nothing_superseded_is_claimed_whose_successor_was_removed(approved: Approval) -> None:
    make_approval(key=approved.key, supersedes=approved.pk)
    as_database_superuser("UPDATE approvals_approval SET successor_id = NULL WHERE id = %s", approved.pk)

    assert approval_out(whole(approved))["disposition"] == "stop"
    with pytest.raises(NotInLog):
        lifecycle.claim(approved.pk, by=approved.key)


def test_nothing_is_claimed_by_another_agent_than_the_one_that_asked(approved: Approval) -> None:
    key, _ = make_key(make_agent("Another agent"))
    as_database_superuser(
        "UPDATE approvals_approval SET agent_id = %s, key_id = %s WHERE id = %s",
        *(key.agent_id, key.pk, approved.pk),
    )

    with pytest.raises(NotInLog):
        lifecycle.claim(approved.pk, by=key)


def test_nothing_is_valid_for_ever(approved: Approval) -> None:
    approved.valid_until = None

    with pytest.raises(NotInLog, match="not None"):
        warrant.require(approved)


def test_a_claim_between_two_reads_alarms_nobody(approved: Approval) -> None:
    read_before = whole(approved)
    lifecycle.claim(approved.pk, by=approved.key)

    approval_out(read_before)

    assert told() == []


def test_no_discarded_draft_is_used() -> None:
    draft = make_approval(policy=make_policy(pattern="draft_only"))
    lifecycle.discard_draft(draft.pk, by=make_user())
    as_database_superuser(
        "UPDATE approvals_approval SET status = 'draft', decided_at = NULL WHERE id = %s", draft.pk
    )

    with pytest.raises(NotInLog):
        lifecycle.use_draft(draft.pk, by=make_user())


@pytest.fixture
def unknown_key(approved: Approval, settings: Any) -> None:
    """Another process signed the approval, with a key that this one does not hold yet."""
    settings.AUDIT_HMAC_KEYS = {"next": b"n" * 32}


@pytest.mark.usefixtures("unknown_key")
def test_a_key_that_is_not_here_yet_alarms_nobody(approved: Approval) -> None:
    with pytest.raises(LogKeyMissing):
        lifecycle.claim(approved.pk, by=approved.key)

    assert (told(), Claim.objects.exists()) == ([], False)


@pytest.mark.usefixtures("unknown_key")
def test_its_agent_waits_until_the_key_is_here(approved: Approval) -> None:
    out = approval_out(whole(approved))
    standing = standings([approved.pk], with_pending=False)[approved.pk]

    assert (out["disposition"], out["warnings"][-1]["code"]) == ("wait", "log_key_missing")
    assert standing.is_pending
    assert b'"disposition":"wait"' in standing.body
    assert told() == []


def test_the_agent_reads_on_the_wire_when_to_ask_again(settings: Any) -> None:
    agent = agent_client()
    made = agent.submit()
    approve(Approval.objects.get(pk=made["id"]), by=make_user())
    settings.AUDIT_HMAC_KEYS = {"next": b"n" * 32}

    refused = agent.post(f"/approvals/{made['id']}/claim", key=None)

    assert (refused.status_code, refused["Retry-After"]) == (503, "5")
    assert refused.json()["type"] == "urn:countersign:problem:log_key_missing"
    assert "submit" not in refused.json()["detail"]
    assert "Retry-After" in agent.get(f"/approvals/{made['id']}/wait?timeout=0")


def test_administrators_are_told_once_of_each_request(approved: Approval) -> None:
    change(approved, "no event")

    for _ in range(3):
        approval_out(whole(approved))

    assert told() == ["root@example.com"]


def test_the_log_of_the_process_says_it_once_an_hour_of_each_request(
    approved: Approval, monkeypatch: pytest.MonkeyPatch
) -> None:
    times = iter([clock.now() + timedelta(minutes=after) for after in (0, 1, 59, 61, 62)])
    monkeypatch.setattr(warrant.clock, "now", lambda: next(times))

    with capture_logs() as logged:
        for _ in range(4):
            warrant.alarm(approved.pk, "It differs.")

    assert [one["event"] for one in logged] == ["request_not_in_log"] * 2


def test_what_a_policy_lets_run_is_borne_out_too() -> None:
    running = make_approval(policy=make_policy(pattern="none", risk="low"))
    assert approval_out(whole(running))["disposition"] == "proceed"
    change(running, "another payload")

    assert approval_out(whole(running))["disposition"] == "stop"


def test_no_draft_is_used_that_no_agent_left() -> None:
    draft = make_approval(policy=make_policy(pattern="draft_only"))
    change(draft, "another payload")

    with pytest.raises(NotInLog):
        lifecycle.use_draft(draft.pk, by=make_user())
    assert Approval.objects.get(pk=draft.pk).status == "draft"


def test_the_agent_reads_on_the_wire_that_it_is_to_stop() -> None:
    agent = agent_client()
    made = agent.submit()
    approve(Approval.objects.get(pk=made["id"]), by=make_user())
    change(Approval.objects.get(pk=made["id"]), "another payload")

    refused = agent.post(f"/approvals/{made['id']}/claim", key=None)

    assert refused.status_code == 409
    assert refused.json()["type"] == "urn:countersign:problem:not_in_log"
    assert "do not execute it" in refused.json()["detail"]
    assert [one["disposition"] for one in agent.get("/approvals").json()["items"]] == ["stop"]


FORGED_VOTES: dict[str, str] = {
    "a signature that does not fit": "UPDATE audit_event SET mac = decode(repeat('00', 32), 'hex') "
    "WHERE subject_id = %s AND type = 'approval.voted'",
    "another person": "UPDATE approvals_vote SET (user_id, principal_id) = (SELECT id, id FROM grants_user "
    "WHERE email = 'forged@example.com') WHERE approval_id = %s",
    "no event of it": "UPDATE approvals_vote SET id = gen_random_uuid() WHERE approval_id = %s",
}


@pytest.mark.parametrize("sql", FORGED_VOTES.values(), ids=FORGED_VOTES)
def test_no_request_is_granted_by_votes_that_nobody_cast(sql: str) -> None:
    make_user("root@example.com", is_staff=True)
    make_user("forged@example.com")
    approval = make_approval(policy=make_policy(quorum=2))
    approve(approval, by=make_approver())
    as_database_superuser(sql, str(approval.pk))

    with pytest.raises(NotInLog):
        approve(Approval.objects.get(pk=approval.pk), by=make_approver("other@example.com"))

    assert Approval.objects.get(pk=approval.pk).status == "pending"
    assert told() == ["root@example.com"]
