"""New keys take over on record, old ones go on verifying, and nothing starts without them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from approvals_site import secrets
from audit import keys, known_keys, verify
from audit.models import Checkpoint, Event
from audit.tasks import sequence
from tests.audit.test_sequencer import write
from tests.factories import make_user
from tests.serving import ROOT, environment

pytestmark = pytest.mark.django_db

FILES = ("AUDIT_HMAC_KEYS", "AUDIT_CHECKPOINT_KEY", "AUDIT_CHECKPOINT_PUBLIC_KEYS")


@pytest.fixture(autouse=True)
def _person() -> None:
    make_user("ada@example.com")


@pytest.fixture
def files(settings: Any, tmp_path: Path) -> dict[str, Path]:
    """The keys are in files, as on a desk."""
    settings.AUDIT_KEY_FILES = {name: str(tmp_path / name) for name in FILES}
    return {name: tmp_path / name for name in FILES}


def start_again(settings: Any, files: dict[str, Path]) -> None:
    """As the settings read the files that are there."""
    texts = {name: path.read_text() for name, path in files.items() if path.exists()}
    if "AUDIT_HMAC_KEYS" in texts:
        settings.AUDIT_HMAC_KEYS = secrets.hmac_keys(texts["AUDIT_HMAC_KEYS"])
    if "AUDIT_CHECKPOINT_KEY" in texts:
        settings.AUDIT_CHECKPOINT_KEY = secrets.checkpoint_key(texts["AUDIT_CHECKPOINT_KEY"])
        settings.AUDIT_CHECKPOINT_PUBLIC_KEYS = secrets.audit_keys(
            "AUDIT_CHECKPOINT_PUBLIC_KEYS", texts["AUDIT_CHECKPOINT_PUBLIC_KEYS"], exactly=True
        )


def rotate(purpose: str, *more: str) -> None:
    call_command("rotate_audit_key", purpose, "--by", "ada@example.com", *more)


def test_new_key_signs_events_and_the_old_one_verifies(settings: Any, files: dict[str, Path]) -> None:
    write(2)

    rotate("events", "--id", "2027a")
    start_again(settings, files)
    (event,) = write(1)

    assert event.key_id == "2027a"
    assert verify.everything().events == 4
    assert known_keys.missing() == []


def test_new_key_signs_checkpoints_and_the_old_one_verifies(settings: Any, files: dict[str, Path]) -> None:
    sequence()

    rotate("checkpoints", "--id", "2027a")
    start_again(settings, files)
    sequence()

    assert Checkpoint.objects.get(number=2).key_id == "2027a"
    assert verify.everything(anchor=Path(settings.AUDIT_ANCHOR_FILE)).doubts == []
    assert known_keys.missing() == []


def test_rotation_is_on_record_with_the_public_key(files: dict[str, Path]) -> None:
    rotate("checkpoints", "--id", "2027a")

    body = bytes(Event.objects.get(type="key.rotated").body.content).decode()
    assert '"to":"2027a"' in body
    assert '"public_key":"2027a+' in body
    assert '"label":"Ada"' in body


def test_files_with_keys_are_nobody_elses(files: dict[str, Path]) -> None:
    rotate("checkpoints")

    assert files["AUDIT_CHECKPOINT_KEY"].stat().st_mode & 0o777 == 0o600


def test_keys_of_the_environment_are_printed(settings: Any, capsys: pytest.CaptureFixture[str]) -> None:
    settings.AUDIT_KEY_FILES = dict.fromkeys(FILES, "")
    old = next(iter(settings.AUDIT_HMAC_KEYS))

    rotate("events", "--id", "2027a")

    name, _, text = capsys.readouterr().out.strip().partition("=")
    assert name == "AUDIT_HMAC_KEYS"
    assert list(secrets.hmac_keys(text)) == ["2027a", old]


def test_id_of_an_older_key_is_refused(settings: Any, files: dict[str, Path]) -> None:
    with pytest.raises(CommandError, match="An id stands for one key for good"):
        rotate("events", "--id", next(iter(settings.AUDIT_HMAC_KEYS)))

    assert not Event.objects.exists()


def test_file_that_cannot_be_written_changes_nothing(settings: Any, tmp_path: Path) -> None:
    settings.AUDIT_KEY_FILES = {name: str(tmp_path / "gone" / name) for name in FILES}

    with pytest.raises(CommandError, match="Nothing was changed"):
        rotate("events")

    assert not Event.objects.exists()


@pytest.mark.parametrize("is_sequenced", [True, False])
def test_start_without_a_key_that_signed_events_is_refused(settings: Any, is_sequenced: bool) -> None:
    write(1)
    if is_sequenced:
        sequence()
    settings.AUDIT_HMAC_KEYS = {"new": bytes(32)}

    (sentence,) = known_keys.missing()

    assert "AUDIT_HMAC_KEYS does not hold" in sentence


def test_start_with_another_key_under_the_old_id_is_refused(settings: Any) -> None:
    write(1)
    sequence()
    settings.AUDIT_HMAC_KEYS = dict.fromkeys(settings.AUDIT_HMAC_KEYS, b"x" * 32)
    settings.AUDIT_CHECKPOINT_KEY = (settings.AUDIT_CHECKPOINT_KEY[0], b"x" * 32)

    sentences = known_keys.missing()

    assert len(sentences) == 2
    assert all("is not the key that signed the log" in sentence for sentence in sentences)


def test_start_without_the_public_half_of_an_old_checkpoint_key_is_refused(settings: Any) -> None:
    sequence()
    settings.AUDIT_CHECKPOINT_KEY = ("new", bytes(32))

    (sentence,) = known_keys.missing()

    assert "AUDIT_CHECKPOINT_PUBLIC_KEYS" in sentence


def test_a_process_that_signs_nothing_starts_without_the_checkpoint_key(settings: Any) -> None:
    sequence()
    settings.AUDIT_CHECKPOINT_KEY = None

    assert known_keys.missing() == []
    with pytest.raises(keys.UnknownKey, match="signs no checkpoint"):
        sequence()


def test_complete_keys_start() -> None:
    write(1)
    sequence()

    assert known_keys.missing() == []


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("process", ["asgi", "worker"])
def test_every_process_stops_with_the_sentence(process: str) -> None:
    write(1)
    command = {
        "asgi": ["-c", "import approvals_site.asgi"],
        "worker": ["-m", "celery", "--app", "approvals_site", "worker", "--pool", "solo"],
    }[process]
    other = secrets.new_audit_key("other")

    done = subprocess.run(
        [sys.executable, *command],
        cwd=ROOT,
        env=environment(AUDIT_HMAC_KEYS=other),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert done.returncode == 1
    assert "AUDIT_HMAC_KEYS does not hold" in done.stderr


def test_database_that_is_not_there_yet_stops_nothing() -> None:
    environ = {**environment(), "DATABASE_URL": "postgres://postgres@127.0.0.1:1/none"}

    done = subprocess.run(
        [sys.executable, "-c", "import approvals_site.asgi"],
        cwd=ROOT, env=environ, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip

    assert done.returncode == 0, done.stderr
