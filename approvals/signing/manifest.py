"""What does a decision say of itself: who, when, meaning what, of which payload? Stored and signed, so in English."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from approvals.models import Approval, PayloadVersion
from approvals.texts import normalised
from audit.clock import rfc3339
from audit.verify import signatures
from grants.models import User

_DONE = {"approve": "approved", "reject": "rejected"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A decision that is about to be made. `verdict` is "approve" or "reject"; `changes` counts the edits."""

    approval: Approval
    version: PayloadVersion
    verdict: str
    by: User
    principal: User
    grant: str | None
    changes: int = 0
    resolution: str = ""
    words_sha256: str = ""


def words_of(
    *, comment: str = "", sentence: str = "", category: str = "", acknowledged: Sequence[int] = ()
) -> str:
    """The SHA-256 of what is written and ticked, as it will be stored."""
    return signatures.words_sha256(
        {
            "comment": normalised(comment),
            "sentence": normalised(sentence),
            "category": normalised(category),
            "acknowledged": sorted(set(acknowledged)),
        }
    )


def meaning(draft: Draft) -> str:
    """What the decision means, in words: "approved with 2 changes, on behalf of Grace Hopper"."""
    said = _DONE[draft.verdict]
    if draft.changes:
        said += f" with {draft.changes} {'change' if draft.changes == 1 else 'changes'}"
    if draft.principal.pk != draft.by.pk:
        said += f", on behalf of {draft.principal.get_full_name()}"
    return said


def manifest_of(
    draft: Draft, *, signed_with: str, at: datetime, nonce: str | None = None, site: str | None = None
) -> dict[str, Any]:
    """The manifest, field by field as docs/audit.md has it. `nonce` and `site` only where a passkey signs."""
    is_own = draft.principal.pk == draft.by.pk
    return {
        "v": 1,
        "request": str(draft.approval.pk),
        "payload_version": draft.version.number,
        "payload_sha256": draft.version.digest,
        "verdict": draft.verdict,
        "meaning": meaning(draft),
        "changes": draft.changes,
        "resolution": draft.resolution,
        "name": draft.by.get_full_name(),
        "person": str(draft.by.pk),
        "principal": str(draft.principal.pk),
        "on_behalf_of": None if is_own else draft.principal.get_full_name(),
        "grant": draft.grant,
        "words_sha256": draft.words_sha256,
        "signed_with": signed_with,
        "at": rfc3339(at),
        "nonce": nonce,
        "site": site,
    }
