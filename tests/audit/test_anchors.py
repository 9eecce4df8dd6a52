"""Checkpoints leave the database; after a restore from an older copy nothing is signed until two people say so."""

from __future__ import annotations

from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from audit import anchors, sequencer
from audit.anchors import file, trust
from audit.models import Anchor, Checkpoint, Event
from audit.tasks import sequence
from audit.verify import Tampered, everything
from tests.audit.superuser import OldCopy, as_database_superuser
from tests.audit.test_sequencer import write
from tests.factories import PASSWORD, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def anchor(_anchor_of_its_own: Path) -> Path:
    return _anchor_of_its_own


@pytest.fixture
def restored(anchor: Path) -> None:
    """Three events were anchored, two more were too, and then the database was restored to the three."""
    write(3)
    sequence()
    copy = OldCopy()
    write(2)
    sequence()
    copy.restore()


def problem() -> str:
    return Anchor.objects.get(kind="file").problem


class TestFile:
    def test_every_checkpoint_is_in_it(self, anchor: Path) -> None:
        for _ in range(3):
            sequence()

        assert [note.source for note in file.notes(anchor)] == list(
            Checkpoint.objects.order_by("number").values_list("note", flat=True)
        )

    @pytest.mark.shows("tampering-is-found")
    @pytest.mark.parametrize("kept", [(), (0, 1, 2), (0, 4), (0, 0, 0, 0, 0)])
    def test_a_file_with_fewer_than_were_written_leaves_doubt(
        self, anchor: Path, kept: tuple[int, ...]
    ) -> None:
        for _ in range(5):
            sequence()
        notes = [note.source for note in file.notes(anchor)]
        whole = everything(anchor=anchor)

        anchor.write_text("\n".join(notes[number] for number in kept))

        assert whole.doubts == []
        assert "5 were written there: some were removed" in "".join(everything(anchor=anchor).doubts)

    def test_a_copy_elsewhere_is_not_counted_and_says_until_when_it_reaches(
        self, anchor: Path, tmp_path: Path
    ) -> None:
        for _ in range(3):
            sequence()
        last = list(file.notes(anchor))[1]
        (tmp_path / "mailed").write_text(last.source)

        report = everything(anchor=tmp_path / "mailed")

        assert (report.anchored, report.anchored_at, report.doubts) == (1, last.statement.at, [])

    def test_line_torn_by_a_crash_hides_nothing(self, anchor: Path) -> None:
        sequence()
        with anchor.open("a") as stream:
            stream.write("127.0.0.1/audit\n17\nAAAA")

        sequence()

        assert [note.source for note in file.notes(anchor)] == list(
            Checkpoint.objects.order_by("number").values_list("note", flat=True)
        )

    def test_checkpoint_that_arrived_before_a_crash_is_not_written_twice(self, anchor: Path) -> None:
        (signed,) = sequencer.run()
        file.append(anchor, signed.note)

        anchors.write()

        assert len(list(file.notes(anchor))) == 1
        assert Anchor.objects.get(kind="file").sent == signed

    def test_notes_are_read_whole_across_chunks(self, anchor: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(file, "CHUNK", 100)
        for _ in range(5):
            sequence()

        assert len(list(file.notes(anchor))) == 5

    def test_file_that_cannot_be_written_is_said_and_tried_again(
        self, anchor: Path, settings: Any, tmp_path: Path
    ) -> None:
        settings.AUDIT_ANCHOR_FILE = str(tmp_path / "later" / "anchor")
        sequence()
        row = Anchor.objects.get(kind="file")
        assert (row.attempts, "cannot be written" in row.last_error) == (1, True)
        (tmp_path / "later").mkdir()

        sequence()

        assert Anchor.objects.get(kind="file").last_error == ""


class TestRestore:
    @pytest.mark.shows("signing-extends-the-anchor")
    @pytest.mark.usefixtures("restored")
    def test_database_restored_from_an_old_copy_is_noticed_before_the_next_checkpoint(
        self, anchor: Path
    ) -> None:
        before = anchor.read_text()
        write(4)

        sequence()

        assert Checkpoint.objects.count() == 1
        assert anchor.read_text() == before
        assert "restored from an older copy" in problem()

    @pytest.mark.usefixtures("restored")
    def test_signing_goes_on_by_itself_once_the_log_extends_its_anchor(self, anchor: Path) -> None:
        sequence()
        assert problem()
        anchor.write_text("".join(note.source for note in list(file.notes(anchor))[:1]))

        sequence()

        assert problem() == ""
        assert Checkpoint.objects.count() == 2

    @pytest.mark.shows("signing-extends-the-anchor")
    def test_anchor_file_that_vanished_stops_signing(self, anchor: Path) -> None:
        sequence()
        anchor.unlink()

        sequence()

        assert Checkpoint.objects.count() == 1
        assert "missing or empty" in problem()

    @pytest.mark.shows("signing-extends-the-anchor")
    def test_anchor_file_that_lost_its_end_stops_signing(self, anchor: Path) -> None:
        sequence()
        first = anchor.read_text()
        sequence()
        anchor.write_text(first)

        sequence()

        assert Checkpoint.objects.count() == 2
        assert "its end was cut off" in problem()


class TestRecovery:
    def recover(self, *emails: str, reason: str = "Restored last night's copy.") -> str:
        out = StringIO()
        by = [word for email in emails for word in ("--by", email)]
        call_command("recover_audit", *by, "--reason", reason, stdout=out)
        return out.getvalue()

    @pytest.fixture(autouse=True)
    def _people(self, monkeypatch: pytest.MonkeyPatch) -> None:
        make_user("ada@example.com", is_auditor=True)
        make_user("ben@example.com", is_staff=True)
        make_user("cem@example.com")
        monkeypatch.setattr("sys.stdin", StringIO(f"{PASSWORD}\n{PASSWORD}\n"))

    @pytest.mark.usefixtures("restored")
    def test_two_people_let_it_go_on_and_are_on_record(self, anchor: Path) -> None:
        sequence()

        self.recover("ada@example.com", "ben@example.com")
        sequence()

        data = Event.objects.get(type="audit.recovered").content["data"]
        assert [person["email"] for person in data["people"]] == ["ada@example.com", "ben@example.com"]
        assert (data["anchored_size"], data["size"]) == (5, 3)
        assert problem() == ""
        assert file.last_note(anchor).source == Checkpoint.objects.get(number=2).note

    @pytest.mark.usefixtures("restored")
    def test_verification_says_from_then_on_what_is_lost(self, anchor: Path) -> None:
        with pytest.raises(Tampered):
            everything(anchor=anchor)

        self.recover("ada@example.com", "ben@example.com")
        sequence()

        assert everything(anchor=anchor).doubts == [
            "By a recovery on record 2 events after the first 3 were lost, at least."
        ]

    @pytest.mark.usefixtures("restored")
    def test_recovery_holds_for_that_restore_and_no_later_one(self, anchor: Path) -> None:
        self.recover("ada@example.com", "ben@example.com")
        sequence()
        with anchor.open("a") as stream:
            stream.write(list(file.notes(anchor))[1].source.replace("\n5\n", "\n6\n"))

        sequence()

        assert "restored from an older copy" in problem()

    @pytest.mark.usefixtures("restored")
    def test_recovery_that_nobody_signed_counts_for_nothing(self, anchor: Path) -> None:
        self.recover("ada@example.com", "ben@example.com")
        as_database_superuser("UPDATE audit_event SET mac = '\\x00' WHERE type = 'audit.recovered'")

        sequence()

        assert problem()

    @pytest.mark.parametrize(
        ("emails", "sentence"),
        [
            (("ada@example.com",), "Two different people"),
            (("ada@example.com", "ADA@example.com"), "Two different people"),
            (("ada@example.com", "nobody@example.com"), "No active account"),
            (
                ("ada@example.com", "cem@example.com"),
                "neither an auditor nor an administrator who reads the audit",
            ),
        ],
    )
    @pytest.mark.usefixtures("restored")
    def test_fewer_or_other_people_are_refused(self, emails: tuple[str, ...], sentence: str) -> None:
        with pytest.raises(CommandError, match=sentence):
            self.recover(*emails)

        assert not Event.objects.filter(type="audit.recovered").exists()

    @pytest.mark.usefixtures("restored")
    def test_wrong_password_is_refused(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("sys.stdin", StringIO(f"{PASSWORD}\nwrong\n"))

        with pytest.raises(CommandError, match=r"not the password of ben@example\.com"):
            self.recover("ada@example.com", "ben@example.com")

    def test_sound_log_is_not_recovered(self) -> None:
        sequence()

        with pytest.raises(CommandError, match="nothing to recover"):
            self.recover("ada@example.com", "ben@example.com")


def test_without_an_anchor_file_nothing_is_asked(settings: Any) -> None:
    settings.AUDIT_ANCHOR_FILE = ""

    sequence()

    assert trust.problem() is None
    assert Checkpoint.objects.count() == 1
