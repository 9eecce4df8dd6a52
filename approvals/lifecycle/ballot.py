"""How is a vote cast, and what does the log say of it?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from django.utils.translation import gettext as _

from approvals import authority, payload, signing
from approvals.exceptions import SeatTaken
from approvals.lifecycle.beats import RequestEvent, record
from approvals.lifecycle.safeguards import Attestation
from approvals.models import Approval, PayloadVersion, Vote, put_in_hand
from approvals.models.choices import Resolution
from approvals.texts import normalised
from audit.clock import rfc3339
from audit.message import Authority
from grants.models import User
from patience import statements


@dataclass(frozen=True, slots=True)
class Words:
    """What the voter writes and ticks: `resolution` only with a rejection, `sentence` only with an approval."""

    comment: str = ""
    sentence: str = ""
    resolution: str = ""
    category: str = ""
    acknowledged: tuple[int, ...] = ()

    @classmethod
    def of(cls, attestation: Attestation) -> Words:
        """Those of an approval."""
        return cls(attestation.comment, attestation.sentence, acknowledged=attestation.acknowledged)

    @property
    def verdict(self) -> Vote.Verdict:
        """A rejection says how."""
        return Vote.Verdict.REJECT if self.resolution else Vote.Verdict.APPROVE


def draft_of(
    approval: Approval, version: PayloadVersion, by: User, ruling: authority.Ruling, words: Words
) -> signing.Draft:
    """The decision as it is signed: worked out from the locked rows."""
    current = approval.version()
    is_edited = version.number != current.number
    return signing.Draft(
        approval=approval,
        version=version,
        verdict=words.verdict.value,
        by=by,
        principal=cast(User, ruling.principal),
        grant=str(ruling.grant.pk) if ruling.grant else None,
        changes=len(payload.patch(current.value, version.value)) if is_edited else 0,
        resolution=str(words.resolution),
        words_sha256=signing.words_of(
            comment=words.comment,
            sentence=words.sentence,
            category=words.category,
            acknowledged=words.acknowledged,
        ),
    )


def cast_vote(
    approval: Approval,
    version: PayloadVersion,
    by: User,
    ruling: authority.Ruling,
    at: datetime,
    words: Words,
    *,
    signed: signing.Signed,
    session: signing.SignedIn | None = None,
) -> Vote:
    """Store and record one vote on one version; `session` stands in its event alone.

    Raises SeatTaken where the voter already has a seat.
    """
    verdict, (manifest, signature) = words.verdict, signed
    if verdict == Vote.Verdict.APPROVE:
        _require_free_seat(approval, version, by, ruling)
    vote = Vote(
        approval=approval,
        version=version.number,
        payload_sha256=version.sha256,
        verdict=verdict,
        user=by,
        principal=cast(User, ruling.principal),  # a ruling that allows has one
        basis=ruling.basis,
        grant=ruling.grant,
        fills_policy_seat=authority.fills_policy_seat(ruling, approval),
        resolution=words.resolution,
        category=normalised(words.category),
        comment=normalised(words.comment),
        sentence=normalised(words.sentence),
        acknowledged=sorted(set(words.acknowledged)),
        notified_at=_notified_at(approval, by),
        opened_at=_opened_at(approval, by),
        decided_at=at,
        is_late=approval.breached_at is not None,
        manifest=manifest,
        signature=signature,
    )
    statements.insert([vote])
    put_in_hand(approval, votes=[*approval.votes.all(), vote])
    data = {
        **describe(vote),
        "payload": version.value,
        "session": session.as_facts() if session else None,
    }
    record(vote_event(vote, "approval.voted", version, data))
    return vote


def vote_event(vote: Vote, event: str, version: PayloadVersion, data: dict[str, Any]) -> RequestEvent:
    """An event that this vote causes: done by its voter, at its time, on its authority.

    It says as well on whose behalf the agent runs.
    """
    return RequestEvent(
        vote.approval,
        event,
        actor=vote.user.as_actor(),
        at=vote.decided_at,
        version=version,
        authority=authority_of(vote),
        data={**data, "initiated_by": vote.approval.initiated_by},
    )


def authority_of(vote: Vote) -> Authority:
    """On whose authority the vote was cast, as the log writes it."""
    return Authority(
        basis=vote.basis,
        principal=str(vote.principal_id),
        grant_id=str(vote.grant_id) if vote.grant_id else None,
    )


def describe(vote: Vote) -> dict[str, Any]:
    """All of a vote, for the signed event: what is not signed now cannot be added later."""
    return {
        "vote": str(vote.pk) if vote.pk else None,
        "person": vote.user.as_facts() if vote.user_id else None,
        "on_behalf_of": vote.principal.as_facts() if vote.principal_id else None,
        "grant": str(vote.grant_id) if vote.grant_id else None,
        "basis": vote.basis,
        "policy_seat": vote.fills_policy_seat,
        "verdict": vote.verdict,
        "version": vote.version,
        "resolution": vote.resolution,
        "category": vote.category,
        "comment": vote.comment,
        "sentence": vote.sentence,
        "acknowledged": list(vote.acknowledged),
        "notified_at": rfc3339(vote.notified_at) if vote.notified_at else None,
        "opened_at": rfc3339(vote.opened_at) if vote.opened_at else None,
        "decided_at": rfc3339(vote.decided_at),
        "late": vote.is_late,
        "manifest": vote.manifest or None,
        "signature": vote.signature,
    }


def describe_no_vote(version: PayloadVersion, at: datetime) -> dict[str, Any]:
    """The fields of a vote where the deadline rejects: nobody voted, so no person is named."""
    blank = Vote(
        pk=None,
        version=version.number,
        verdict=Vote.Verdict.REJECT,
        resolution=Resolution.SLA_EXPIRED,
        fills_policy_seat=False,
        decided_at=at,
    )
    return describe(blank)


def _require_free_seat(
    approval: Approval, version: PayloadVersion, by: User, ruling: authority.Ruling
) -> None:
    wanted = {by.pk, ruling.principal.pk if ruling.principal else by.pk}
    for vote in approval.votes.all():
        if vote.is_approval and vote.version == version.number and wanted & {vote.user_id, vote.principal_id}:
            raise SeatTaken(_whose_seat(vote, by, ruling))


def _whose_seat(vote: Vote, by: User, ruling: authority.Ruling) -> str:
    """Why the voter cannot take a second seat, in person or through a grant."""
    if vote.user_id == by.pk:
        return _("You have already approved this version. A different person gives the next approval.")
    if vote.principal_id == by.pk:
        return _(
            "Somebody has approved this version on your behalf. A different person gives the next approval."
        )
    name = cast(User, ruling.principal).get_full_name()
    sentence = _(
        "The seat of %(person)s is filled already: somebody else's authority gives the next approval."
    )
    return sentence % {"person": name}


_NOTIFIED = "SELECT min(sent_at) FROM approvals_notification WHERE approval_id = %s AND recipient = %s"


def _notified_at(approval: Approval, person: User) -> datetime | None:
    ((sent_at,),) = statements.fetch(_NOTIFIED, [approval.pk, person.email])
    return cast("datetime | None", sent_at)


def _opened_at(approval: Approval, person: User) -> datetime | None:
    return next((one.opened_at for one in approval.openings.all() if one.user_id == person.pk), None)
