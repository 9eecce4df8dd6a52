"""`verify_audit` finds what was changed behind the application's back, and names it."""

from __future__ import annotations

from datetime import timedelta
from random import Random

import pytest
from django.core.management import CommandError, call_command

from approvals.models import Approval
from audit import clock, keys, sequencer
from audit.models import Checkpoint, Event
from audit.tasks import sequence
from tests.audit.superuser import as_database_superuser
from tests.audit.test_sequencer import write
from tests.factories import EMAIL_PAYLOAD, approve, make_approval, make_user

pytestmark = pytest.mark.django_db

FLIPPED = [
    ("audit_eventbody", "content"),
    ("audit_event", "mac"),
    ("audit_event", "prev"),
    ("audit_event", "leaf"),
]


def verify(capsys: pytest.CaptureFixture[str], *args: str) -> tuple[int, str]:
    """The exit code and all that was said."""
    if "--processes" not in args:
        args = (*args, "--processes", "1")  # what this test has not committed, no other process sees
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


@pytest.mark.shows("tampering-is-found")
def test_any_changed_byte_of_a_body_is_found(decided: Approval, capsys: pytest.CaptureFixture[str]) -> None:
    event = Event.objects.about("approval", decided.pk).get(type="approval.edited")
    as_database_superuser(
        "UPDATE audit_eventbody SET content = set_byte(content, 100, get_byte(content, 100) # 1) WHERE event_id = %s",
        event.pk,
    )

    code, said = verify(capsys)

    assert code == 1
    assert f"approval.edited {event.pk}" in said


@pytest.mark.shows("tampering-is-found")
def test_each_of_two_hundred_flipped_bytes_is_found(capsys: pytest.CaptureFixture[str]) -> None:
    write(10)
    events, chance = [*Event.objects.order_by("seq")], Random(200)
    missed = []
    for number in range(200):
        table, column = FLIPPED[number % len(FLIPPED)]
        event, at, bit = chance.choice(events), chance.randrange(1_000), 1 << chance.randrange(8)
        flip_bit(table, column, event, at, bit)
        if verify(capsys)[0] != 1:
            missed.append((table, column, event.seq, at, bit))
        flip_bit(table, column, event, at, bit)

    assert missed == []
    assert verify(capsys)[0] == 0


def flip_bit(table: str, column: str, event: Event, at: int, bit: int) -> None:
    """Of a byte that the number picks; again, and it is as it was."""
    byte = f"%s %% length({column})"
    as_database_superuser(
        f"UPDATE {table} SET {column} = set_byte({column}, {byte}, get_byte({column}, {byte}) # %s) WHERE event_id = %s",
        at,
        at,
        bit,
        event.pk,
    )


