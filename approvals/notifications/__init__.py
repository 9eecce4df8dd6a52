"""Who is told what? `notify()` writes the rows; `outbox` sends them after the commit."""

from approvals.notifications.outbox import deliver_due, notify, notify_of_grant

__all__ = ["deliver_due", "notify", "notify_of_grant"]
