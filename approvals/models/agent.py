"""Which programs may propose actions, and with which keys?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import uuid_utils.compat as uuid
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from audit.message import Actor, Subject

ANY = "*"
"""In an agent's lists: every action type, or every workflow."""


class Agent(models.Model):
    """A program that proposes actions, answered for by its owner."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid7, editable=False)
    name = models.CharField(max_length=100, unique=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="agents",
        help_text=_("Answers for the agent, and so never decides what it proposes."),
    )
    action_types = ArrayField(
        models.CharField(max_length=100),
        default=list,
        help_text=_("Comma-separated action types that it may propose; * for every one."),
    )
    workflows = ArrayField(
        models.CharField(max_length=100),
        default=list,
        help_text=_("Comma-separated workflows that it may name; * for every one, and for none."),
    )
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def may_use_action_type(self, action_type: str) -> bool:
        return ANY in self.action_types or action_type in self.action_types

    def may_use_workflow(self, workflow: str) -> bool:
        return ANY in self.workflows or workflow in self.workflows

    def as_actor(self) -> Actor:
        """This agent, as the log names it."""
        return Actor(kind="agent", id=str(self.pk), label=self.name)

    def as_subject(self) -> Subject:
        """The chain of events about this agent."""
        return Subject(kind="agent", id=str(self.pk))


@dataclass(frozen=True, slots=True)
class Earlier:
    """The request that an agent's idempotency key made before, and the SHA-256 of the body that asked for it."""

    id: UUID
    request_sha256: bytes


class Scope(models.TextChoices):
    """What a key may do. Which call takes which is the table in `approvals/api/scopes.py`."""

    SUBMIT = "submit", _("submit: propose, and withdraw")
    EVALUATE = "evaluate", _("evaluate: ask what would come of a proposal")
    READ = "read", _("read: read, list and wait")
    CLAIM = "claim", _("claim: take an approval, and report")


EVERY_SCOPE: list[str] = [str(scope) for scope in Scope]


def every_scope() -> list[str]:
    return list(EVERY_SCOPE)


def anything() -> list[str]:
    return [ANY]


class Ended(models.TextChoices):
    """Why a key opens nothing."""

    REVOKED = "revoked", _("It is revoked.")
    EXPIRED = "expired", _("It has expired.")
    AGENT = "agent_inactive", _("Its agent is deactivated.")
    OWNER = "owner_inactive", _("The account of an owner is closed.")


class AgentKeyQuerySet(models.QuerySet["AgentKey"]):
    def valid(self, at: datetime) -> AgentKeyQuerySet:
        """The keys that open something at that moment, as `AgentKey.is_valid` says of one."""
        return self.filter(
            models.Q(expires_at=None) | models.Q(expires_at__gt=at),
            revoked_at=None,
            agent__is_active=True,
            owner__is_active=True,
            agent__owner__is_active=True,
        )


class AgentKey(models.Model):
    """A key `cs_<prefix>_<secret>`: the prefix finds the row, the secret is kept only as its SHA-256.

    The secret has 256 random bits, so a plain hash is as good as a slow one and costs nothing per call. What a key may
    do never grows: the database takes an earlier end, and no other change (docs/rules.md: keys-never-grow).
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid7, editable=False)
    agent = models.ForeignKey(Agent, on_delete=models.PROTECT, related_name="keys")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="agent_keys")
    minted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        help_text=_("Made the key and has seen its text, and so never decides what comes in with it."),
    )
    prefix = models.CharField(max_length=16, unique=True)
    secret_sha256 = models.BinaryField(max_length=32)
    scopes = ArrayField(
        models.CharField(max_length=20, choices=Scope.choices), default=every_scope, db_default=EVERY_SCOPE
    )
    action_types = ArrayField(
        models.CharField(max_length=100),
        default=anything,
        db_default=[ANY],
        help_text=_("Of those of its agent; * for all that the agent may use."),
    )
    workflows = ArrayField(
        models.CharField(max_length=100),
        default=anything,
        db_default=[ANY],
        help_text=_("Of those of its agent; * for all that the agent may use."),
    )
    replaces = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="successors",
        help_text=_("The key in whose place it came."),
    )
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, blank=True)
    expiry_told = models.PositiveSmallIntegerField(
        null=True, editable=False, help_text=_("How many days before the end people were told of it last.")
    )
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    last_used_from = models.CharField(max_length=45, blank=True, default="", db_default="")
    refused_at = models.DateTimeField(
        null=True, editable=False, help_text=_("When its text was last sent after its end, to the hour.")
    )
    refusals = models.JSONField(
        default=list,
        db_default=models.Value([], models.JSONField()),
        editable=False,
        help_text=_(
            "From where its text came after its end within a day: address, moment, reason, whether told."
        ),
    )
    refused_from = models.CharField(max_length=45, blank=True, default="", db_default="", editable=False)
    refused_because = models.CharField(
        max_length=20, choices=Ended.choices, blank=True, default="", db_default="", editable=False
    )
    alarmed_at = models.DateTimeField(
        null=True, editable=False, help_text=_("When people were last told that it is used after its end.")
    )

    objects = AgentKeyQuerySet.as_manager()

    earlier: Earlier | None = None
    """What the call's idempotency key made before; `keys.authenticate` reads it along."""

    class Meta:
        verbose_name = _("agent key")
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(expires_at=None) | models.Q(expires_at__gt=models.F("created_at")),
                name="agent_key_expires_after_creation",
            ),
        ]

    def __str__(self) -> str:
        return f"cs_{self.prefix}_…"

    def is_valid(self, at: datetime) -> bool:
        """Whether the key opens anything at that moment."""
        return not self.why_ended(at)

    def why_ended(self, at: datetime) -> Ended | None:
        """Why it opens nothing at that moment; None if it is valid. Needs its agent and the owners of both."""
        if self.revoked_at is not None:
            return Ended.REVOKED
        if self.expires_at is not None and self.expires_at <= at:
            return Ended.EXPIRED
        if not self.agent.is_active:
            return Ended.AGENT
        return None if self.owner.is_active and self.agent.owner.is_active else Ended.OWNER

    def may_use_action_type(self, action_type: str) -> bool:
        """Of what its agent may use, which is asked apart."""
        return ANY in self.action_types or action_type in self.action_types

    def may_use_workflow(self, workflow: str) -> bool:
        """Of what its agent may use, which is asked apart."""
        return ANY in self.workflows or workflow in self.workflows

    def covers(self, action_type: str, workflow: str) -> bool:
        """Whether a request of its agent, of that action type in that workflow, is one that this key may touch."""
        return self.may_use_action_type(action_type) and self.may_use_workflow(workflow)
