"""How much harm could an action do? Requests have a risk, and grants reach up to one."""

from __future__ import annotations

from django.db import models
from django.utils.translation import pgettext_lazy


class Risk(models.TextChoices):
    """How much harm the action could do; ordered by `rank`."""

    LOW = "low", pgettext_lazy("risk", "Low")
    MEDIUM = "medium", pgettext_lazy("risk", "Medium")
    HIGH = "high", pgettext_lazy("risk", "High")
    CRITICAL = "critical", pgettext_lazy("risk", "Critical")

    @property
    def rank(self) -> int:
        """0 for low to 3 for critical."""
        return list(type(self)).index(self)

    @classmethod
    def higher(cls, one: str, other: str) -> Risk:
        """The higher of two risks."""
        return max(cls(one), cls(other), key=lambda risk: risk.rank)

    @classmethod
    def up_to(cls, highest: str) -> list[str]:
        """The risks from low to this one."""
        return [risk.value for risk in cls if risk.rank <= cls(highest).rank]


HARMFUL = (Risk.HIGH, Risk.CRITICAL)
"""The risks that credentials too new to be trusted neither decide nor lend."""
