"""`verify_audit` finds what was changed behind the application's back, and names it."""

from __future__ import annotations

import pytest
from django.core.management import call_command
from django.db import connection

from approvals.models import Approval
from audit.models import Event
from tests.factories import EMAIL_PAYLOAD, approve, make_approval, make_user

pytestmark = pytest.mark.django_db


def as_database_superuser(sql: str, *params: object) -> None:
    """SQL with the triggers off, as only the database's superuser can."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = 'replica'")
        cursor.execute(sql, params)
        cursor.execute("SET session_replication_role = 'origin'")


def verify(capsys: pytest.CaptureFixture[str], *args: str) -> tuple[int, str]:
    """The exit code and all that was said."""
    try:
        call_command("verify_audit", *args)
        code = 0
    except SystemExit as stop:
        code = int(stop.code or 0)
    said = capsys.readouterr()
    return code, said.out + said.err


@pytest.fixture
def decided() -> Approval:
    approval = make_approval()
    return approve(approval, by=make_user(), edited={**EMAIL_PAYLOAD, "body": "Corrected."})


def test_an_untouched_log_is_valid_and_names_the_edit(
    decided: Approval, capsys: pytest.CaptureFixture[str]
) -> None:
    code, said = verify(capsys, "--subject", f"approval:{decided.pk}")

    assert code == 0
    assert "approval.edited  by Sales  version 2" in said
    assert "replace /body" in said


def test_any_changed_byte_of_a_body_is_found(decided: Approval, capsys: pytest.CaptureFixture[str]) -> None:
    event = Event.objects.about("approval", decided.pk).get(type="approval.edited")
    as_database_superuser(
        "UPDATE audit_eventbody SET content = set_byte(content, 100, get_byte(content, 100) # 1) WHERE event_id = %s",
        event.pk,
    )

    code, said = verify(capsys)

    assert code == 1
    assert f"approval.edited {event.pk}" in said


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("UPDATE audit_event SET mac = '\\x00' || substr(mac, 2) WHERE event_id = %s", "signature"),
        ("UPDATE audit_event SET leaf = '\\x00' || substr(leaf, 2) WHERE event_id = %s", "leaf hash"),
        ("UPDATE audit_event SET actor_id = 'somebody' WHERE event_id = %s", "column actor_id"),
        ("UPDATE audit_event SET at = at + interval '1 us' WHERE event_id = %s", "column at"),
        ("UPDATE audit_event SET type = 'approval.rejected' WHERE event_id = %s", "column type"),
        ("UPDATE audit_event SET seq = 30 WHERE event_id = %s", "event 2 of this chain is missing"),
        (
            """
            WITH body AS (DELETE FROM audit_eventbody WHERE event_id = %s RETURNING event_id)
            DELETE FROM audit_event WHERE event_id IN (SELECT event_id FROM body)
            """,
            "event 2 of this chain is missing",
        ),
        ("DELETE FROM audit_eventbody WHERE event_id = %s", "body is missing"),
    ],
)
def test_a_changed_row_is_found(
    decided: Approval, capsys: pytest.CaptureFixture[str], sql: str, said: str
) -> None:
    event = Event.objects.about("approval", decided.pk).get(seq=2)
    as_database_superuser(sql, event.pk)

    code, output = verify(capsys)

    assert code == 1
    assert said in output


def test_a_key_that_is_missing_is_exit_3(
    decided: Approval, capsys: pytest.CaptureFixture[str], settings
) -> None:  # type: ignore[no-untyped-def]
    settings.AUDIT_HMAC_KEYS = {"other": bytes(32)}

    code, said = verify(capsys)

    assert code == 3
    assert "AUDIT_HMAC_KEYS" in said


def test_a_log_longer_than_a_batch_is_read_to_its_end(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("audit.verify.BATCH", 2)
    for _ in range(3):
        approve(make_approval(), by=make_user())

    code, said = verify(capsys)

    assert code == 0
    assert f"VALID  {Event.objects.count()} events" in said
