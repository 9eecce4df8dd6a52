"""Who is told what? `notify()` writes the rows; `outbox` sends them after the commit."""

from approvals.notifications.outbox import Told, deliver_due, notify, notify_of_grant, tell

__all__ = ["Told", "deliver_due", "notify", "notify_of_grant", "tell"]
