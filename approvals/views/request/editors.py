"""Whose edit is it? The heads of the columns where two versions of a payload stand side by side."""

from __future__ import annotations

from approvals.models import PayloadVersion
from approvals.views.request.access import Case


def left_by(version: PayloadVersion, case: Case) -> str:
    """What a person's own edits started from: the proposal, or a colleague's version."""
    if version.number == 1:
        return "Proposed"
    name = _name(version, case)
    return f"As {name} left it" if name else "As it stands"


def edited_by(case: Case) -> str:
    """What reviewers made of the proposal, under the names of those who edited it."""
    found = (_name(version, case) for version in case.approval.versions.all() if version.number > 1)
    names = list(dict.fromkeys(filter(None, found)))
    return f"As {' and '.join(names)} left it" if names else "As edited"


def _name(version: PayloadVersion, case: Case) -> str:
    """Empty where the page must not show who has voted, and in a version that nobody edited."""
    return version.edited_by.get_full_name() if version.edited_by and not case.is_blind else ""
