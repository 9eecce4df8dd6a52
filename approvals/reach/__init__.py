"""Whom does a request reach: who hears of it, were enough people asked, and could anybody decide it?"""

from approvals.reach.audience import Audience, gather
from approvals.reach.enough import Reach, perhaps_short, reaches
from approvals.reach.reachability import warnings, warnings_lately, warnings_of

__all__ = [
    "Audience",
    "Reach",
    "gather",
    "perhaps_short",
    "reaches",
    "warnings",
    "warnings_lately",
    "warnings_of",
]
