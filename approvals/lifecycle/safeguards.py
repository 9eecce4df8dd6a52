"""What does approving take? Friction grows with risk, so that nobody waves through what could do harm."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from approvals.exceptions import FieldError, InvalidInput
from approvals.models import Approval
from approvals.models.choices import Risk

SENTENCE_LENGTH = 10
"""Characters below which a sentence says nothing."""


@dataclass(frozen=True, slots=True)
class Attestation:
    """What the reviewer states with an approval: the items ticked (their indexes), what was checked, a comment.

    `has_wrong_password`: a password was typed again, and it is not the reviewer's.
    """

    acknowledged: tuple[int, ...] = ()
    sentence: str = ""
    comment: str = ""
    is_reauthenticated: bool = False
    has_wrong_password: bool = False


@dataclass(frozen=True, slots=True)
class Safeguards:
    """What this approval asks for: evidence indexes to tick, a sentence, the password once more."""

    acknowledge: tuple[int, ...]
    needs_sentence: bool
    needs_reauthentication: bool


def safeguards_of(approval: Approval, *, is_edited: bool) -> Safeguards:
    """Low: nothing. Medium: red and amber items are ticked. High: also a sentence, where there are such items and
    the payload is not edited. Critical: also the password.
    """
    rank = Risk(approval.risk).rank
    warnings = tuple(index for index, _item in approval.evidence_to_acknowledge())
    return Safeguards(
        acknowledge=warnings if rank >= Risk.MEDIUM.rank else (),
        needs_sentence=bool(warnings) and not is_edited and rank >= Risk.HIGH.rank,
        needs_reauthentication=rank >= Risk.CRITICAL.rank,
    )


def check(approval: Approval, attestation: Attestation, *, is_edited: bool) -> None:
    """Raises InvalidInput that names every safeguard not met; pointers are the review form's field names."""
    safeguards = safeguards_of(approval, is_edited=is_edited)
    errors = [
        FieldError(
            "acknowledged",
            "not_acknowledged",
            _("Tick “%(evidence)s” once you read it.") % {"evidence": approval.evidence[index]["label"]},
        )
        for index in safeguards.acknowledge
        if index not in attestation.acknowledged
    ]
    if safeguards.needs_sentence and len(attestation.sentence.strip()) < SENTENCE_LENGTH:
        errors.append(FieldError("sentence", "sentence_missing", _("Say in a sentence what you checked.")))
    if safeguards.needs_reauthentication and not attestation.is_reauthenticated:
        errors.append(_password_error(attestation))
    if errors:
        raise InvalidInput(_("Not approved yet: something is left to confirm."), errors)


def _password_error(attestation: Attestation) -> FieldError:
    if attestation.has_wrong_password:
        sentence = _("That password is wrong. Enter the one you sign in with; all else you entered is kept.")
        return FieldError("password", "wrong_password", sentence)
    return FieldError(
        "password", "reauthentication", _("Enter your password again: this action is critical.")
    )
