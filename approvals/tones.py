"""How does an item of evidence speak for or against an action? A word that stands beside a colour."""

from __future__ import annotations

from django.db import models


class Tone(models.TextChoices):
    """The colour as it is stored, and the word for it on the screens."""

    RED = "red", "Risk"
    AMBER = "amber", "Caution"
    EMERALD = "emerald", "Supports"
    SLATE = "slate", "Context"
    BLUE = "blue", "Information"

    @property
    def needs_acknowledgement(self) -> bool:
        """Red and amber items are ticked one by one, from medium risk on."""
        return self in (Tone.RED, Tone.AMBER)
