"""Rows that are written and read by prepared statements are those that the ORM writes and reads."""

from __future__ import annotations

import orjson
import pytest
from django.db import IntegrityError, connection, models, transaction

from approvals.models import Assignment, Notification
from audit import clock
from grants.models import DelegatedGrant, User
from patience import statements
from tests.factories import make_approval, make_grant, make_user

pytestmark = pytest.mark.django_db


def values(row: models.Model) -> dict[str, object]:
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}


def stored(model: type[models.Model], row: models.Model) -> models.Model:
    return model._default_manager.get(pk=row.pk)


def test_a_row_from_columns_is_the_row_that_the_orm_reads() -> None:
    grant = make_grant()
    sql = f"SELECT {statements.columns(DelegatedGrant, 'lent')} FROM grants_delegatedgrant lent WHERE id = %s"

    ((*read,),) = statements.fetch(sql, [grant.pk])
    row = statements.instance(DelegatedGrant, read)

    assert values(row) == values(stored(DelegatedGrant, grant))
    assert len(read) == statements.width(DelegatedGrant)


def test_a_row_from_json_is_the_row_that_the_orm_reads_and_has_what_it_points_to() -> None:
    grant = make_grant()
    found = statements.as_json(DelegatedGrant, "lent")
    sql = f"SELECT ({found})::text FROM grants_delegatedgrant lent WHERE id = %s"

    ((text,),) = statements.fetch(sql, [grant.pk])
    row = statements.from_json(DelegatedGrant, orjson.loads(text), grantee=grant.grantee)

    assert values(row) == values(stored(DelegatedGrant, grant))
    assert row.grantee is grant.grantee


def test_a_column_left_out_is_read_when_it_is_asked_for(django_assert_num_queries) -> None:
    user = make_user()
    found = statements.as_json(User, "person", but=("password",))
    ((text,),) = statements.fetch(f"SELECT ({found})::text FROM grants_user person WHERE id = %s", [user.pk])

    row = statements.from_json(User, orjson.loads(text), but=("password",))

    assert user.password not in text
    with django_assert_num_queries(1):
        assert row.password == user.password


def test_several_groups_are_inserted_by_one_statement(django_assert_num_queries) -> None:
    approval, at = make_approval(assignees=()), clock.now()
    named = [
        Assignment(approval=approval, email=email, source="agent", created_at=at)
        for email in ("one@example.com", "two@example.com")
    ]
    told = Notification(approval=approval, kind="requested", recipient="one@example.com", created_at=at)

    with django_assert_num_queries(1):
        statements.insert(named, [], [told])

    assert list(approval.assignments.order_by("email").values_list("email", flat=True)) == [
        "one@example.com",
        "two@example.com",
    ]
    assert values(stored(Notification, told)) == values(told)


def test_an_update_stores_the_fields_named_and_no_others() -> None:
    user = make_user()
    before = values(stored(User, user))
    user.name, user.is_active = "Other", False

    statements.update(user, "name")

    assert values(stored(User, user)) == {**before, "name": "Other"}


@pytest.mark.django_db(transaction=True)
def test_the_end_of_a_pipeline_raises_what_was_refused_and_nothing_after_it_ran() -> None:
    user = make_user()
    with pytest.raises(IntegrityError), transaction.atomic(), statements.pipelined():
        statements.execute("UPDATE grants_user SET email = NULL WHERE id = %s", [user.pk])
        statements.execute("UPDATE grants_user SET name = 'Other' WHERE id = %s", [user.pk])

    assert not statements.is_pipelined()
    assert User.objects.get(pk=user.pk).name == user.name


def test_a_read_inside_a_pipeline_sees_what_was_sent_before() -> None:
    user = make_user()
    with transaction.atomic(), statements.pipelined():
        statements.execute("UPDATE grants_user SET name = 'Other' WHERE id = %s", [user.pk])
        found = statements.fetch("SELECT name FROM grants_user WHERE id = %s", [user.pk])
        assert statements.is_pipelined()

    assert found == [("Other",)]
    assert connection.in_atomic_block
