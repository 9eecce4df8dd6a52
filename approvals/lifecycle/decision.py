"""A person decides: approves one payload version, perhaps after correcting it, or rejects."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from approvals import authority, payload, signing, strict_json
from approvals.exceptions import AlreadyDecided, InvalidInput, NotInLog, NotPermitted, StaleVersion
from approvals.lifecycle import safeguards, warrant
from approvals.lifecycle.ballot import Words, cast_vote, describe, draft_of, vote_event
from approvals.lifecycle.beats import (
    RequestEvent,
    as_stored,
    changes_since_first,
    new_version,
    record,
    require_pending,
)
from approvals.lifecycle.closing import tell_who_was_asked
from approvals.lifecycle.deadline import Act, in_time
from approvals.lifecycle.keeping import discard_edits
from approvals.lifecycle.opening import stamp_opening
from approvals.lifecycle.safeguards import Attestation
from approvals.models import Approval, Notification, PayloadVersion, Vote, put_in_hand
from approvals.models.choices import Resolution, Status
from approvals.notifications import notify
from audit.clock import rfc3339
from grants.models import User
from patience import statements


@dataclass(frozen=True, slots=True)
class Seen:
    """What the reviewer's page showed: the version it started from, and the final payload's SHA-256 in hex."""

    version: int
    payload_sha256: str


def approve(
    approval_id: UUID,
    *,
    by: User,
    seen: Seen,
    attestation: Attestation,
    edited: str | None = None,
    session: signing.SignedIn | None = None,
) -> Approval:
    """Vote for one payload; with the last vote of the quorum the request is approved.

    `edited` is the JSON text of a corrected payload: it becomes the next version, voids earlier approving
    votes and asks those voters again. `session` says for the log how the person had signed in. Raises
    NotPermitted, AlreadyDecided, StaleVersion, SeatTaken, InvalidInput; then nothing has changed. Raises NotInLog where
    the log does not bear out the votes before (the administrators are told then), and LogKeyMissing.
    """

    def act(approval: Approval, at: datetime) -> None:
        person, ruling = ruled(approval, by, seen, at)
        if approval.successor_id:
            raise AlreadyDecided(
                _("The agent proposed this again: decide the newer request. Nothing was changed.")
            )
        version, is_edited = final_version(approval, person, seen, edited, at)
        safeguards.check(approval, attestation, is_edited=is_edited)
        words = Words.of(attestation)
        signed = signing.sign(draft_of(approval, version, person, ruling, words), attestation.proof, at=at)
        stamp_opening(approval, person, at)
        if is_edited:
            _supersede(approval, version, person, at)
        vote = cast_vote(approval, version, person, ruling, at, words, signed=signed, session=session)
        _grant_if_quorum(approval, version, vote, at)
        discard_edits(approval, by=person)

    try:
        return in_time(approval_id, _in_one_go(act), by=by)
    except NotInLog as error:
        warrant.alarm(approval_id, str(error))
        raise NotInLog(
            _(
                "The signed log does not bear out the votes that were there before yours: nothing was changed. The "
                "administrators are told."
            )
        ) from None


def reject(
    approval_id: UUID,
    *,
    by: User,
    seen: Seen,
    resolution: str,
    category: str = "",
    comment: str = "",
    proof: signing.Proof | None = None,
    session: signing.SignedIn | None = None,
) -> Approval:
    """End the request; one rejection is enough. Raises as `approve` does.

    `comment` goes to the agent; for `changes_requested` and `answered` it is what the agent needs, so it must
    not be empty. A critical request takes a `proof` (docs/rules.md: each-signing-takes-its-own-proof).
    """

    def act(approval: Approval, at: datetime) -> None:
        person, ruling = ruled(approval, by, seen, at)
        words = Words(comment, resolution=resolution, category=category)
        require_words(words)
        version = approval.version()
        signed = signing.sign(draft_of(approval, version, person, ruling, words), proof, at=at)
        stamp_opening(approval, person, at)
        vote = cast_vote(approval, version, person, ruling, at, words, signed=signed, session=session)
        approval.status, approval.resolution, approval.decided_at = Status.REJECTED, resolution, at
        statements.update(approval, "status", "resolution", "decided_at")
        data = {**describe(vote), "payload": version.value}
        record(vote_event(vote, "approval.rejected", version, data))
        tell_who_was_asked(approval, at, but=vote.user.email)
        discard_edits(approval, by=person)

    return in_time(approval_id, _in_one_go(act), by=by)


def _in_one_go(act: Act) -> Act:
    """The act with all that it writes in one pipeline."""

    def acting(approval: Approval, at: datetime) -> None:
        with statements.pipelined():
            act(approval, at)

    return acting


def ruled(approval: Approval, by: User, seen: Seen, at: datetime) -> tuple[User, authority.Ruling]:
    """The person as they are stored now, and what authority rules on them."""
    person = as_stored(by)
    ruling = authority.may_decide(person, approval, at=at)
    if not ruling.allowed:
        raise NotPermitted(ruling.reason)
    require_pending(approval)
    if seen.version != approval.current_version:
        sentence = _(
            "The payload was edited meanwhile: you saw version %(seen)s, now it is version %(now)s. "
            "Look at it again before deciding."
        )
        raise StaleVersion(sentence % {"seen": seen.version, "now": approval.current_version})
    return person, ruling


def final_version(
    approval: Approval, by: User, seen: Seen, edited: str | None, at: datetime
) -> tuple[PayloadVersion, bool]:
    """What would be approved, and whether it is a new version. Its hash must be the one that was shown."""
    current = approval.version()
    version, is_edited = current, False
    if edited is not None:
        value = strict_json.loads(edited)
        candidate = new_version(approval, edited, value, at=at, number=current.number + 1, edited_by=by)
        if bytes(candidate.sha256) != bytes(current.sha256):
            schema = strict_json.loads(approval.payload_schema) if approval.payload_schema else None
            payload.assert_edit_allowed(current.value, value, schema, approval.locked_fields)
            version, is_edited = candidate, True
    if version.digest != seen.payload_sha256:
        raise StaleVersion(
            _("The payload differs from the one you reviewed. Review it again before deciding.")
        )
    return version, is_edited


def _supersede(approval: Approval, version: PayloadVersion, by: User, at: datetime) -> None:
    """Make the edited payload current; earlier approvals were of another payload, so their voters vote again."""
    before = approval.version()
    voided = approval.approving_votes()
    statements.insert([version])
    put_in_hand(approval, versions=[*approval.versions.all(), version])
    approval.current_version = version.number
    statements.update(approval, "current_version")
    changes = payload.patch(before.value, version.value)
    data: dict[str, Any] = {"payload": version.value, "changes": changes}
    actor = by.as_actor()
    record(RequestEvent(approval, "approval.edited", actor=actor, at=at, version=version, data=data))
    if voided:
        names = [{"vote": str(vote.pk), "person": str(vote.user_id)} for vote in voided]
        data = {"version": before.number, "votes": names}
        record(
            RequestEvent(approval, "approval.votes_voided", actor=actor, at=at, version=version, data=data)
        )
        others = [vote.user.email for vote in voided if vote.user_id != by.pk]
        notify(approval, Notification.Kind.VOTES_VOIDED, others, at=at)


def _grant_if_quorum(approval: Approval, version: PayloadVersion, vote: Vote, at: datetime) -> None:
    votes = approval.approving_votes()
    if not authority.quorum_of(approval, votes).is_met:
        return
    if others := [one for one in votes if one.pk != vote.pk]:
        warrant.require_votes(approval, version, others)
    approval.status, approval.decided_at = Status.APPROVED, at
    approval.valid_until = at + timedelta(minutes=approval.policy.validity_minutes)
    statements.update(approval, "status", "decided_at", "valid_until")
    data = {
        "payload": version.value,
        "changes": changes_since_first(approval, version),
        "votes": [describe(vote) for vote in votes],
        "valid_until": rfc3339(approval.valid_until),
    }
    record(vote_event(vote, "approval.granted", version, data))
    tell_who_was_asked(approval, at, but=vote.user.email)


def require_words(words: Words) -> None:
    if words.resolution not in Resolution.of_people():
        choices = ", ".join(one.choice.lower() for one in Resolution.of_people())
        sentence = _("Choose how to reject: %(choices)s.") % {"choices": choices}
        raise InvalidInput.at("resolution", "unknown_resolution", sentence)
    if words.resolution != Resolution.DECLINED and not words.comment.strip():
        sentence = _("Write what the agent should know: it acts on this text.")
        raise InvalidInput.at("comment", "comment_missing", sentence)
