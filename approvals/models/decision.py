"""Who looked, who voted, and which seats did that take?"""

from __future__ import annotations

from typing import Self

import uuid_utils.compat as uuid
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from approvals.models.approval import Approval
from approvals.models.choices import Resolution
from grants.models import DelegatedGrant, User


class Opening(models.Model):
    """When a person first had the request open; stamped by a POST, so no mail scanner makes one."""

    approval = models.ForeignKey(Approval, on_delete=models.PROTECT, related_name="openings")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["approval", "user"], name="opening_one_per_person"),
        ]

    def __str__(self) -> str:
        return f"{self.user} opened {self.approval_id}"


_NOT_BY_PLACE = models.Q(basis="approvers") | models.Q(grant__isnull=False)
"""The votes of people whom the request may not name; all others are found by their assignment."""


class VoteQuerySet(models.QuerySet["Vote"]):
    """Filters over votes."""

    def not_by_place(self) -> Self:
        """Votes of approvers and delegates, whom the request need not name."""
        return self.filter(_NOT_BY_PLACE)

    def approving(self, approval: Approval) -> Self:
        """The approvals that count: those of the current version."""
        return self.filter(approval=approval, version=approval.current_version, verdict=Vote.Verdict.APPROVE)

    def saying(self, approval: Approval, *, by: User, verdict: str, sha256: bytes, comment: str) -> Self:
        """That person's vote on the current version, if it gives this verdict and comment on this very payload."""
        votes = self.filter(approval=approval, version=F("approval__current_version"), user=by)
        return votes.filter(verdict=verdict, payload_sha256=sha256, comment=comment)


class Vote(models.Model):
    """One person's approve or reject on one payload version; an approve is void once that is superseded."""

    class Verdict(models.TextChoices):
        APPROVE = "approve", _("Approve")
        REJECT = "reject", _("Reject")

    id = models.UUIDField(primary_key=True, default=uuid.uuid7, editable=False)
    approval = models.ForeignKey(Approval, on_delete=models.PROTECT, related_name="votes")
    version = models.PositiveIntegerField()
    payload_sha256 = models.BinaryField(max_length=32)
    verdict = models.CharField(max_length=10, choices=Verdict.choices)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="votes")
    principal = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    basis = models.CharField(
        max_length=20, help_text=_("assignee or approvers: where the principal has it from")
    )
    grant = models.ForeignKey(
        DelegatedGrant,
        on_delete=models.PROTECT,
        null=True,
        related_name="votes",
        help_text=_("what lends the principal's authority, where that is somebody else"),
    )
    fills_policy_seat = models.BooleanField(
        db_default=False, help_text=_("not the agent's choice alone, as it stood at the vote")
    )
    resolution = models.CharField(max_length=20, choices=Resolution.choices, blank=True)
    category = models.CharField(max_length=60, blank=True)
    comment = models.TextField(blank=True)
    sentence = models.TextField(blank=True, help_text=_("what the reviewer says they checked"))
    acknowledged = ArrayField(
        models.PositiveIntegerField(),
        default=list,
        help_text=_("indexes of the evidence items that were ticked"),
    )
    notified_at = models.DateTimeField(null=True, help_text=_("when the person's notification was sent"))
    opened_at = models.DateTimeField(null=True, help_text=_("when the person first had the request open"))
    decided_at = models.DateTimeField()
    is_late = models.BooleanField(default=False, help_text=_("decided after the deadline"))
    manifest = models.JSONField(
        default=dict,
        db_default=models.Value({}, models.JSONField()),
        help_text=_("who, when, meaning what, of which payload; empty on votes from before there was one"),
    )
    signature = models.JSONField(null=True, help_text=_("of the voter's passkey over the manifest"))

    objects = VoteQuerySet.as_manager()

    class Meta:
        ordering = ["decided_at"]
        indexes = [
            models.Index(fields=["user", "approval"], condition=_NOT_BY_PLACE, name="vote_not_by_place"),
            models.Index(
                fields=["principal", "approval"], condition=_NOT_BY_PLACE, name="vote_not_by_own_place"
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(verdict="approve", resolution="")
                | models.Q(verdict="reject", resolution__in=["declined", "changes_requested", "answered"]),
                name="vote_reject_says_how",
            ),
            models.CheckConstraint(
                condition=models.Q(grant=None, user=models.F("principal"))
                | (models.Q(grant__isnull=False) & ~models.Q(user=models.F("principal"))),
                name="vote_for_another_by_grant",
            ),
            models.CheckConstraint(
                condition=models.Q(signature=None) & ~models.Q(manifest__signed_with="passkey")
                | models.Q(signature__isnull=False, manifest__signed_with="passkey"),
                name="vote_signed_by_passkey",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.verdict} version {self.version}"

    @property
    def is_approval(self) -> bool:
        return self.verdict == self.Verdict.APPROVE

    @property
    def printed_name(self) -> str:
        """The voter's name as it was then."""
        return str(self.manifest.get("name") or self.user.get_full_name())

    @property
    def meaning(self) -> str:
        """What the vote means, in English: "approved with 2 changes, on behalf of Grace Hopper"."""
        if self.manifest:
            return str(self.manifest["meaning"])
        said = "approved" if self.is_approval else "rejected"
        is_own = self.principal_id == self.user_id
        return said if is_own else f"{said}, on behalf of {self.principal.get_full_name()}"

    @property
    def signed_with(self) -> str | None:
        """session, password, code, provider or passkey; None where nothing tells."""
        return str(self.manifest["signed_with"]) if self.manifest else None


class VoteSeat(models.Model):
    """A place in the quorum. An approving vote takes one for the person and one for the principal.

    The database's trigger fills this table; its unique constraint is what keeps anybody from filling two
    seats (docs/rules.md: nobody-fills-two-seats). `is_open` says whether the request is still pending, kept by a
    trigger: the few that somebody approved and others have yet to approve are found by it.
    """

    approval = models.ForeignKey(Approval, on_delete=models.PROTECT, related_name="+", db_index=False)
    version = models.PositiveIntegerField()
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    vote = models.ForeignKey(Vote, on_delete=models.PROTECT, related_name="seats")
    is_open = models.BooleanField(db_default=True, editable=False)

    class Meta:
        indexes = [
            models.Index(
                fields=["user", "approval"], condition=models.Q(is_open=True), name="vote_seat_open"
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["approval", "version", "user"], name="vote_seat_one_per_person"),
        ]

    def __str__(self) -> str:
        return f"seat of {self.user} in {self.vote_id}"
