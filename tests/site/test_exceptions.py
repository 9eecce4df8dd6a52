"""Where ruff's security rules or bandit are told to look away, the line says why."""

from __future__ import annotations

import re

from django.conf import settings

SHIPPED = ("approvals", "approvals_site", "audit", "grants", "patience", "examples")
LOOKS_AWAY = re.compile(r"# (nosec|noqa:[^#]*\bS\d{3})")
WITH_REASON = re.compile(r" - [^#]{4,}$")


def test_each_exception_to_a_security_rule_has_its_reason() -> None:
    bare = []
    for folder in SHIPPED:
        for path in sorted((settings.BASE_DIR / folder).rglob("*.py")):
            for number, line in enumerate(path.read_text().splitlines(), 1):
                if LOOKS_AWAY.search(line) and not WITH_REASON.search(line):
                    bare.append(f"{path.relative_to(settings.BASE_DIR)}:{number}: {line.strip()}")

    assert bare == []
