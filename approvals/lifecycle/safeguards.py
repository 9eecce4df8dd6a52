"""What does approving take? Friction grows with risk, so that nobody waves through what could do harm."""

from __future__ import annotations

from dataclasses import dataclass, replace

from django.utils.translation import gettext as _

from approvals import signing
from approvals.exceptions import FieldError, InvalidInput
from approvals.models import Approval
from approvals.models.choices import Risk

SENTENCE_LENGTH = 10
"""Characters below which a sentence says nothing."""


@dataclass(frozen=True, slots=True)
class Attestation:
    """What the reviewer states with an approval: the items ticked (their indexes), what was checked, a comment.

    `proof` shows, for a critical request, that it is they (docs/rules.md: each-signing-takes-its-own-proof).
    """

    acknowledged: tuple[int, ...] = ()
    sentence: str = ""
    comment: str = ""
    proof: signing.Proof | None = None

    def with_proof(self, proof: signing.Proof) -> Attestation:
        """The same words with that proof."""
        return replace(self, proof=proof)


@dataclass(frozen=True, slots=True)
class Safeguards:
    """What this approval asks for: evidence indexes to tick, a sentence, the password once more."""

    acknowledge: tuple[int, ...]
    needs_sentence: bool
    needs_reauthentication: bool


def safeguards_of(approval: Approval, *, is_edited: bool) -> Safeguards:
    """Low: nothing. Medium: red and amber items are ticked. High: also a sentence, where there are such items and
    the payload is not edited. Critical: also a proof of who it is: a passkey, or the password once more.
    """
    rank = Risk(approval.risk).rank
    warnings = tuple(index for index, _item in approval.evidence_to_acknowledge())
    return Safeguards(
        acknowledge=warnings if rank >= Risk.MEDIUM.rank else (),
        needs_sentence=bool(warnings) and not is_edited and rank >= Risk.HIGH.rank,
        needs_reauthentication=signing.is_critical(approval),
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
    if unproven := signing.objection(approval, attestation.proof):
        errors.append(unproven)
    if errors:
        raise InvalidInput(_("Not approved yet: something is left to confirm."), errors)
