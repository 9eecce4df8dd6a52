"""Until when is a person away, as they say themselves?"""

from __future__ import annotations

from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from audit import reader

LONGEST_NOTE = 200


class AwayQuerySet(models.QuerySet["Away"]):
    """Who is away, and when."""

    def at(self, moment: datetime) -> Self:
        """Those that hold at that moment."""
        return self.filter(starts_at__lte=moment, ends_at__gt=moment)


class Away(models.Model):
    """What a person said of being away: shown beside their name, and nothing else follows from it.

    `ends_at` is the first moment of the day on which they are back.
    """

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, primary_key=True, related_name="away"
    )
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    note = models.CharField(max_length=LONGEST_NOTE, blank=True)

    objects = AwayQuerySet.as_manager()

    class Meta:
        verbose_name = _("person away")
        verbose_name_plural = _("people away")
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="away_ends_after_start"),
        ]

    def __str__(self) -> str:
        return f"{self.user} is away"

    def is_at(self, moment: datetime) -> bool:
        """Whether it holds at that moment."""
        return self.starts_at <= moment < self.ends_at

    @property
    def words(self) -> str:
        """`away until Mon 30 Nov 2026: Skiing`, as it stands beside their name."""
        if not self.note:
            return gettext("away until %(day)s") % {"day": self.until}
        return gettext("away until %(day)s: %(note)s") % {"day": self.until, "note": self.note}

    @property
    def until(self) -> str:
        """The day on which they are back: `Mon 30 Nov 2026`."""
        return reader.day_of(self.ends_at)
