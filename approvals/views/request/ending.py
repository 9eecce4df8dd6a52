"""How did it end: who decided what, when, and with how many edits?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from approvals import payload
from approvals.models import Approval, Vote
from approvals.models.choices import Status
from approvals.payload import Change
from approvals.views.request.access import Case
from approvals.views.request.corrections import schema_of


@dataclass(frozen=True, slots=True)
class Ending:
    """`edits` counts the places that were corrected."""

    what: str
    by: str
    at: datetime | None
    edits: int
    comment: str = ""

    @property
    def sentence(self) -> str:
        """As "Approved by NAME, with 1 edit", without the time and a stop."""
        known = {"what": self.what, "who": self.by, "count": self.edits}
        if self.edits and self.by:
            words = ngettext(
                # Translators: as in “Approved by Dana Okafor, with 1 edit”.
                "%(what)s by %(who)s, with %(count)d edit",
                "%(what)s by %(who)s, with %(count)d edits",
                self.edits,
            )
            return words % known
        if self.edits:
            words = ngettext(
                # Translators: as in “Approved, with 1 edit”.
                "%(what)s, with %(count)d edit",
                "%(what)s, with %(count)d edits",
                self.edits,
            )
            return words % known
        # Translators: as in “Rejected by Dana Okafor”.
        return _("%(what)s by %(who)s") % known if self.by else self.what


def ending(case: Case) -> Ending:
    """For a request that is neither pending nor an open draft."""
    approval = case.approval
    deciding = case.approving if approval.status == Status.APPROVED else _rejections(case)
    return Ending(
        what=approval.state_name,
        by=_names(deciding) or _without_people(approval),
        at=approval.decided_at,
        edits=len(edits_of(approval)) if approval.status == Status.APPROVED else 0,
        comment="\n".join(vote.comment for vote in deciding if vote.comment),
    )


def edits_of(approval: Approval) -> list[Change]:
    """What reviewers changed, from what the agent proposed to the payload as it stands."""
    if approval.current_version == 1:
        return []
    old, new = approval.version(1).value, approval.version().value
    return payload.comparison(old, new, schema_of(approval))


def _rejections(case: Case) -> list[Vote]:
    return [vote for vote in case.votes if vote.verdict == Vote.Verdict.REJECT]


def _without_people(approval: Approval) -> str:
    return approval.agent.name if approval.status == Status.CANCELLED else ""


def _names(votes: list[Vote]) -> str:
    return " and ".join(vote.user.get_full_name() for vote in votes)
