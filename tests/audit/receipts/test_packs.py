"""An evidence pack proves itself outside, sample and all, and refuses any change."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import subprocess
import sys
import tracemalloc
import zipfile
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction

from approvals import lifecycle
from audit import clock
from audit.models import Checkpoint, Event
from audit.pack import export, sheet, verify_pack
from audit.pack.archive import Archive
from audit.pack.selection import Wanted
from audit.pack.verify_pack import Trust, check_pack
from audit.tasks import sequence
from tests.audit.receipts.stories import told
from tests.audit.receipts.test_receipts import given_all
from tests.audit.superuser import as_database_superuser
from tests.factories import approve, make_approval, make_policy, make_user, reject

pytestmark = pytest.mark.django_db


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "pack.zip"


def some(count: int = 3) -> list[str]:
    """Requests with different ends, sequenced; their ids, oldest first."""
    first = told()
    others = [make_approval(action=f"Ring {number}") for number in range(count - 1)]
    for one in others[::2]:
        reject(one, by=make_user())
    sequence()
    return [str(first.pk), *(str(one.pk) for one in others)]


def files(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as pack:
        return {name: pack.read(name) for name in pack.namelist()}


def ids(path: Path) -> list[str]:
    return [json.loads(line)["subject"]["id"] for line in files(path)["receipts.jsonl"].splitlines()]


@pytest.mark.shows("receipts-prove-themselves")
def test_a_pack_is_valid_to_an_outsider_by_the_verifier_that_it_brings(out: Path) -> None:
    wanted = some()
    call_command("export_audit", "--out", str(out))
    with zipfile.ZipFile(out) as pack:
        pack.extract("verify_pack.py", out.parent)

    done = subprocess.run(
        [sys.executable, "-I", "verify_pack.py", "pack.zip"],
        cwd=out.parent,
        capture_output=True,
        text=True,
        env={},
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert "3 receipts are those of the population" in done.stdout
    assert "NOT PROVEN  that the population lists every request" in done.stdout
    assert ids(out) == wanted
    assert check_pack(out, given_all()).code == 0


def test_a_pack_has_what_an_auditor_reads(out: Path) -> None:
    some()

    call_command("export_audit", "--out", str(out))

    found = files(out)
    assert {"index.csv", "anchor.txt", "reports/000001.html", "policies.jsonl"} <= set(found)
    report = found["reports/000001.html"].decode()
    assert "Corrected." in report
    assert "U+202E" in report
    assert "<script" not in report
    rows = list(csv.reader(io.StringIO(found["index.csv"].decode())))
    assert [len(row) for row in rows] == [len(sheet.HEADINGS)] * 4


def test_taking_a_pack_is_an_event(out: Path) -> None:
    some()

    call_command("export_audit", "--out", str(out), "--by", make_user("ada@example.com").email)

    event = Event.objects.about("log", "disclosures").with_content().get()
    assert event.actor_name == "Ada"
    assert event.content["data"]["sha256"] == hashlib.sha256(out.read_bytes()).hexdigest()
    assert event.content["data"]["receipts"] == 3


@pytest.mark.shows("nobody-picks-the-sample")
def test_a_sample_is_drawn_by_the_checkpoint_and_nobody_can_swap_it(out: Path, tmp_path: Path) -> None:
    wanted = some(12)
    end = over()
    sampled(out, 4, end)
    sampled(tmp_path / "again.zip", 4, end)

    seed = hashlib.sha256(json.loads(files(out)["pack.json"])["seed"].encode()).digest()
    drawn = sorted(wanted, key=lambda one: hashlib.sha256(seed + one.encode()).digest())[:4]

    assert ids(out) == ids(tmp_path / "again.zip") == drawn
    assert check_pack(out, given_all()).code == 0
    swapped = files(out)
    other = tmp_path / "all.zip"
    call_command("export_audit", "--out", str(other))
    by_id = dict(zip(ids(other), files(other)["receipts.jsonl"].splitlines(keepends=True), strict=True))
    undrawn = next(one for one in wanted if one not in drawn)
    swapped["receipts.jsonl"] = b"".join(by_id[one] for one in [*drawn[:3], undrawn])
    with pytest.raises(verify_pack.Tampered, match="not those of the population, or of its sample"):
        check_pack(packed(tmp_path / "swapped.zip", swapped), Trust())


def over() -> datetime:
    """A moment that ends a time: checkpoints are signed before and after it."""
    end = clock.now()
    make_approval(action="After that time")
    sequence()
    return end


def sampled(path: Path, count: int, end: datetime) -> None:
    """A pack with a sample. The command takes whole days alone."""
    export.export(Wanted(end=end), path, last=Checkpoint.objects.latest("number"), sample=count)


@pytest.mark.shows("nobody-picks-the-sample")
def test_a_sample_by_a_checkpoint_that_may_not_be_the_last_of_its_time_is_incomplete(out: Path) -> None:
    some(3)
    sampled(out, 2, clock.now())

    report = check_pack(out, given_all())

    assert report.code == verify_pack.INCOMPLETE
    assert "a checkpoint after the seed" in " ".join(report.missing)


@pytest.mark.shows("nobody-picks-the-sample")
@pytest.mark.parametrize("args", [[], ["--to", "today"], ["--to", "2990-01-01"]])
def test_a_sample_is_of_a_time_that_is_over(out: Path, args: list[str]) -> None:
    some(2)
    args = [f"{clock.now():%Y-%m-%d}" if one == "today" else one for one in args]

    with pytest.raises(CommandError, match="that is over") as error:
        call_command("export_audit", "--out", str(out), "--sample", "1", *args)

    assert error.value.returncode == 4
    assert not out.exists()


def packed(path: Path, content: dict[str, bytes]) -> Path:
    """A pack in the right spelling, with a manifest that fits."""
    with Archive(path) as archive:
        for name, one in content.items():
            if name != "manifest.json":
                archive.add(name, [one])
    return path


def test_another_seed_is_refused(out: Path, tmp_path: Path) -> None:
    some(4)
    sampled(out, 2, over())
    content = files(out)
    said = json.loads(content["pack.json"])
    said["seed"] = Checkpoint.objects.order_by("number")[0].note
    content["pack.json"] = verify_pack.canonical(said) + b"\n"

    with pytest.raises(verify_pack.Tampered, match="seed"):
        check_pack(packed(tmp_path / "other.zip", content), Trust())


@pytest.mark.parametrize(
    "change",
    [
        lambda c: c.update({"receipts.jsonl": c["receipts.jsonl"].split(b"\n", 1)[1]}),
        lambda c: c.update({"checkpoints.jsonl": c["checkpoints.jsonl"].split(b"\n", 1)[1]}),
        lambda c: c.update({"population.txt": b"x\n" + c["population.txt"]}),
        lambda c: c.pop("policies.jsonl"),
        lambda c: c.update({"receipts.jsonl": c["receipts.jsonl"].replace(b"Corrected", b"Corrupted")}),
        lambda c: c.update({"receipts.jsonl": c["receipts.jsonl"][:-1]}),
        lambda c: c.update({"pack.json": c["pack.json"].replace(b'"about":"E', b'"about":"F')}),
    ],
)
def test_a_change_with_a_manifest_that_fits_is_refused(out: Path, tmp_path: Path, change: Any) -> None:
    some()
    call_command("export_audit", "--out", str(out))
    content = files(out)

    change(content)

    with pytest.raises(verify_pack.Tampered):
        check_pack(packed(tmp_path / "changed.zip", content), Trust())


@pytest.mark.shows("receipts-prove-themselves")
def test_any_changed_byte_of_a_small_pack_is_refused(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of its frame, of all that is not the verifier itself, and of the verifier here and there."""
    monkeypatch.setattr(export, "_report", lambda *_: [b"report\n"])
    make_policy(pattern="none")
    make_approval(payload={"a": 1}, action="Ring", rationale="So.")
    sequence()
    call_command("export_audit", "--out", str(out))
    content = bytearray(out.read_bytes())
    start = content.index(b"#!/usr/bin/env")
    end = content.index(b"anchor.txt", start)
    assert check_pack(out, Trust()).code == 0

    for place in [*range(start), *range(start, end, 501), *range(end, len(content))]:
        content[place] ^= 0x01
        out.write_bytes(content)
        assert is_refused(out), f"byte {place} of {len(content)}"
        content[place] ^= 0x01


