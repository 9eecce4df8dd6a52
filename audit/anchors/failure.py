"""What does every anchor raise when a checkpoint does not arrive?"""

from __future__ import annotations


class DeliveryFailed(Exception):
    """The checkpoint may not have arrived; the sentence says why."""
