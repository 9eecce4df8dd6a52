"""The second administrator, who agrees to what waits."""

from __future__ import annotations

from approvals import four_eyes
from approvals.models import Loosening
from tests.factories import make_user


def agree() -> None:
    """To the one change that waits."""
    second = make_user("second@example.com", is_staff=True)
    four_eyes.agree(Loosening.objects.open().get().pk, by=second)