def is_refused(path: Path) -> bool:
    try:
        return check_pack(path, Trust()).code != 0
    except (verify_pack.Tampered, verify_pack.Unreadable, verify_pack.UnknownKey):
        return True


def test_it_is_narrowed_by_time_person_and_kind_of_action(out: Path, tmp_path: Path) -> None:
    first, *_ = some()
    make_policy("refund")
    ada = make_user("ada@example.com")
    approve(make_approval(assignees=("ada@example.com",)), by=ada)
    sequence()
    tomorrow = f"{clock.now() + timedelta(days=1):%Y-%m-%d}"

    for number, (args, count) in enumerate(
        [
            (["--approval", first], 1),
            (["--actor", "ada@example.com"], 1),
            (["--actor", str(ada.pk)], 1),
            (["--policy", "external_email"], 4),
            (["--policy", "refund"], 0),
            (["--from", tomorrow], 0),
            (["--from", "2020-01-01", "--to", tomorrow], 4),
        ]
    ):
        path = tmp_path / f"{number}.zip"
        call_command("export_audit", "--out", str(path), *args)
        assert len(ids(path)) == count, args
        assert check_pack(path, Trust()).code == 0


def test_what_is_not_proven_yet_is_left_out_by_name(out: Path) -> None:
    some()
    late = make_approval()
    Checkpoint.objects.latest("number")
    sequence()
    reject(late, by=make_user())

    with pytest.raises(CommandError, match="Left out") as error:
        call_command("export_audit", "--out", str(out))

    assert error.value.returncode == 2
    assert files(out)["left_out.txt"].decode() == f"{late.pk}\n"
    assert check_pack(out, Trust()).code == verify_pack.INCOMPLETE


