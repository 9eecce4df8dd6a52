"""What every test stands on: the real PostgreSQL, and a flush that the append-only tables allow."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.core.cache import caches
from django.core.management.commands import flush
from django.db import transaction
from django.db.backends.postgresql.operations import DatabaseOperations
from django.test import client, override_settings

from tests import database_role
from tests.cheap_hasher import HASHER

MADE_BY_MIGRATING = ("auth_permission", "django_content_type")


@pytest.fixture(scope="session", autouse=True)
def _flush_append_only_tables() -> Iterator[None]:
    """Tests that commit end with all tables emptied, which our triggers refuse; as a replica they do not fire.

    Rows are deleted: that is some fifty times as fast as TRUNCATE, which makes each table and index anew. What
    migrating made stays, so that it need not be made again.
    """

    def sql_flush(
        self: DatabaseOperations, style: object, tables: Sequence[str], **options: bool
    ) -> list[str]:
        if not tables:
            return []
        emptied = [table for table in tables if table not in MADE_BY_MIGRATING]
        deletions = [f"DELETE FROM {self.quote_name(table)}" for table in emptied]
        return ["SET LOCAL session_replication_role = 'replica'", ";".join(deletions)]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(DatabaseOperations, "sql_flush", sql_flush)
        patch.setattr(flush, "emit_post_migrate_signal", lambda *_args, **_options: None)
        yield


@pytest.fixture(scope="session", autouse=True)
def _cheap_passwords() -> Iterator[None]:
    """A hasher that takes its time on purpose would take most of that of the tests."""
    with override_settings(PASSWORD_HASHERS=[HASHER]):
        yield


@pytest.fixture(scope="session", autouse=True)
def _context_of_the_page_alone() -> Iterator[None]:
    """A response keeps what its page was drawn with; copies for each of a hundred includes took half of the time."""
    store = client.store_rendered_templates

    def store_first(kept: dict[str, Any], *args: Any, **named: Any) -> None:
        if not kept.get("context"):
            store(kept, *args, **named)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(client, "store_rendered_templates", store_first)
        yield


@pytest.fixture(autouse=True)
def _anchor_of_its_own(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Each test has a log of its own, so it has an anchor file of its own too."""
    path = tmp_path_factory.getbasetemp() / f"anchor-{uuid4()}"
    monkeypatch.setattr(settings, "AUDIT_ANCHOR_FILE", str(path))
    return path


@pytest.fixture(autouse=True)
def _attempts_of_its_own() -> None:
    """Each test has wrong passwords of its own: what those before it left in Redis is not looked at."""
    caches["default"].version = uuid4().hex


@pytest.fixture
def rows_alone(db: None) -> Iterator[None]:
    """For tests that write rows by themselves, which no commit takes without their event: all is rolled back."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture(scope="session")
def application_role(django_db_setup: None, django_db_blocker: Any) -> Iterator[str]:
    """The role that `database_roles` makes for the application, in this test database."""
    with django_db_blocker.unblock():
        if not database_role.may_create():
            assert not os.environ.get("CI"), "CI connects as a superuser"
            pytest.skip("The connected role creates no other role.")
        role = database_role.create()
    yield role
    with django_db_blocker.unblock():
        database_role.drop(role)


@pytest.fixture
def sql_as_application(application_role: str) -> Iterator[None]:
    """What a test writes by SQL alone, the application's role writes."""
    with database_role.named(application_role):
        yield
