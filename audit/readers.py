"""Who may look at the log? Auditors, and administrators who have the role for that."""

from __future__ import annotations

from typing import Any

ROLE = "reads_audit"
"""The account's column, among those that open a part of the administration."""


def holds(person: Any, *columns: str) -> bool:
    """Whether one of these parts of the administration is open to the person, who may be anonymous."""
    administers = getattr(person, "is_active", False) and getattr(person, "is_staff", False)
    return bool(administers and any(getattr(person, column, False) for column in columns))


def may_read(person: Any) -> bool:
    """Whether the log's own page is theirs to read."""
    is_auditor = getattr(person, "is_active", False) and getattr(person, "is_auditor", False)
    return bool(is_auditor) or holds(person, ROLE)
