"""Is there a second administrator with the role? Where there is none, what is loosened waits, and the log says so."""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog
from django.db import OperationalError, ProgrammingError
from django.db.models import Count, Max, Q, QuerySet

from grants.models import User
from grants.roles import Role

logger = structlog.get_logger(__name__)

LOOSENING = (Role.ACCOUNTS, Role.POLICIES, Role.AGENTS)
ALONE = timedelta(hours=1)
"""How long a single administrator waits instead."""
LEFT_ALONE = timedelta(days=7)
"""How long they wait after another one stopped: nobody gets rid of the second pair of eyes in an afternoon."""


def by_itself(by: User, person: User | None, role: Role, at: datetime) -> datetime | None:
    """When it takes effect without a second administrator who has the role; None where there is one.

    Anybody who lost a role lately makes it wait, whichever that was: the account does not say.
    """
    if others(by, person, role).exists():
        return None
    stopped = User.objects.exclude(pk=by.pk).aggregate(last=Max("stopped_administering_at"))["last"]
    return max(at + ALONE, stopped + LEFT_ALONE) if stopped else at + ALONE


def others(by: User, person: User | None, role: Role) -> QuerySet[User]:
    """Who could be the second administrator."""
    barred = [one.pk for one in (by, person) if one]
    return User.objects.holding(role).exclude(pk__in=barred)


def lone_roles() -> list[Role]:
    """The roles, of those that loosen anything, that fewer than two administrators have."""
    people = User.objects.filter(is_staff=True, is_active=True)
    held = people.aggregate(**{f"of_{role}": Count("pk", filter=Q(**{role: True})) for role in LOOSENING})
    return [role for role in LOOSENING if held[f"of_{role}"] < 2]


def say_if_alone() -> None:
    """A line of the log at the start, where there is no second administrator."""
    try:
        if roles := lone_roles():
            logger.warning(
                "one_administrator",
                roles=[str(role) for role in roles],
                consequence="what is loosened waits an hour instead of for a second one",
            )
    except (OperationalError, ProgrammingError):
        return  # no database yet, or one not migrated
