"""Giving, taking back, beginning and ending: every rule, both people told, each event once."""

from __future__ import annotations

import json
from collections import Counter
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import transaction

from approvals import delegation
from approvals.delegation import AlreadyEnded, GrantTerms
from approvals.exceptions import InvalidInput, NotPermitted
from approvals.models import Notification
from audit import clock
from audit.message import Subject
from audit.models import Event
from audit.verify import chain
from grants.models import DelegatedGrant, User
from tests.factories import approve, make_approval, make_grant, make_policy, make_user
from tests.races.arena import Arena

pytestmark = pytest.mark.django_db

WORKERS = 4
PEOPLE = ["finance@example.com", "deputy@example.com"]


def terms(**fields: Any) -> GrantTerms:
    """A week of one action type up to high risk, unless told otherwise."""
    values = {
        "highest_risk": "high",
        "action_types": ["external_email"],
        "expires_at": clock.now() + timedelta(days=7),
        "reason": "On leave.",
        **fields,
    }
    return GrantTerms(**values)


def lend(**fields: Any) -> DelegatedGrant:
    """The finance manager lends the deputy."""
    make_user("deputy@example.com")
    return delegation.give(make_user("finance@example.com"), "deputy@example.com", terms(**fields))


def refusals(grantee: str = "deputy@example.com", grantor: User | None = None, **fields: Any) -> set[str]:
    """The fields beside which something was said against it, after making sure that nothing was given."""
    make_user("deputy@example.com")
    with pytest.raises(InvalidInput) as refusal:
        delegation.give(grantor or make_user("finance@example.com"), grantee, terms(**fields))
    assert not DelegatedGrant.objects.exists()
    assert not Event.objects.filter(subject_kind="grant").exists()
    assert not Notification.objects.exists()
    return {error.pointer for error in refusal.value.errors}


def events_of(grant: DelegatedGrant) -> list[dict[str, Any]]:
    """What the log says of it, after the log itself was found to be as it was written."""
    chain(Subject("grant", str(grant.pk)))
    events = Event.objects.about("grant", grant.pk).select_related("body")
    return [json.loads(bytes(event.body.content)) for event in events]


def told(kind: Notification.Kind) -> list[str]:
    return list(Notification.objects.filter(kind=kind).order_by("id").values_list("recipient", flat=True))


def test_what_is_given_is_what_was_said() -> None:
    grant = lend(workflows=["vendors"], highest_risk="medium", reason="  On leave. ")

    stored = DelegatedGrant.objects.select_related("grantor", "grantee").get(pk=grant.pk)
    assert (stored.grantor.email, stored.grantee.email) == ("finance@example.com", "deputy@example.com")
    assert (stored.workflows, stored.action_types) == (["vendors"], ["external_email"])
    assert (stored.highest_risk, stored.is_whole, stored.reason) == ("medium", False, "On leave.")
    assert stored.is_active(clock.now())


def test_both_people_are_told_of_it() -> None:
    lend()

    assert told(Notification.Kind.GRANT_GIVEN) == PEOPLE


@pytest.mark.shows("authority-is-on-record")
def test_the_log_says_who_lends_whom_what_and_until_when() -> None:
    grant = lend()

    (given,) = events_of(grant)

    assert (given["type"], given["actor"]["label"]) == ("grant.given", "Finance")
    assert given["data"]["grantee"]["email"] == "deputy@example.com"
    assert given["data"]["action_types"] == ["external_email"]
    assert given["data"]["expires_at"] == clock.rfc3339(grant.expires_at)
    assert given["data"]["everything"] is False


def test_the_address_is_found_however_it_was_typed() -> None:
    make_user("deputy@example.com")

    grant = delegation.give(make_user("finance@example.com"), " Deputy@Example.COM ", terms())

    assert grant.grantee.email == "deputy@example.com"


def test_names_are_kept_once_and_without_their_blanks() -> None:
    grant = lend(action_types=[" refund", "refund", "", "payment "], workflows=["  "])

    assert (grant.action_types, grant.workflows) == (["refund", "payment"], [])


