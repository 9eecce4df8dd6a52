"""What does `manage.py check --deploy` say of the database's role?"""

from __future__ import annotations

from typing import Any

from django.core.checks import CheckMessage
from django.core.checks import Warning as Warned
from django.db import OperationalError, ProgrammingError

from approvals_site import roles


def application_role(**_: Any) -> list[CheckMessage]:
    """Nothing where no database answers: the other checks need none."""
    try:
        sentence = roles.excess()
    except (OperationalError, ProgrammingError):
        return []
    return [Warned(sentence, id="approvals_site.W001")] if sentence else []
