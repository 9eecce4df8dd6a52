"""How do checkpoints leave the database? To a file, a webhook and a mailbox, as rows that outlive a crash."""

from audit.anchors.delivery import send, write
from audit.anchors.failure import DeliveryFailed

__all__ = ["DeliveryFailed", "send", "write"]