def test_an_event_that_follows_while_the_pack_is_written_spoils_nothing(
    out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, *_ = some()
    add = Archive.add

    def add_and_go_on(archive: Archive, name: str, pieces: Any) -> None:
        add(archive, name, pieces)
        if name == "receipts.jsonl":
            lifecycle.comment(first, by=make_user(), text="Too late for this pack.")

    monkeypatch.setattr(Archive, "add", add_and_go_on)
    call_command("export_audit", "--out", str(out))

    report = files(out)["reports/000001.html"].decode()
    assert report.count("<article>") == 3
    assert "Too late" not in report
    assert check_pack(out, Trust()).code == 0


@pytest.mark.parametrize(
    ("args", "code"),
    [
        (["--from", "yesterday"], 4),
        (["--sample", "0"], 4),
        (["--actor", "no@example.com"], 4),
        (["--to", "2020-01-01"], 2),
        (["--to", "9999-12-31"], 4),
        (["--approval", "019aae5c-3c1e-7d42-9a51-7f6b1c0d2e3f"], 4),
        (["--sample", "1", "--to", "2020-01-01"], 2),
    ],
)
def test_what_cannot_be_exported_is_said_and_leaves_no_file(out: Path, args: list[str], code: int) -> None:
    some(1)

    with pytest.raises(CommandError) as error:
        call_command("export_audit", "--out", str(out), *args)

    assert error.value.returncode == code
    assert not out.exists()


def test_no_evidence_leaves_without_its_event(out: Path) -> None:
    first, *_ = some(1)
    receipt = out.with_name("receipt.json")
    as_database_superuser(
        "ALTER TABLE audit_event ADD CONSTRAINT full_disk CHECK (subject_kind <> 'log') NOT VALID"
    )

    for call in (["export_audit", "--out", str(out)], ["receipt", first, "--out", str(receipt)]):
        with pytest.raises((IntegrityError, CommandError)), transaction.atomic():
            call_command(*call)

    assert list(out.parent.iterdir()) == []


def test_a_file_that_is_there_is_not_overwritten(out: Path) -> None:
    some(1)
    out.write_bytes(b"mine")

    with pytest.raises(CommandError, match="is there already") as error:
        call_command("export_audit", "--out", str(out))

    assert (error.value.returncode, out.read_bytes()) == (4, b"mine")


@pytest.mark.shows("a-cell-runs-as-a-formula")
@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "  =1", "\uff1d1", "\t=1", "\r=1"])
def test_no_spreadsheet_takes_a_cell_for_a_formula(text: str) -> None:
    (row,) = csv.reader(io.StringIO(sheet.line([text]).decode()))

    assert row[0][0] not in "=+-@\t\r \uff1d"


