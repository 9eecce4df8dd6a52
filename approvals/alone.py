"""Is there a second administrator? Where there is none, what is loosened waits, and the log says so."""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog
from django.db import OperationalError, ProgrammingError
from django.db.models import Max, QuerySet

from grants import second
from grants.models import User
from grants.roles import Role

logger = structlog.get_logger(__name__)

ALONE = timedelta(hours=1)
"""How long a single administrator waits instead."""
LEFT_ALONE = timedelta(days=7)
"""How long they wait after another one stopped: nobody gets rid of the second pair of eyes in an afternoon."""


def by_itself(by: User, person: User | None, role: Role, at: datetime) -> datetime | None:
    """When it takes effect without a second administrator; None where there is one.

    Anybody who lost a role lately makes it wait, whichever that was: the account does not say.
    """
    if others(by, person, role).exists():
        return None
    stopped = User.objects.exclude(pk=by.pk).aggregate(last=Max("stopped_administering_at"))["last"]
    return max(at + ALONE, stopped + LEFT_ALONE) if stopped else at + ALONE


def others(by: User, person: User | None, role: Role) -> QuerySet[User]:
    """Who could be the second administrator."""
    return second.others(role, but=[one.pk for one in (by, person) if one])


def is_there_one_only() -> bool:
    """Whether fewer than two administrators have a role that loosens anything."""
    return User.objects.loosening().count() < 2


def say_if_alone() -> None:
    """A line of the log at the start, where there is no second administrator."""
    try:
        if is_there_one_only():
            logger.warning(
                "one_administrator", consequence="what is loosened waits an hour instead of for a second one"
            )
    except (OperationalError, ProgrammingError):
        return  # no database yet, or one not migrated
