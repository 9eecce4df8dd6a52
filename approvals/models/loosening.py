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

from grants.roles import Role

LAPSES_AFTER = timedelta(days=7)
OF_RULES = {"policy": Role.POLICIES, "agent": Role.AGENTS, "channel": Role.POLICIES}
"""The kinds that are about a rule instead of a person, and the role for each."""


def role_for(kind: str) -> Role:
    """The role that looks after what a loosening of this kind is about."""
    return OF_RULES.get(kind, Role.ACCOUNTS)


class LooseningQuerySet(models.QuerySet["Loosening"]):
    """What waits for a second administrator, or for its hour."""

    def open(self) -> Self:
        """Neither agreed to, refused nor lapsed."""
        return self.filter(outcome="")

    def about(self, kind: str, subject_id: str) -> Self:
        """Of one policy, agent, or policy's channel."""
        return self.filter(kind=kind, subject_id=subject_id)

    def due(self, at: datetime) -> Self:
        """Open, and of an installation with one administrator, who has waited long enough."""
        return self.open().filter(takes_effect_at__lte=at)

    def lapsed(self, at: datetime) -> Self:
        """Open for longer than anybody remembers why."""
        return self.open().filter(asked_at__lte=at - LAPSES_AFTER)


class Loosening(models.Model):
    """One thing that gives a person more authority, or lets an action through with less. Asked for once, ends once.

    A rule's has no person but a subject, what is wanted of it, what that was drawn from, and the difference between.
    """

    class Kind(models.TextChoices):
        APPROVER = "approver", _("Approver")
        AUDITOR = "auditor", _("Auditor")
        ADMINISTRATOR = "administrator", _("Administrator")
        ACCOUNT = "account", _("Active again")
        POLICY = "policy", _("Policy")
        AGENT = "agent", _("Agent")
        CHANNEL = "channel", _("Channel of a policy")
        KEEPS_ACCOUNTS = "keeps_accounts", _("Role: keeps accounts")
        KEEPS_POLICIES = "keeps_policies", _("Role: keeps policies")
        KEEPS_AGENTS = "keeps_agents", _("Role: keeps agents")
        READS_AUDIT = "reads_audit", _("Role: reads the audit")

    class Outcome(models.TextChoices):
        AGREED = "agreed", _("Agreed to")
        REFUSED = "refused", _("Refused")
        LAPSED = "lapsed", _("Lapsed")

    id = models.UUIDField(primary_key=True, default=uuid.uuid7, editable=False)
    kind = models.CharField(_("what it is about"), max_length=20, choices=Kind.choices)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("person"),
    )
    subject_id = models.CharField(max_length=64, default="", db_default="", editable=False)
    name = models.CharField(_("rule"), max_length=300, default="", db_default="")
    wanted = models.JSONField(default=dict, db_default={}, editable=False)
    drawn_from = models.JSONField(default=list, db_default=[], editable=False)
    difference = models.JSONField(default=list, db_default=[], editable=False)
    sealed = models.BinaryField(
        default=b"", db_default=b"", help_text=_("where a channel is to lead, encrypted; empty once it ended")
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
            models.UniqueConstraint(
                fields=["kind", "subject_id"],
                condition=Q(outcome="", person=None),
                name="loosening_of_rule_asked_for_once",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=tuple(OF_RULES), person=None) & ~Q(subject_id="")
                | ~Q(kind__in=tuple(OF_RULES)) & Q(person__isnull=False, subject_id=""),
                name="loosening_of_person_or_rule",
            ),
            models.CheckConstraint(
                condition=Q(sealed=b"") | Q(outcome="", kind="channel"), name="loosening_ended_is_wiped"
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
        return f"{self.about}: {self.kind}"

    def get_absolute_url(self) -> str:
        return reverse("admin:approvals_loosening_change", args=[self.pk])

    @property
    def about(self) -> str:
        """The person, or the name of the rule."""
        return str(self.person) if self.person else self.name

    @property
    def kept_by(self) -> Role:
        """Who asks for it and agrees to it: the administrators who have this role."""
        return role_for(self.kind)

    @property
    def is_open(self) -> bool:
        return not self.outcome
