"""Each exit code of `verify_audit` means one thing: 1 that the log was tampered with, and nothing else."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import timedelta

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import IntegrityError, OperationalError, connection, transaction

from audit import clock
from audit.management.exits import _Faults
from audit.tasks import sequence
from audit.verify import guards
from tests.audit.receipts.stories import told
from tests.audit.superuser import as_database_superuser
from tests.audit.test_sequencer import write
from tests.audit.test_verify import verify
from tests.factories import approve, make_approval, make_user

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("args", "sentence"),
    [
        (["--approval", "01a206bd-6d5c-73fa-8e46-324cde75923d"], "holds nothing about approval"),
        (["--since", "99"], "There is no checkpoint 99"),
        (["--anchor", "/nowhere/at/all"], "There is no file"),
        (["--subject", "nonsense"], "takes KIND:ID"),
        (["--since", "x"], "invalid int value"),
        (["--nonsense"], "unrecognized arguments"),
    ],
)
def test_what_is_not_there_is_refused_with_4(args: list[str], sentence: str) -> None:
    with pytest.raises(CommandError, match=sentence) as refusal:
        call_command("verify_audit", *args)

    assert refusal.value.returncode == 4


def test_database_that_fails_is_5(monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: object, **__: object) -> None:
        raise OperationalError("connection refused")

    monkeypatch.setattr("audit.verify.everything", away)

    with pytest.raises(
        CommandError, match="could not be asked, so nothing was checked: connection refused"
    ) as error:
        call_command("verify_audit")

    assert error.value.returncode == 5


def run(*args: str, **changed: str) -> subprocess.CompletedProcess[str]:
    """The command in a process of its own, with these variables."""
    environment = {**os.environ, "PYTHONWARNINGS": "ignore", **changed}
    return subprocess.run(
        [sys.executable, "manage.py", *args],
        cwd=settings.BASE_DIR,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("args", "changed", "code", "sentence"),
    [
        (["verify_audit"], {"DATABASE_URL": "postgres://nobody@127.0.0.1:9/none"}, 5, "could not be asked"),
        (["receipt", "x"], {"DATABASE_URL": "postgres://nobody@127.0.0.1:9/none"}, 5, "could not be asked"),
        (["verify_audit"], {"DATABASE_URL": "nonsense", "COUNTERSIGN_DESK": ""}, 5, ""),
        (["verify_audit", "--nonsense"], {}, 4, "unrecognized arguments"),
        (["receipt"], {}, 4, "required"),
    ],
)
def test_process_ends_with_the_code(
    args: list[str], changed: dict[str, str], code: int, sentence: str
) -> None:
    done = run(*args, **changed)

    assert done.returncode == code, done.stderr
    assert sentence in done.stderr


def test_fault_of_the_command_itself_is_not_tampering() -> None:
    with pytest.raises(SystemExit) as end, _Faults():
        raise RuntimeError

    assert end.value.code == 70


def test_event_that_waits_for_long_is_said_of_one_request_as_well(capsys: pytest.CaptureFixture[str]) -> None:
    sequence()
    (event,) = write(1, at=clock.now() - timedelta(minutes=3))

    for args in ((), ("--subject", f"{event.subject_kind}:{event.subject_id}")):
        code, said = verify(capsys, *args)
        assert code == 2
        assert "wait for a checkpoint, the oldest since" in said


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("DELETE FROM audit_usedkey", "lacks"),
        ("DELETE FROM audit_usedkey WHERE purpose = 'checkpoints'", "which signed checkpoints"),
        ("UPDATE audit_usedkey SET fingerprint = sha256('other')", "another fingerprint"),
    ],
)
@pytest.mark.shows("tampering-is-found")
def test_changed_table_of_used_keys_is_found(sql: str, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    write(2)
    sequence()
    as_database_superuser(sql)

    code, output = verify(capsys)

    assert code == 1
    assert said in output


@pytest.mark.parametrize("act", ["DELETE FROM audit_usedkey", "UPDATE audit_usedkey SET key_id = 'x'"])
def test_database_keeps_the_table_of_used_keys(act: str) -> None:
    write(1)
    sequence()

    with (
        pytest.raises(IntegrityError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(act)


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("ALTER TABLE audit_event DISABLE TRIGGER append_only", "append_only of audit_event is disabled"),
        ("ALTER TABLE audit_leaf ENABLE REPLICA TRIGGER gapless", "gapless of audit_leaf is disabled"),
        ("DROP TRIGGER follows ON audit_checkpoint", "follows of audit_checkpoint is not there"),
        ("ALTER TABLE approvals_approval DISABLE TRIGGER USER", "of approvals_approval is disabled"),
        (
            "CREATE OR REPLACE FUNCTION audit_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$",
            "append_only of audit_event refuses nothing",
        ),
    ],
)
def test_guard_that_is_off_leaves_the_completeness_unproven(
    sql: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    write(2)
    sequence()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(sql)

    code, output = verify(capsys)

    assert code == 2
    assert said in output


def test_all_guards_are_in_force() -> None:
    assert guards.doubts() == []


def test_keyless_takes_no_secret_and_finds_what_the_root_does_not_cover(
    capsys: pytest.CaptureFixture[str], settings: pytest.FixtureRequest
) -> None:
    events = write(5)
    sequence()
    settings.AUDIT_HMAC_KEYS = {"not-ours": bytes(32)}  # type: ignore[attr-defined]

    code, said = verify(capsys, "--keyless")
    one = verify(capsys, "--keyless", "--subject", f"{events[0].subject_kind}:{events[0].subject_id}")

    assert (code, one[0]) == (0, 0), said
    assert "every leaf and chain holds" in said
    as_database_superuser(
        "UPDATE audit_event SET mac = set_byte(mac, 0, get_byte(mac, 0) # 1) WHERE event_id = %s",
        events[3].event_id,
    )
    assert verify(capsys, "--keyless")[0] == 1


def test_keyless_does_not_vouch_for_what_no_checkpoint_covers(capsys: pytest.CaptureFixture[str]) -> None:
    write(1)
    sequence()
    write(2)

    code, said = verify(capsys, "--keyless")

    assert code == 2
    assert "2 events are under no checkpoint yet: without the HMAC keys" in said


def test_a_request_is_shown_whole_with_whole_hashes(capsys: pytest.CaptureFixture[str]) -> None:
    approval = told()

    code, said = verify(capsys, "--approval", str(approval.pk))

    assert code == 0
    for version in approval.versions.all():
        assert version.digest in said
    for shown in (
        'manifest.meaning: "approved with', 'manifest.name: "Sales"', 'comment: "Shorter."', "claim: ",
        'status: "succeeded"', 'rationale: "The prospect', "executed_sha256", "replace /body", 'basis: "assignee"',
        "payload: as in event", 'text: "Is this the account of last year?"', "counts: ",
    ):  # fmt: skip
        assert shown in said, shown
    assert "\u202e" not in said
    assert "\\u202e" in said


def test_a_name_cannot_steer_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    person = make_user("eve@example.com", name="Eve\x1b[2J\nVALID  all\u202eis well")
    approval = make_approval(assignees=("eve@example.com",))
    approve(approval, by=person)

    _, said = verify(capsys, "--approval", str(approval.pk))

    assert "\x1b" not in said
    assert "\nVALID  all" not in said
    assert "Eve\\u001b[2J\\u000aVALID  all\\u202eis well" in said
