"""How do checkpoints leave the database? To a file, a webhook and a mailbox, as rows that outlive a crash."""

from audit.anchors.delivery import deliver
from audit.anchors.failure import DeliveryFailed

__all__ = ["DeliveryFailed", "deliver"]
