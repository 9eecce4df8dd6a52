"""What a grant covers, when it lends, and what the database refuses of it."""

from __future__ import annotations

from datetime import timedelta
from itertools import product
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from approvals.models import Approval
from audit import clock
from grants.models import DelegatedGrant
from grants.risk import Risk
from tests.factories import make_approval, make_grant, make_policy, make_user

pytestmark = pytest.mark.django_db


def change(grant: DelegatedGrant, sql: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE grants_delegatedgrant SET {sql} WHERE id = %s", [grant.pk])


@pytest.mark.parametrize("workflows", [[], ["finance"], ["sales", "finance"]])
@pytest.mark.parametrize("action_types", [[], ["refund"], ["refund", "external_email"]])
@pytest.mark.parametrize("highest_risk", Risk.values)
def test_covers_and_its_filter_agree(
    workflows: list[str], action_types: list[str], highest_risk: str
) -> None:
    scope = {
        "workflows": workflows,
        "action_types": action_types,
        "is_whole": not (workflows or action_types),
    }
    grant = make_grant(highest_risk=highest_risk, **scope)
    for action_type, workflow in product(["refund", "other"], ["finance", "else"]):
        make_policy(action_type, workflow=workflow)
        for risk in ("low", "high"):
            policy = make_policy(action_type, workflow=workflow)
            make_approval(policy=policy, risk=risk)

    by_row = {a.pk for a in Approval.objects.all() if covers(grant, a)}

    assert {a.pk for a in Approval.objects.filter(grant.covered())} == by_row


def covers(grant: DelegatedGrant, approval: Approval) -> bool:
    return grant.covers(workflow=approval.workflow, action_type=approval.action_type, risk=approval.risk)


@pytest.mark.parametrize(("starts", "expires", "is_active"), [(-2, -1, False), (-1, 1, True), (1, 2, False)])
def test_it_lends_from_its_start_to_its_expiry(starts: int, expires: int, is_active: bool) -> None:
    at = clock.now()
    hours = {"starts_at": at + timedelta(hours=starts), "expires_at": at + timedelta(hours=expires)}

    grant = make_grant(**hours)

    assert grant.is_active(at) is is_active
    assert DelegatedGrant.objects.active(at).exists() is is_active


@pytest.mark.parametrize(
    ("hours", "was_active"), [({}, True), ({"revoked_at": -3}, False), ({"starts_at": 1}, False)], ids=str
)
def test_it_was_active_after_a_moment_if_it_lent_anything_since(
    hours: dict[str, int], was_active: bool
) -> None:
    at = clock.now()
    moments = {
        name: at + timedelta(hours=value)
        for name, value in {"starts_at": -4, "expires_at": -1, **hours}.items()
    }
    grant = DelegatedGrant(**moments)

    assert grant.was_active_after(at - timedelta(hours=2)) is was_active


@pytest.mark.shows("a-grant-has-limits")
@pytest.mark.parametrize(
    "fields",
    [
        {"is_whole": False},
        {"is_whole": True, "workflows": ["finance"]},
        {"highest_risk": "enormous"},
        {"expires_at": timedelta(hours=-3)},
        {"expires_at": timedelta(days=91)},
    ],
    ids=["no scope", "whole and narrowed", "unknown risk", "ends before it starts", "whole for too long"],
)
def test_the_database_refuses_a_grant_that_must_not_be(fields: dict[str, Any]) -> None:
    if isinstance(moment := fields.get("expires_at"), timedelta):
        fields = {**fields, "expires_at": clock.now() + moment}

    with pytest.raises(IntegrityError), transaction.atomic():
        make_grant(**fields)


@pytest.mark.shows("a-grant-has-limits")
def test_nobody_lends_to_themselves() -> None:
    person = make_user()

    with pytest.raises(IntegrityError), transaction.atomic():
        make_grant(person, person)


@pytest.mark.parametrize(
    "sql",
    [
        "expires_at = expires_at + interval '1 day'",
        "highest_risk = 'critical'",
        "grantee_id = grantor_id",
        "workflows = '{finance}', is_whole = false",
        "revoked_at = now()",
    ],
)
def test_what_was_given_does_not_change(sql: str) -> None:
    grant = make_grant(highest_risk="low")

    with pytest.raises(IntegrityError):
        change(grant, sql)


def test_a_grant_is_never_deleted() -> None:
    make_grant()

    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM grants_delegatedgrant")


def test_the_scope_is_a_sentence() -> None:
    grant = make_grant(is_whole=False, workflows=["finance"], action_types=["refund", "payment"])

    assert grant.scope_sentence == "refund or payment, in the workflow finance, up to critical risk"
