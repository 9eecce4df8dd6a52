"""What can be refused, and in which words.

Every exception carries one sentence for the person or agent who asked: what was refused, why, and how to
mend it. Callers branch on the type, never on the text; each edge turns the type into HTTP once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True, slots=True)
class FieldError:
    """One thing wrong with what was sent.

    `pointer` is an RFC 6901 JSON pointer into the body or payload ("" is the whole of it), `code` a stable
    word for programs, `message` a sentence that says how to mend it.
    """

    pointer: str
    code: str
    message: str


class Refused(Exception):
    """The base of every refusal; `str(error)` is the sentence."""

    code = "refused"


class InvalidInput(Refused):
    """What was sent does not fit (HTTP 422). `errors` names every place at once."""

    code = "invalid"

    def __init__(self, sentence: str, errors: Sequence[FieldError] = ()) -> None:
        super().__init__(sentence)
        self.errors = tuple(errors)

    @classmethod
    def at(cls, pointer: str, code: str, sentence: str) -> Self:
        """One thing is wrong, at one place; the sentence stands alone and beside that place."""
        return cls(sentence, [FieldError(pointer, code, sentence)])


class UnknownAddress(InvalidInput):
    """Nobody here has the address that would be asked; it is asked only where that is said once more (HTTP 422)."""

    code = "unknown_address"


class TooLarge(Refused):
    """What was sent is over a size bound (HTTP 413)."""

    code = "too_large"


class LengthRequired(Refused):
    """The body came in pieces without its length, which this process does not read (HTTP 411)."""

    code = "length_required"


class NotPermitted(Refused):
    """The person or key may see this, and may not do that (HTTP 403)."""

    code = "not_permitted"


class StateConflict(Refused):
    """The request is no longer in the state that this needs (HTTP 409)."""

    code = "state_conflict"


class AlreadyDecided(StateConflict):
    """Somebody decided, or the agent withdrew, meanwhile."""

    code = "already_decided"


class ActedMeanwhile(StateConflict):
    """What would be taken back has been acted on."""

    code = "acted_meanwhile"


class StaleVersion(StateConflict):
    """The decision names a payload that has changed meanwhile (docs/rules.md: a-vote-names-its-payload)."""

    code = "stale_version"


class EditedElsewhere(StateConflict):
    """The same person edited the payload in another tab or on another device since the page was made."""

    code = "edited_elsewhere"


class SeatTaken(StateConflict):
    """The voter, or the person whose authority they use, already has a seat (docs/rules.md: nobody-fills-two-seats)."""

    code = "seat_taken"


class IdempotencyConflict(StateConflict):
    """The same key came with another body."""

    code = "idempotency_conflict"


class NotApproved(StateConflict):
    """Only an approved request is claimed."""

    code = "not_approved"


class AlreadyClaimed(StateConflict):
    """The approval was claimed before (docs/rules.md: claimed-once)."""

    code = "already_claimed"


class Superseded(StateConflict):
    """The agent proposed it anew, so this approval can be claimed no more."""

    code = "superseded"


class AlreadySuperseded(StateConflict):
    """Another request took its place before."""

    code = "already_superseded"


class CannotSupersede(StateConflict):
    """The earlier request may have been carried out."""

    code = "cannot_supersede"


class AlreadyReported(StateConflict):
    """The outcome was reported before, and differently."""

    code = "already_reported"


class ApprovalExpired(Refused):
    """The approval was not claimed within its validity (HTTP 410)."""

    code = "approval_expired"
