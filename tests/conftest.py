"""What every test stands on: the real PostgreSQL, and a flush that the append-only tables allow."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from django.conf import settings
from django.db.backends.postgresql.operations import DatabaseOperations


@pytest.fixture(scope="session", autouse=True)
def _flush_append_only_tables() -> Iterator[None]:
    """Tests that commit end with a TRUNCATE, which our triggers refuse; as a replica they do not fire."""
    original = DatabaseOperations.sql_flush

    def sql_flush(self: DatabaseOperations, *args: object, **kwargs: object) -> list[str]:
        statements = original(self, *args, **kwargs)
        return ["SET LOCAL session_replication_role = 'replica'", *statements] if statements else []

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(DatabaseOperations, "sql_flush", sql_flush)
        yield


@pytest.fixture(autouse=True)
def _anchor_of_its_own(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Each test has a log of its own, so it has an anchor file of its own too."""
    path = tmp_path_factory.getbasetemp() / f"anchor-{uuid4()}"
    monkeypatch.setattr(settings, "AUDIT_ANCHOR_FILE", str(path))
    return path
