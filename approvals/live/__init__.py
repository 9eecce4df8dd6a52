"""How do agents and open inboxes wait without holding a thread or a database connection?"""

from approvals.live.django import Application
from approvals.live.front import WaitingFront

__all__ = ["Application", "WaitingFront"]
