"""How does an item of evidence speak for or against an action? A word that stands beside a colour."""

from __future__ import annotations

from django.db import models
from django.utils.translation import pgettext_lazy


class Tone(models.TextChoices):
    """The colour as it is stored, and the word for it on the screens."""

    RED = "red", pgettext_lazy("evidence", "Risk")
    AMBER = "amber", pgettext_lazy("evidence", "Caution")
    EMERALD = "emerald", pgettext_lazy("evidence", "Supports")
    SLATE = "slate", pgettext_lazy("evidence", "Context")
    BLUE = "blue", pgettext_lazy("evidence", "Information")

    @property
    def needs_acknowledgement(self) -> bool:
        """Red and amber items are ticked one by one, from medium risk on."""
        return self in (Tone.RED, Tone.AMBER)