@pytest.mark.usefixtures("rows_alone")
@pytest.mark.shows("tampering-is-found")
@pytest.mark.parametrize(
    ("sql", "said"),
    [
        (
            "UPDATE audit_event SET mac = set_byte(mac, 0, get_byte(mac, 0) # 1) WHERE event_id = %s",
            "signature",
        ),
        (
            "UPDATE audit_event SET leaf = set_byte(leaf, 0, get_byte(leaf, 0) # 1) WHERE event_id = %s",
            "leaf hash",
        ),
        ("UPDATE audit_event SET actor_id = 'somebody' WHERE event_id = %s", "column actor_id"),
        ("UPDATE audit_event SET at = at + interval '1 us' WHERE event_id = %s", "column at"),
        ("UPDATE audit_event SET type = 'approval.rejected' WHERE event_id = %s", "column type"),
        ("UPDATE audit_event SET seq = 30 WHERE event_id = %s", "column seq"),
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


def test_one_approval_is_shown_and_proven_under_the_signed_root(
    decided: Approval, capsys: pytest.CaptureFixture[str]
) -> None:
    make_approval()
    sequence()

    code, said = verify(capsys, "--approval", str(decided.pk))

    count = Event.objects.about("approval", decided.pk).count()
    assert code == 0
    assert f"VALID  {count} events" in said
    assert f"{count} of them are under the root that checkpoint 1 signs" in said


def test_one_approval_that_is_not_under_the_signed_root_is_found(
    decided: Approval, capsys: pytest.CaptureFixture[str]
) -> None:
    make_approval()
    sequence()
    as_database_superuser("UPDATE audit_leaf SET index = -index WHERE index IN (1, 2)")
    as_database_superuser("UPDATE audit_leaf SET index = 3 + index WHERE index < 0")

    code, said = verify(capsys, "--approval", str(decided.pk))

    assert code == 1
    assert "not under the root" in said


def test_approval_that_the_log_does_not_know_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(CommandError, match="holds nothing about approval") as refusal:
        verify(capsys, "--approval", "01a206bd-6d5c-73fa-8e46-324cde75923d")

    assert refusal.value.returncode == 4


@pytest.fixture
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pieces of eight leaves, so that a few events make many."""
    monkeypatch.setattr("audit.verify.leaves.CHUNK", 8)
    monkeypatch.setattr("audit.verify.whole.CHUNK", 8)
    monkeypatch.setattr("audit.verify.leaves.BATCH", 3)


@pytest.mark.usefixtures("small_pieces")
def test_a_log_of_many_pieces_has_the_roots_that_were_signed(capsys: pytest.CaptureFixture[str]) -> None:
    for count in (1, 6, 1, 9, 13, 0, 2):
        write(count)
        sequence()

    code, said = verify(capsys)

    assert code == 0
    assert "7 checkpoints cover 32 of them, 7 of the anchor's are among them" in said


@pytest.mark.usefixtures("small_pieces")
def test_since_a_checkpoint_leaves_alone_what_lies_before_its_piece(
    capsys: pytest.CaptureFixture[str],
) -> None:
    events = write(20)
    sequence()
    later = write(10)
    sequence()
    as_database_superuser("UPDATE audit_event SET actor_id = 'x' WHERE event_id = %s", events[3].event_id)

    assert verify(capsys, "--since", "1")[0] == 0
    as_database_superuser("UPDATE audit_event SET actor_id = 'x' WHERE event_id = %s", later[3].event_id)
    assert verify(capsys, "--since", "1")[0] == 1


@pytest.mark.usefixtures("small_pieces")
@pytest.mark.django_db(transaction=True)
def test_several_processes_say_what_one_says(capsys: pytest.CaptureFixture[str]) -> None:
    events = write(50)
    sequence()
    one, several = (verify(capsys, "--processes", processes) for processes in ("1", "3"))
    as_database_superuser("UPDATE audit_eventbody SET content = 'x' WHERE event_id = %s", events[30].event_id)

    broken = [verify(capsys, "--processes", processes) for processes in ("1", "3")]

    assert one == several
    assert (one[0], broken[0][0]) == (0, 1)
    assert broken[0] == broken[1]


def test_checkpoint_behind_an_unknown_key_is_exit_3(capsys: pytest.CaptureFixture[str], settings) -> None:  # type: ignore[no-untyped-def]
    sequence()
    settings.AUDIT_CHECKPOINT_KEY = ("other", bytes(32))

    code, said = verify(capsys)

    assert code == 3
    assert "AUDIT_CHECKPOINT_PUBLIC_KEYS" in said


def test_old_checkpoint_key_verifies_by_its_public_half(capsys: pytest.CaptureFixture[str], settings) -> None:  # type: ignore[no-untyped-def]
    sequence()
    old = Checkpoint.objects.get().key_id
    settings.AUDIT_CHECKPOINT_PUBLIC_KEYS = {old: keys.public_key(old).public_bytes_raw()}
    settings.AUDIT_CHECKPOINT_KEY = ("other", bytes(32))

    sequence()

    assert verify(capsys)[0] == 0


def test_events_that_no_checkpoint_has_covered_for_long_leave_doubt(
    capsys: pytest.CaptureFixture[str],
) -> None:
    write(1, at=clock.now() - timedelta(minutes=3))

    code, said = verify(capsys)

    assert code == 2
    assert "are the worker and beat running?" in said


def test_event_that_came_long_after_its_time_is_found(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    sequence()
    write(1, at=clock.now() - timedelta(hours=2))

    waiting = verify(capsys)
    monkeypatch.setattr(sequencer, "WHOLE", 1)
    sequence()
    taken_in = verify(capsys)

    assert (waiting[0], "bears an older time" in waiting[1]) == (1, True)
    assert (taken_in[0], "over an hour after the time" in taken_in[1]) == (1, True)


@pytest.mark.shows("tampering-is-found")
def test_a_moved_horizon_lets_no_event_come_late(capsys: pytest.CaptureFixture[str]) -> None:
    sequence()
    as_database_superuser("UPDATE audit_checkpoint SET horizon = at - interval '1 day'")
    write(1, at=clock.now() - timedelta(hours=2))

    code, said = verify(capsys)

    assert code == 1
    assert "Checkpoint 1: its horizon is neither" in said


def test_the_horizon_of_a_full_batch_is_its_last_events_time(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sequencer, "BATCH", 4)
    write(6)
    sequence()

    whole = verify(capsys)
    as_database_superuser(
        "UPDATE audit_checkpoint SET horizon = horizon - interval '1 second' WHERE number = 1"
    )
    moved = verify(capsys)

    assert Checkpoint.objects.get(number=1).horizon < Checkpoint.objects.get(number=1).at
    assert (whole[0], moved[0]) == (0, 1)


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
    monkeypatch.setattr("audit.verify.waiting.BATCH", 2)
    for _ in range(3):
        approve(make_approval(), by=make_user())

    code, said = verify(capsys)

    assert code == 0
    assert f"VALID  {Event.objects.count()} events" in said