def test_a_start_that_has_passed_is_now() -> None:
    before = clock.now()

    grant = lend(starts_at=before - timedelta(days=3))

    assert grant.starts_at == grant.created_at >= before


def test_a_start_that_is_to_come_lends_nothing_yet() -> None:
    grant = lend(starts_at=clock.now() + timedelta(hours=1))

    assert not grant.is_active(clock.now())
    assert delegation.begin_and_end() == 0


@pytest.mark.shows("a-grant-has-limits")
@pytest.mark.parametrize(
    ("fields", "beside"),
    [
        ({"action_types": []}, "scope"),
        ({"action_types": ["  "]}, "scope"),
        ({"is_whole": True}, "scope"),
        ({"action_types": ["x" * 101]}, "scope"),
        ({"workflows": ["a\0b"]}, "scope"),
        ({"action_types": [f"type-{n}" for n in range(51)]}, "scope"),
        ({"expires_at": None}, "expires_at"),
        ({"expires_at": timedelta(hours=-1)}, "expires_at"),
        ({"starts_at": timedelta(days=8)}, "expires_at"),
        ({"is_whole": True, "action_types": [], "expires_at": timedelta(days=91)}, "expires_at"),
        ({"highest_risk": ""}, "highest_risk"),
        ({"highest_risk": "enormous"}, "highest_risk"),
        ({"reason": "  "}, "reason"),
        ({"reason": "x" * 501}, "reason"),
        ({"reason": "on\0leave"}, "reason"),
    ],
    ids=[
        "no scope", "a blank for a scope", "everything and a part", "a name too long", "a name with NUL",
        "too many names", "no end", "an end that has passed", "an end before its start", "everything for too long",
        "no risk", "unknown risk", "no reason", "reason too long", "reason with NUL",
    ],
)  # fmt: skip
def test_terms_that_do_not_fit_are_refused_beside_their_field(fields: dict[str, Any], beside: str) -> None:
    at = clock.now()
    moments = {name: at + value for name, value in fields.items() if isinstance(value, timedelta)}

    assert refusals(**(fields | moments)) == {beside}


@pytest.mark.shows("a-grant-has-limits")
def test_everything_is_lent_for_90_days_and_a_part_for_longer() -> None:
    at = clock.now()

    whole = lend(is_whole=True, action_types=[], expires_at=at + timedelta(days=90))
    part = lend(expires_at=at + timedelta(days=400))

    assert whole.is_whole
    assert part.expires_at == at + timedelta(days=400)


@pytest.mark.shows("a-grant-has-limits")
@pytest.mark.parametrize(
    "scope",
    [
        {"workflows": ["finance"], "action_types": []},
        {"action_types": ["refund", "external_email", "old_one"]},
    ],
    ids=["of a workflow", "listed"],
)
def test_every_action_type_is_lent_for_no_longer_than_everything(scope: dict[str, Any]) -> None:
    for action_type in ("refund", "external_email", "*"):
        make_policy(action_type)
    too_late = clock.now() + timedelta(days=91)

    assert refusals(**scope, expires_at=too_late) == {"expires_at"}
    assert lend(action_types=["refund"], expires_at=too_late)
    assert lend(**scope, expires_at=clock.now() + timedelta(days=89))


def test_all_that_does_not_fit_is_said_at_once() -> None:
    found = refusals("nobody@example.com", action_types=[], expires_at=None, highest_risk="", reason="")

    assert found == {"grantee", "scope", "expires_at", "highest_risk", "reason"}


@pytest.mark.parametrize("grantee", ["", "nobody@example.com", "left@example.com", "finance@example.com"])
def test_authority_goes_to_another_active_person(grantee: str) -> None:
    make_user("left@example.com", is_active=False)

    assert refusals(grantee) == {"grantee"}


def test_whoever_left_lends_nothing() -> None:
    assert refusals(grantor=make_user("left@example.com", is_active=False)) == {"grantee"}


