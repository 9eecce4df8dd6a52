"""Whom does a request reach: who hears of it, were enough people asked, and could anybody decide it?"""

from approvals.reach.audience import Audience, gather
from approvals.reach.away import absences
from approvals.reach.enough import Reach, Surroundings, look_around, people_around, perhaps_short, reaches
from approvals.reach.people import People, read_with_policies
from approvals.reach.reachability import (
    has_warnings_lately,
    look_up_lately,
    warnings,
    warnings_around,
    warnings_lately,
    warnings_of,
)

__all__ = [
    "Audience",
    "People",
    "Reach",
    "Surroundings",
    "absences",
    "gather",
    "has_warnings_lately",
    "look_around",
    "look_up_lately",
    "people_around",
    "perhaps_short",
    "reaches",
    "read_with_policies",
    "warnings",
    "warnings_around",
    "warnings_lately",
    "warnings_of",
]
