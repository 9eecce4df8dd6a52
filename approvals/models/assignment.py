"""Who is named on a request?"""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from approvals.models.agent import Agent
from approvals.models.approval import Approval
from grants.models import User

_NARROWED_BY = ("risk", "action_type", "agent", "workflow")
"""What a list may be filtered by stands behind its order, so that the index alone tells what does not match."""


class Assignment(models.Model):
    """A person named on a request by address, with or without an account yet.

    `is_open` and the fields after it are the request's, copied by a trigger: one index answers "my inbox" and one
    "what I had to do with", however they are filtered.
    """

    class Source(models.TextChoices):
        POLICY = "policy", _("the policy")
        AGENT = "agent", _("the agent")
        REASSIGNED = "reassigned", _("another reviewer")
        ESCALATION = "escalation", _("the escalation ladder")

    approval = models.ForeignKey(
        Approval, on_delete=models.PROTECT, related_name="assignments", db_index=False
    )
    email = models.EmailField()
    source = models.CharField(max_length=20, choices=Source.choices)
    in_place_of = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+")
    placed_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+", help_text=_("who handed the request on")
    )
    placed_at = models.DateTimeField(null=True, help_text=_("when it was handed on"))
    source_before = models.CharField(
        max_length=20,
        choices=Source.choices,
        blank=True,
        default="",
        db_default="",
        help_text=_("what the source was, where somebody is asked again"),
    )
    created_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True)
    is_open = models.BooleanField(default=True, editable=False)
    deadline = models.DateTimeField(null=True, editable=False)
    decided_at = models.DateTimeField(null=True, editable=False)
    risk = models.CharField(max_length=10, default="", db_default="", editable=False)
    action_type = models.CharField(max_length=100, default="", db_default="", editable=False)
    agent = models.ForeignKey(
        Agent,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
        db_constraint=False,  # the request's own key has it
        editable=False,
    )
    workflow = models.CharField(max_length=100, default="", db_default="", editable=False)
    alike = models.CharField(max_length=16, default="", db_default="", editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["approval", "email"], name="assignment_one_per_address"),
            models.CheckConstraint(
                condition=Q(placed_by=None, placed_at=None)
                | Q(placed_by__isnull=False, placed_at__isnull=False),
                name="assignment_placed_by_and_at",
            ),
            models.CheckConstraint(condition=Q(email=Lower("email")), name="assignment_email_is_lower_case"),
        ]
        indexes = [
            models.Index(
                fields=["email", "deadline", "approval", *_NARROWED_BY, "alike"],
                condition=Q(is_open=True),
                name="assignment_open",
            ),
            models.Index(
                fields=["email", "-decided_at", "-approval", *_NARROWED_BY],
                condition=Q(decided_at__isnull=False),
                name="assignment_decided",
            ),
        ]

    def __str__(self) -> str:
        return self.email

    @property
    def is_named(self) -> bool:
        """Whether the request still names this person; else another was asked in their place."""
        return self.removed_at is None

    @property
    def how_asked(self) -> str:
        """How the person came to be asked, to stand behind their name."""
        return str(_HOW_ASKED[self.Source(self.source)])


_HOW_ASKED = {
    Assignment.Source.POLICY: _("named by the policy"),
    Assignment.Source.AGENT: _("named by the agent"),
    Assignment.Source.REASSIGNED: _("asked by another reviewer"),
    Assignment.Source.ESCALATION: _("asked by escalation"),
}