def test_preparing_a_grant_stores_and_tells_nothing() -> None:
    make_user("deputy@example.com")

    grant = delegation.prepare(
        make_user("finance@example.com"), "deputy@example.com", terms(), at=clock.now()
    )

    assert grant.scope_sentence == "external_email, in any workflow, up to high risk"
    assert not DelegatedGrant.objects.exists()
    assert not Notification.objects.exists()


@pytest.mark.parametrize("who", ["grantor", "grantee", "administrator"])
def test_it_is_taken_back_by_either_of_them_or_an_administrator(who: str) -> None:
    grant = lend()
    administrator = make_user("admin@example.com", is_staff=True)
    by = {"grantor": grant.grantor, "grantee": grant.grantee, "administrator": administrator}[who]

    delegation.revoke(grant.pk, by=by)

    grant.refresh_from_db()
    assert grant.revoked_by == by
    assert not grant.is_active(clock.now())


@pytest.mark.parametrize("flags", [{}, {"is_auditor": True}, {"is_staff": True, "is_active": False}], ids=str)
def test_nobody_else_takes_it_back(flags: dict[str, bool]) -> None:
    grant = lend()

    with pytest.raises(NotPermitted, match="Only the person who lent it"):
        delegation.revoke(grant.pk, by=make_user("other@example.com", **flags))

    grant.refresh_from_db()
    assert grant.revoked_at is None
    assert len(events_of(grant)) == 1


@pytest.mark.shows("authority-is-on-record")
def test_that_it_ended_is_told_and_recorded_with_the_votes_under_it() -> None:
    grant = lend()
    approve(make_approval(assignees=("finance@example.com",)), by=grant.grantee)

    delegation.revoke(grant.pk, by=grant.grantor)

    _, revoked = events_of(grant)
    assert (revoked["type"], revoked["actor"]["label"]) == ("grant.revoked", "Finance")
    assert revoked["data"] == {"votes": 1}
    assert told(Notification.Kind.GRANT_ENDED) == PEOPLE


def test_it_ends_once() -> None:
    grant = lend()
    delegation.revoke(grant.pk, by=grant.grantor)

    with pytest.raises(AlreadyEnded):
        delegation.revoke(grant.pk, by=grant.grantee)

    assert len(events_of(grant)) == 2
    assert told(Notification.Kind.GRANT_ENDED) == PEOPLE


def test_what_has_run_out_is_not_taken_back() -> None:
    grant = make_grant(expires_at=clock.now() - timedelta(minutes=1))

    with pytest.raises(AlreadyEnded):
        delegation.revoke(grant.pk, by=grant.grantor)


def test_a_grant_that_never_was_is_not_taken_back() -> None:
    with pytest.raises(DelegatedGrant.DoesNotExist):
        delegation.revoke(uuid4(), by=make_user())


@pytest.mark.parametrize(
    ("flags", "sees"),
    [
        ({}, False),
        ({"is_auditor": True}, True),
        ({"is_staff": True}, True),
        ({"is_auditor": True, "is_staff": True, "is_active": False}, False),
    ],
    ids=str,
)
def test_auditors_and_administrators_see_it_and_strangers_do_not(flags: dict[str, bool], sees: bool) -> None:
    assert delegation.may_see(make_user("other@example.com", **flags), make_grant()) is sees


def test_both_people_see_it() -> None:
    grant = make_grant()

    assert delegation.may_see(grant.grantor, grant)
    assert delegation.may_see(grant.grantee, grant)


def test_a_start_that_came_is_told_and_is_no_event() -> None:
    at = clock.now()
    grant = make_grant(created_at=at - timedelta(days=1), starts_at=at - timedelta(minutes=1))

    assert delegation.begin_and_end() == 1

    assert told(Notification.Kind.GRANT_STARTED) == [grant.grantor.email, grant.grantee.email]
    assert [event["type"] for event in events_of(grant)] == ["grant.given"]