def test_memory_stays_flat(out: Path, tmp_path: Path) -> None:
    def peak(count: int, path: Path) -> int:
        for _ in range(count):
            make_approval()
        sequence()
        tracemalloc.start()
        call_command("export_audit", "--out", str(path))
        check_pack(path, Trust())
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    peak(2, tmp_path / "warm.zip")
    few, many = peak(5, out), peak(60, tmp_path / "many.zip")

    assert many < few + 1_500_000
    assert (tmp_path / "many.zip").stat().st_size > 500_000


def test_both_introductions_of_a_pack_are_one() -> None:
    assert (verify_pack.PACK_ABOUT, verify_pack.PACK_TYPE) == (export.ABOUT, export.TYPE)


def changed_pack(out: Path, path: Path, **said: Any) -> Path:
    """The pack with other words in pack.json."""
    content = files(out)
    content["pack.json"] = verify_pack.canonical({**json.loads(content["pack.json"]), **said}) + b"\n"
    return packed(path, content)


@pytest.mark.parametrize(
    "said",
    [
        {"to": "9"},
        {"to": "2990-01-01"},
        {"to": "2990-13-01T00:00:00.000000Z"},
        {"to": None},
        {"from": ""},
        {"from": "2020-01-01T00:00:00Z"},
        {"sample": True},
        {"sample": 0},
        {"filters": {}},
        {"more": 1},
    ],
)
def test_what_was_asked_for_has_one_spelling(out: Path, tmp_path: Path, said: dict[str, Any]) -> None:
    some(1)
    call_command("export_audit", "--out", str(out))

    with pytest.raises(verify_pack.Tampered):
        check_pack(changed_pack(out, tmp_path / "changed.zip", **said), Trust())


def test_the_reader_sees_what_was_asked_for(out: Path, capsys: pytest.CaptureFixture[str]) -> None:
    some(2)
    call_command("export_audit", "--out", str(out), "--from", "2020-01-01", "--policy", "external_email")

    verify_pack.main([str(out)])

    said = capsys.readouterr().out
    assert "ASKED FOR   requests from 2020-01-01T00:00:00.000000Z on and before 20" in said
    assert 'ASKED FOR   filters: policy "external_email"' in said
    assert "ASKED FOR   sample: none, all of them" in said


def test_a_request_that_stands_twice_is_refused(out: Path, tmp_path: Path) -> None:
    some(1)
    call_command("export_audit", "--out", str(out))
    content = files(out)
    for name in ("population.txt", "receipts.jsonl"):
        content[name] *= 2

    with pytest.raises(verify_pack.Tampered, match="twice"):
        check_pack(packed(tmp_path / "twice.zip", content), Trust())


def test_a_compressed_entry_is_refused_before_it_is_unpacked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as pack:
        pack.writestr("manifest.json", b"0" * 1_000_000)
    monkeypatch.setattr(zipfile.ZipFile, "open", lambda *_: pytest.fail("it was unpacked"))

    with pytest.raises(verify_pack.Tampered, match="compressed"):
        check_pack(path, Trust())
