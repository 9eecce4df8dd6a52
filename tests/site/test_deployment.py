"""The deployment on one machine is bounded, and its servers ask for passwords."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings

ROOT: Path = settings.BASE_DIR
EXACT = re.compile(r"\d+\.\d+(\.\d+)?-[a-z-]+")


@pytest.fixture(scope="module")
def services() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())["services"]
    return found


def test_each_service_has_limits_and_no_new_privileges(services: dict[str, Any]) -> None:
    for name, service in services.items():
        assert {"mem_limit", "cpus", "pids_limit"} <= service.keys(), name
        assert service["security_opt"] == ["no-new-privileges:true"], name


def test_each_image_is_exact_and_can_be_pinned_by_digest(services: dict[str, Any]) -> None:
    images = {services["db"]["image"], services["redis"]["image"]}
    images |= {
        service["build"]["args"]["PYTHON_IMAGE"] for service in services.values() if "build" in service
    }
    dockerfile = (ROOT / "Dockerfile").read_text()

    found = [re.fullmatch(r"\$\{([A-Z]+_IMAGE):-(\w+):(.+)\}", image) for image in sorted(images)]
    assert all(one and EXACT.match(one[3]) for one in found)
    assert len(found) == 3
    assert set(re.findall(r"^FROM (\S+)", dockerfile, re.MULTILINE)) == {"${PYTHON_IMAGE}"}
    assert all(
        f"ARG PYTHON_IMAGE={one[2]}:{one[3]}" in dockerfile for one in found if one and one[2] == "python"
    )


def test_redis_asks_for_the_password_that_the_others_bring(services: dict[str, Any]) -> None:
    asked = "${REDIS_PASSWORD:?put REDIS_PASSWORD into .env}"

    assert services["redis"]["environment"]["REDISCLI_AUTH"] == asked
    assert "requirepass %s" in services["redis"]["command"][-1]
    assert "ports" not in services["redis"]
    assert all(
        service["environment"]["REDIS_URL"] == f"redis://:{asked}@redis:6379/0"
        for service in services.values()
        if service.get("image") == "countersign"
    )


@pytest.mark.shows("the-application-owns-nothing")
def test_only_the_migration_knows_the_owner_and_only_the_clock_signs(services: dict[str, Any]) -> None:
    environs = {
        name: service["environment"]
        for name, service in services.items()
        if service.get("image") == "countersign"
    }

    assert all(
        environ["DATABASE_URL"].startswith("postgres://countersign_app:") for environ in environs.values()
    )
    assert [name for name, environ in environs.items() if environ["MIGRATION_DATABASE_URL"]] == ["migrate"]
    assert [name for name, environ in environs.items() if environ["AUDIT_CHECKPOINT_KEY"]] == ["clock"]
    assert not any(environ["POSTGRES_PASSWORD"] or environ["OWNER_PASSWORD"] for environ in environs.values())
    assert services["db"]["environment"].keys() == {"POSTGRES_PASSWORD", "OWNER_PASSWORD"}


def test_the_bill_of_materials_names_each_locked_package(tmp_path: Path) -> None:
    written = tmp_path / "sbom.json"
    options = ["--output-reproducible", "--of", "JSON", "-o", str(written)]
    command = [sys.executable, "-W", "ignore::UserWarning", "-m", "cyclonedx_py", "requirements"]
    subprocess.run([*command, "requirements.txt", *options], cwd=ROOT, check=True, capture_output=True)

    named = {one["name"].lower() for one in json.loads(written.read_text())["components"]}
    locked = re.findall(
        r"^([A-Za-z0-9._-]+)(?:\[.*\])?==", (ROOT / "requirements.txt").read_text(), re.MULTILINE
    )
    assert named == {name.lower() for name in locked}
