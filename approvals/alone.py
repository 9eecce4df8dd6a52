"""Is there a second administrator? Where there is none, what is loosened waits, and the log says so."""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog
from django.db import OperationalError, ProgrammingError
from django.db.models import Max, QuerySet

from grants.models import User

logger = structlog.get_logger(__name__)

ALONE = timedelta(hours=1)
"""How long a single administrator waits instead."""
LEFT_ALONE = timedelta(days=7)
"""How long they wait after another one stopped: nobody gets rid of the second pair of eyes in an afternoon."""


def by_itself(by: User, person: User | None, at: datetime) -> datetime | None:
    """When it takes effect without a second administrator; None where there is one."""
    if others(by, person).exists():
        return None
    stopped = User.objects.exclude(pk=by.pk).aggregate(last=Max("stopped_administering_at"))["last"]
    return max(at + ALONE, stopped + LEFT_ALONE) if stopped else at + ALONE


def others(by: User, person: User | None) -> QuerySet[User]:
    """Who could be the second administrator."""
    barred = [one.pk for one in (by, person) if one]
    return User.objects.filter(is_staff=True, is_active=True).exclude(pk__in=barred)


def is_alone() -> bool:
    """Whether fewer than two administrators are there: what is loosened waits an hour instead."""
    return User.objects.filter(is_staff=True, is_active=True).count() < 2


def say_if_alone() -> None:
    """A line of the log at the start, where there is no second administrator."""
    try:
        if is_alone():
            logger.warning(
                "one_administrator", consequence="what is loosened waits an hour instead of for a second one"
            )
    except (OperationalError, ProgrammingError):
        return  # no database yet, or one not migrated
