"""Who is told what? `telling` writes the rows; `outbox` sends them after the commit, through `channels`."""

from approvals.notifications.outbox import deliver_due
from approvals.notifications.routing import pool_watchers, team_channels
from approvals.notifications.telling import (
    TeamTold,
    Told,
    notify,
    notify_about_person,
    notify_of_grant,
    notify_of_key,
    notify_of_loosening,
    notify_person,
    tell,
)

__all__ = [
    "TeamTold",
    "Told",
    "deliver_due",
    "notify",
    "notify_about_person",
    "notify_of_grant",
    "notify_of_key",
    "notify_of_loosening",
    "notify_person",
    "pool_watchers",
    "team_channels",
    "tell",
]
