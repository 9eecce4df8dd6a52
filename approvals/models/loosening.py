"""What does an administrator want to loosen, until a second one agrees?"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Self

import uuid_utils.compat as uuid
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

LAPSES_AFTER = timedelta(days=7)


class LooseningQuerySet(models.QuerySet["Loosening"]):
    """What waits for a second administrator, or for its hour."""

    def open(self) -> Self:
        """Neither agreed to, refused nor lapsed."""
        return self.filter(outcome="")

    def due(self, at: datetime) -> Self:
        """Open, and of an installation with one administrator, who has waited long enough."""
        return self.open().filter(takes_effect_at__lte=at)

    def lapsed(self, at: datetime) -> Self:
        """Open for longer than anybody remembers why."""
        return self.open().filter(asked_at__lte=at - LAPSES_AFTER)


class Loosening(models.Model):
    """One thing that gives a person more authority. It is asked for once, and ends once."""

    class Kind(models.TextChoices):
        APPROVER = "approver", _("Approver")
        AUDITOR = "auditor", _("Auditor")
        ADMINISTRATOR = "administrator", _("Administrator")

    class Outcome(models.TextChoices):
        AGREED = "agreed", _("Agreed to")
        REFUSED = "refused", _("Refused")
        LAPSED = "lapsed", _("Lapsed")

    id = models.UUIDField(primary_key=True, default=uuid.uuid7, editable=False)
    kind = models.CharField(_("what they become"), max_length=20, choices=Kind.choices)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("person")
    )
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("asked for by")
    )
    asked_at = models.DateTimeField(_("asked for"))
    takes_effect_at = models.DateTimeField(
        _("takes effect by itself"),
        null=True,
        help_text=_("Only where there is no second administrator: everybody concerned is told before."),
    )
    outcome = models.CharField(_("outcome"), max_length=10, blank=True, choices=Outcome.choices)
    ended_at = models.DateTimeField(_("ended"), null=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("ended by"),
    )

    objects = LooseningQuerySet.as_manager()

    class Meta:
        verbose_name = _("loosening")
        verbose_name_plural = _("loosenings")
        ordering = ["-asked_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "person"], condition=Q(outcome=""), name="loosening_asked_for_once"
            ),
            models.CheckConstraint(
                condition=Q(outcome="", ended_at=None) | (~Q(outcome="") & Q(ended_at__isnull=False)),
                name="loosening_ends_once",
            ),
            models.CheckConstraint(
                condition=~Q(outcome="agreed") | Q(ended_by=None) | ~Q(ended_by=F("asked_by")),
                name="loosening_takes_two",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person}: {self.kind}"

    def get_absolute_url(self) -> str:
        return reverse("admin:approvals_loosening_change", args=[self.pk])

    @property
    def is_open(self) -> bool:
        return not self.outcome