def test_what_began_when_it_was_given_is_not_told_twice() -> None:
    lend()

    delegation.begin_and_end()

    assert told(Notification.Kind.GRANT_STARTED) == []


@pytest.mark.shows("authority-is-on-record")
def test_running_out_is_recorded_as_the_systems_doing_and_told() -> None:
    grant = make_grant(expires_at=clock.now() - timedelta(minutes=1))

    assert delegation.begin_and_end() == 1

    _, expired = events_of(grant)
    assert (expired["type"], expired["actor"]["kind"]) == ("grant.expired", "system")
    assert expired["data"] == {"votes": 0}
    assert told(Notification.Kind.GRANT_ENDED) == [grant.grantor.email, grant.grantee.email]


def test_what_ended_before_it_began_is_only_told_to_have_ended() -> None:
    at = clock.now()
    make_grant(
        created_at=at - timedelta(days=2),
        starts_at=at - timedelta(days=1),
        expires_at=at - timedelta(minutes=1),
    )

    delegation.begin_and_end()

    assert told(Notification.Kind.GRANT_STARTED) == []
    assert len(told(Notification.Kind.GRANT_ENDED)) == 2


def test_what_was_revoked_does_not_run_out_as_well() -> None:
    at = clock.now()
    make_grant(
        expires_at=at - timedelta(minutes=1),
        revoked_at=at - timedelta(minutes=9),
        revoked_by=make_user("grantor@example.com"),
    )

    assert delegation.begin_and_end() == 0
    assert not Notification.objects.exists()


def test_looking_again_tells_nothing_again() -> None:
    make_grant(expires_at=clock.now() - timedelta(minutes=1))
    delegation.begin_and_end()

    assert delegation.begin_and_end() == 0
    assert len(told(Notification.Kind.GRANT_ENDED)) == 2


@pytest.mark.django_db(transaction=True)
def test_however_many_workers_look_at_once_each_start_and_end_is_told_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(delegation, "BATCH", 3)
    at = clock.now()
    came = {"created_at": at - timedelta(days=1), "starts_at": at - timedelta(minutes=2)}
    began = [make_grant(**came) for _ in range(20)]
    ended = [make_grant(**came, expires_at=at - timedelta(minutes=1)) for _ in range(20)]

    with Arena(WORKERS) as arena:
        done = arena.run([lambda: str(delegation.begin_and_end())] * WORKERS)

    counts = Counter(Notification.objects.values_list("grant", "kind", "recipient"))
    assert sum(int(attempt.word) for attempt in done) == len(began + ended)
    assert set(counts.values()) == {1}
    assert Counter(kind for _, kind, _ in counts) == {"grant_started": 40, "grant_ended": 40}
    for grant in ended:
        assert [event["type"] for event in events_of(grant)] == ["grant.given", "grant.expired"]


@pytest.mark.django_db(transaction=True)
def test_two_who_take_it_back_at_once_end_it_once() -> None:
    grant = lend()

    with Arena(2) as arena:
        acts = [
            lambda by=by: str(bool(delegation.revoke(grant.pk, by=by)))
            for by in (grant.grantor, grant.grantee)
        ]
        words = sorted(attempt.word for attempt in arena.run(acts))

    assert words == ["AlreadyEnded", "True"]
    assert [event["type"] for event in events_of(grant)] == ["grant.given", "grant.revoked"]
    assert len(told(Notification.Kind.GRANT_ENDED)) == 2


@pytest.mark.parametrize("verb", ["give", "revoke"])
def test_what_is_undone_left_no_trace(verb: str) -> None:
    grant = lend() if verb == "revoke" else None

    with transaction.atomic():
        if grant:
            delegation.revoke(grant.pk, by=grant.grantor)
        else:
            lend()
        transaction.set_rollback(True)

    assert Event.objects.filter(subject_kind="grant").count() == (1 if grant else 0)
    assert Notification.objects.count() == (2 if grant else 0)
