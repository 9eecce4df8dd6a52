"""Each moment that a rule goes by is the database's: the application's role writes none from another time."""

from __future__ import annotations

from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.db import IntegrityError, connection, transaction

from approvals import four_eyes
from approvals.models import Loosening
from audit.message import SYSTEM
from grants import membership
from tests.database_role import acting_as
from tests.factories import (
    approve,
    joined_earlier,
    make_approval,
    make_grant,
    make_key,
    make_policy,
    make_user,
)

pytestmark = [pytest.mark.django_db, pytest.mark.shows("clocks-are-the-databases")]

AGES_AGO, SOON = "clock_timestamp() - interval '2 days'", "clock_timestamp() + interval '2 minutes'"
INSERTED: dict[str, list[tuple[str, str]]] = {
    "grants_approvermembership": [("joined_at", AGES_AGO), ("joined_at", SOON)],
    "grants_delegatedgrant": [("created_at", AGES_AGO), ("starts_at", AGES_AGO)],
    "grants_user": [
        ("proven_at", AGES_AGO),
        ("credentials_changed_at", AGES_AGO),
        ("stopped_administering_at", AGES_AGO),
    ],
    "approvals_vote": [("decided_at", AGES_AGO), ("decided_at", SOON)],
    "approvals_loosening": [("asked_at", AGES_AGO), ("takes_effect_at", "clock_timestamp()")],
    "approvals_agentkey": [("created_at", AGES_AGO)],
    "approvals_policy": [("created_at", AGES_AGO)],
    "approvals_approval": [("created_at", SOON)],
    "mfa_authenticator": [("created_at", AGES_AGO)],
}
"""For each table the column of a rule's moment, and what nobody may write into a new row."""
UPDATED = [
    ("grants_approvermembership", "joined_at", AGES_AGO),
    ("grants_user", "proven_at", AGES_AGO),
    ("grants_user", "credentials_changed_at", AGES_AGO),
    ("grants_user", "credentials_changed_at", "NULL"),
    ("grants_user", "stopped_administering_at", "NULL"),
    ("grants_delegatedgrant", "created_at", AGES_AGO),
    ("grants_delegatedgrant", "starts_at", AGES_AGO),
    ("approvals_loosening", "asked_at", AGES_AGO),
    ("approvals_loosening", "takes_effect_at", "clock_timestamp()"),
    ("approvals_agentkey", "created_at", AGES_AGO),
    ("approvals_approval", "created_at", "clock_timestamp()"),
    ("approvals_policy", "created_at", AGES_AGO),
    ("mfa_authenticator", "created_at", AGES_AGO),
]
FRESH = {
    "grants_approvermembership": {"joined_at": "clock_timestamp()", "left_at": "NULL"},
    "grants_delegatedgrant": {
        "created_at": "clock_timestamp()",
        "starts_at": "clock_timestamp()",
        "revoked_at": "NULL",
    },
    "grants_user": {
        "email": "'other@example.com'",
        "proven_at": "clock_timestamp()",
        "credentials_changed_at": "clock_timestamp()",
        "stopped_administering_at": "clock_timestamp()",
    },
    "approvals_vote": {
        "decided_at": "clock_timestamp()",
        "user_id": "%(other)s",
        "principal_id": "%(other)s",
    },
    "approvals_loosening": {
        "asked_at": "clock_timestamp()",
        "takes_effect_at": "clock_timestamp() + interval '61 minutes'",
        "kind": "'auditor'",
    },
    "approvals_agentkey": {"created_at": "clock_timestamp()", "prefix": "'other'"},
    "approvals_policy": {"created_at": "clock_timestamp()", "action_type": "'other'"},
    "approvals_approval": {"created_at": "clock_timestamp()", "idempotency_key": "'other'"},
    "mfa_authenticator": {"created_at": "clock_timestamp()", "type": "'webauthn'"},
}
"""What makes a copy of a row a new one that the role may write; a moment of the past is then the only fault."""


@pytest.fixture
def rows(db: None) -> dict[str, Any]:
    """A row of each table, from which a new one is copied."""
    person, other = make_user("sales@example.com"), make_user("other-one@example.com")
    make_policy()
    approval = make_approval(
        assignees=("sales@example.com", "other-one@example.com"), policy=make_policy(quorum=3)
    )
    approve(approval, by=person)
    make_key()
    make_grant(person, other)
    joined = membership.join(person, by=SYSTEM).user
    joined_earlier(joined, at=approval.created_at)
    asked = four_eyes.ask(Loosening.Kind.APPROVER, other, by=make_user("root@example.com", is_staff=True))
    Authenticator.objects.create(user=person, type="totp", data={})
    membership.leave(person, by=SYSTEM)
    return {"other": other.pk, "asked": asked.pk}


def copy(table: str, rows: dict[str, Any], **values: str) -> None:
    """A row like one that is there, in which some columns have other values, each a piece of SQL."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT column_name, is_identity FROM information_schema.columns WHERE table_name = %s AND "
            "table_schema = 'public' AND is_generated = 'NEVER' AND NOT (is_identity = 'YES')",
            [table],
        )
        names = [name for name, _ in cursor.fetchall()]
        fresh = {**({"id": "gen_random_uuid()"} if "id" in names else {}), **FRESH[table], **values}
        said = ", ".join(fresh.get(name, f'"{name}"') for name in names)
        columns = ", ".join(f'"{name}"' for name in names)
        cursor.execute(f"INSERT INTO {table} ({columns}) SELECT {said} FROM {table} LIMIT 1", rows)


@pytest.mark.usefixtures("rows_alone")
@pytest.mark.parametrize("table", INSERTED)
def test_the_application_writes_what_happens_now(
    application_role: str, rows: dict[str, Any], table: str
) -> None:
    """Otherwise the refusals below could be of something else in the copied row."""
    with transaction.atomic(), acting_as(application_role):
        copy(table, rows)


@pytest.mark.parametrize(
    ("table", "column", "said"), [(t, *one) for t, many in INSERTED.items() for one in many]
)
def test_the_application_adds_no_row_of_another_time(
    application_role: str, rows: dict[str, Any], table: str, column: str, said: str
) -> None:
    with pytest.raises(IntegrityError), transaction.atomic(), acting_as(application_role):
        copy(table, rows, **{column: said})


@pytest.mark.parametrize(("table", "column", "said"), UPDATED)
def test_the_application_moves_no_moment(
    application_role: str, rows: dict[str, Any], table: str, column: str, said: str
) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE grants_user SET credentials_changed_at = now(), stopped_administering_at = now()"
        )
    with pytest.raises(IntegrityError), transaction.atomic(), acting_as(application_role):
        connection.cursor().execute(f"UPDATE {table} SET {column} = {said}")
