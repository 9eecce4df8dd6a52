"""Each test of the private servers has a folder, and so servers, of its own."""

import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from tests.site.real_processes import Holder, processes_of, within


@pytest.fixture
def var(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "var"
    yield folder
    with suppress(OSError, ValueError):
        psutil.Process(json.loads((folder / "servers.json").read_text())["pid"]).terminate()
    assert within(10, lambda: not processes_of(folder))
    if (folder / "postgres").is_symlink():
        shutil.rmtree((folder / "postgres").resolve())


@pytest.fixture
def hold(var: Path) -> Iterator[Callable[..., Holder]]:
    holders: list[Holder] = []

    def join(environ: dict[str, str] | None = None) -> Holder:
        holders.append(Holder(var, environ))
        return holders[-1]

    yield join
    for holder in holders:
        holder.kill()


@pytest.fixture
def deployed() -> dict[str, str]:
    """The environment of a deployment whose servers nobody asks."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("COUNTERSIGN_")}
    return {
        **inherited,
        "SECRET_KEY": "x" * 60,
        "AUDIT_HMAC_KEYS": f"2026:{'A' * 43}=",
        "AUDIT_CHECKPOINT_KEY": f"2026:{'A' * 43}=",
        "ENCRYPTION_KEYS": f"{'A' * 43}=",
        "ALLOWED_HOSTS": "countersign.example",
        "PUBLIC_URL": "https://countersign.example",
        "EMAIL_URL": "smtp://127.0.0.1:25",
        "DATABASE_URL": "postgres://127.0.0.1/countersign",
        "REDIS_URL": "redis://127.0.0.1:6379/0",
    }
