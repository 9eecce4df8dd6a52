"""Auditors and administrators see how the log stands; when nothing may be signed, the page and /readyz say so."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client
from django.utils.html import escape

from approvals import lifecycle
from approvals.models import Heartbeat
from audit import checkpoint, clock, keys
from audit.tasks import sequence
from tests.approvals.views.browse import client_of, text_of
from tests.audit.superuser import OldCopy
from tests.audit.test_sequencer import write
from tests.factories import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def auditor() -> Client:
    return client_of(make_user("ada@example.com", is_auditor=True))


@pytest.fixture
def _restored() -> None:
    write(1)
    sequence()
    copy = OldCopy()
    write(1)
    sequence()
    copy.restore()
    sequence()


def test_page_shows_the_last_checkpoint_and_where_it_went(auditor: Client) -> None:
    write(3)
    sequence()

    page = text_of(auditor.get("/audit/"))

    assert "3 events" in page
    assert escape(Path(settings.AUDIT_ANCHOR_FILE).read_text().splitlines()[2]) in page
    assert "checkpoint 1, " in page
    assert "No checkpoint" not in page


def test_page_names_the_public_key_where_the_process_cannot_sign(auditor: Client, settings: Any) -> None:
    sequence()
    key_id, key = keys.checkpoint_key()
    public = checkpoint.public_text(key_id, key.public_key())
    settings.AUDIT_CHECKPOINT_KEY = None

    assert escape(public) in text_of(auditor.get("/audit/"))


def test_page_asks_for_the_worker_where_no_checkpoint_comes(auditor: Client) -> None:
    page = text_of(auditor.get("/audit/"))

    assert "Are the worker and beat running?" in page
    assert "Name an anchor" in page


@pytest.mark.usefixtures("_restored")
def test_page_says_that_nothing_is_signed_and_what_to_do(auditor: Client) -> None:
    page = text_of(auditor.get("/audit/"))

    assert "No checkpoint is signed." in page
    assert "restored from an older copy" in page
    assert "recover_audit" in page


@pytest.mark.usefixtures("_restored")
def test_process_is_not_ready_while_nothing_is_signed() -> None:
    answer = Client().get("/readyz")

    assert answer.status_code == 503
    assert "does not extend its anchor" in text_of(answer)
    assert Client().get("/healthz").status_code == 200


def test_process_is_ready_while_checkpoints_are_signed() -> None:
    sequence()
    lifecycle.sweep()

    assert Client().get("/readyz").status_code == 200


def test_process_is_not_ready_once_deadlines_are_looked_at_no_more() -> None:
    sequence()
    lifecycle.sweep()
    Heartbeat.objects.update(at=clock.now() - timedelta(minutes=12))

    answer = Client().get("/readyz")

    assert answer.status_code == 503
    assert text_of(answer).startswith("Deadlines were last looked at 12 minutes ago")


def test_process_is_not_ready_once_the_log_is_signed_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    lifecycle.sweep()
    four_minutes_ago = clock.now() - timedelta(minutes=4)
    with monkeypatch.context() as patch:
        patch.setattr(clock, "now", lambda: four_minutes_ago)
        sequence()

    answer = Client().get("/readyz")

    assert answer.status_code == 503
    assert text_of(answer).startswith("The audit log was last signed 4 minutes ago")


def test_fresh_installation_gets_its_time_to_begin() -> None:
    MigrationRecorder.Migration.objects.update(applied=clock.now())
    assert Client().get("/readyz").status_code == 200

    MigrationRecorder.Migration.objects.update(applied=clock.now() - timedelta(minutes=12))
    assert Client().get("/readyz").status_code == 503


def test_strangers_sign_in_and_others_are_refused() -> None:
    assert Client().get("/audit/").headers["Location"] == "/sign-in/?next=/audit/"
    assert client_of(make_user("sales@example.com")).get("/audit/").status_code == 403
    assert client_of(make_user("staff@example.com", is_staff=True)).get("/audit/").status_code == 200


def test_page_is_only_read(auditor: Client) -> None:
    assert auditor.post("/audit/").status_code == 405
