"""How do agents and open inboxes wait without holding a thread or a database connection?"""

from approvals.live.django import Application, Receive, Scope, Send, body_of, headers_of
from approvals.live.front import WaitingFront

__all__ = ["Application", "Receive", "Scope", "Send", "WaitingFront", "body_of", "headers_of"]
