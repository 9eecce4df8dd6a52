"""Which types of refusal are there? The sentence is written where one is raised.

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
    """What was sent is invalid (HTTP 422). `errors` has one entry for every place."""

    code = "invalid"

    def __init__(self, sentence: str, errors: Sequence[FieldError] = ()) -> None:
        super().__init__(sentence)
        self.errors = tuple(errors)

    @classmethod
    def at(cls, pointer: str, code: str, sentence: str) -> Self:
        """One error at one place; the sentence is shown both by itself and beside that place."""
        return cls(sentence, [FieldError(pointer, code, sentence)])


class UnknownAddress(InvalidInput):
    """No account has the address that would be asked; the person has to confirm it first (HTTP 422)."""

    code = "unknown_address"


class TooLarge(Refused):
    """What was sent exceeds a size limit (HTTP 413)."""

    code = "too_large"


class TooManyAttempts(Refused):
    """Tried too often; `wait` is in how many seconds another attempt is taken (HTTP 429)."""

    code = "too_many_attempts"

    def __init__(self, sentence: str, *, wait: int) -> None:
        super().__init__(sentence)
        self.wait = wait


class RateExceeded(TooManyAttempts):
    """One agent or person did it more often than everybody else has room for (HTTP 429)."""

    code = "rate_exceeded"


class TooManyOpen(TooManyAttempts):
    """The agent has as many open requests, or waits, as it may have (HTTP 429)."""

    code = "too_many_open"


class LengthRequired(Refused):
    """The body was sent in chunks without a length, which this process does not read (HTTP 411)."""

    code = "length_required"


class NotPermitted(Refused):
    """The person or key may read this, but not do what was asked (HTTP 403)."""

    code = "not_permitted"


class MissingScope(NotPermitted):
    """The key may make other calls, but not this one (HTTP 403)."""

    code = "missing_scope"


class StateConflict(Refused):
    """The request is no longer in the state that the action needs (HTTP 409)."""

    code = "state_conflict"


class AlreadyDecided(StateConflict):
    """The request was decided or withdrawn meanwhile."""

    code = "already_decided"


class ActedMeanwhile(StateConflict):
    """The decision cannot be taken back: it has been acted on."""

    code = "acted_meanwhile"


class StaleVersion(StateConflict):
    """The decision names a payload that has changed meanwhile (docs/rules.md: a-vote-names-its-payload)."""

    code = "stale_version"


class EditedElsewhere(StateConflict):
    """The reviewer edited the payload in another tab or on another device since the page was made."""

    code = "edited_elsewhere"


class SeatTaken(StateConflict):
    """The voter, or the person whose authority they use, already has a seat (docs/rules.md: nobody-fills-two-seats)."""

    code = "seat_taken"


class IdempotencyConflict(StateConflict):
    """An Idempotency-Key was used before with another body."""

    code = "idempotency_conflict"


class ReceiptNotReady(StateConflict):
    """Nothing is decided yet, or no checkpoint covers all of it.

    `wait` is in how many seconds to ask again; None where that hangs on people.
    """

    code = "receipt_not_ready"

    def __init__(self, message: str, *, wait: int | None = None) -> None:
        super().__init__(message)
        self.wait = wait


class ReceiptUnavailable(Refused):
    """The record is damaged, or a key is missing, so that nothing can be proven (HTTP 503)."""

    code = "receipt_unavailable"


class NotApproved(StateConflict):
    """Only an approved request can be claimed."""

    code = "not_approved"


class NotInLog(StateConflict):
    """The signed log does not say what the rows say: nothing is carried out (docs/rules.md: bound-to-the-log)."""

    code = "not_in_log"


class LogKeyMissing(Refused):
    """This process does not hold the key that signed what would be carried out; others may (HTTP 503).

    `wait` is in how many seconds to ask again: processes are being restarted with a new key.
    """

    code = "log_key_missing"
    wait = 5


class AlreadyClaimed(StateConflict):
    """The approval was claimed before (docs/rules.md: claimed-once)."""

    code = "already_claimed"


class Superseded(StateConflict):
    """A newer request supersedes this one, so its approval can no longer be claimed."""

    code = "superseded"


class AlreadySuperseded(StateConflict):
    """Another request already supersedes the earlier one."""

    code = "already_superseded"


class CannotSupersede(StateConflict):
    """The earlier request may have been executed, so nothing can supersede it."""

    code = "cannot_supersede"


class AlreadyReported(StateConflict):
    """Another outcome was reported before."""

    code = "already_reported"


class ApprovalExpired(Refused):
    """The approval was not claimed within its validity (HTTP 410)."""

    code = "approval_expired"
