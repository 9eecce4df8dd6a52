"""Which words does Countersign use for patterns, tones, states and outcomes, in the database and on the wire?"""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from approvals.tones import Tone
from grants.risk import Risk

__all__ = [
    "ANY_TONE",
    "CRITICAL_QUORUM",
    "DECIDED_BY_PEOPLE",
    "TONES_DEMANDED",
    "UNDECIDED",
    "BreachAction",
    "Disposition",
    "Pattern",
    "Resolution",
    "Risk",
    "Status",
    "Tone",
    "state_name",
]


CRITICAL_QUORUM = 2
"""How many different people a critical action takes at least. The database holds this too."""


class Pattern(models.TextChoices):
    """How much a human oversees an action type."""

    NONE = "none", pgettext_lazy("no human oversight", "None")
    DRAFT_ONLY = "draft_only", _("Draft only")
    APPROVAL_GATE = "approval_gate", _("Approval gate")
    EXCEPTION_BASED = "exception_based", _("Exception based")


class BreachAction(models.TextChoices):
    """What follows when the deadline passes without a decision. None approves: there is no such member."""

    NOTIFY = "notify", _("Tell the reviewers; it stays held")
    ESCALATE = "escalate", _("Ask the escalation ladder; it stays held")
    REJECT = "reject", _("Reject it")

    @classmethod
    def usual(cls, risk: Risk) -> BreachAction:
        """The breach action where the policy names none."""
        return cls.ESCALATE if risk.rank >= Risk.HIGH.rank else cls.NOTIFY


ANY_TONE = "any"
"""A policy that demands it asks for some evidence, whatever its tone."""
TONES_DEMANDED = [(ANY_TONE, _("Any: some evidence")), *Tone.choices]
"""What a policy may demand, and how the screens name it."""


class Status(models.TextChoices):
    """Where a request stands. docs/states.md shows what follows what."""

    PENDING = "pending", _("Pending")
    APPROVED = "approved", _("Approved")
    REJECTED = "rejected", _("Rejected")
    CANCELLED = "cancelled", _("Cancelled")
    NOT_REQUIRED = "not_required", _("Not required")
    DRAFT = "draft", _("Draft")
    USED = "used", _("Used")
    DISCARDED = "discarded", _("Discarded")


UNDECIDED = (Status.PENDING, Status.DRAFT)
"""A person still has something to do; every other status is final."""
DECIDED_BY_PEOPLE = (Status.APPROVED, Status.REJECTED, Status.CANCELLED, Status.USED, Status.DISCARDED)
"""What was asked of people and is over: the inbox's tab "Decided"."""


class Resolution(models.TextChoices):
    """How a rejection came about. The label is part of the state's name: `Rejected (needs changes)`."""

    DECLINED = "declined", _("Declined")
    CHANGES_REQUESTED = "changes_requested", _("Needs changes")
    ANSWERED = "answered", _("Answered instead")
    SLA_EXPIRED = "sla_expired", _("Deadline passed")

    @classmethod
    def of_people(cls) -> list[Resolution]:
        """Those that a reviewer chooses from; the remaining one is the system's."""
        return [cls.DECLINED, cls.CHANGES_REQUESTED, cls.ANSWERED]

    @property
    def choice(self) -> str:
        """What the reviewer presses."""
        return str(_RESOLUTIONS[self][0])

    @property
    def consequence(self) -> str:
        """What the reviewer reads beside the choice."""
        return str(_RESOLUTIONS[self][1])

    @property
    def meaning(self) -> str:
        """What the documentation says of it."""
        return str(_RESOLUTIONS[self][2])


_RESOLUTIONS = {
    Resolution.DECLINED: (_("Decline"), _("The agent stops. Nothing is done."), "A reviewer said no."),
    Resolution.CHANGES_REQUESTED: (
        _("Needs changes"),
        _("The agent reads your comment and may propose again."),
        "A reviewer said what to change; the agent may propose it again.",
    ),
    Resolution.ANSWERED: (
        _("Answer instead"),
        _("Your comment stands in for what the action would have returned."),
        "A reviewer answered in the tool's stead; the comment is the answer.",
    ),
    Resolution.SLA_EXPIRED: ("", "", "Nobody decided in time, so the system rejected it. No person did."),
}


def state_name(status: str, resolution: str = "") -> str:
    """How every page, message and refusal names where a request stands: `Rejected (needs changes)`."""
    name = str(Status(status).label)
    return f"{name} ({Resolution(resolution).label.lower()})" if resolution else name


class Disposition(models.TextChoices):
    """What the agent does now; only agents read it."""

    WAIT = "wait", "Wait"
    PROCEED = "proceed", "Proceed"
    STOP = "stop", "Stop"
