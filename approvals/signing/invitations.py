"""What was a passkey asked to sign, and when? One open question for each person and request; a decision uses it up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID, uuid4

from audit.verify.signatures import MOST_AGE
from grants.models import User
from patience import statements


@dataclass(frozen=True, slots=True)
class Invitation:
    """An invitation to sign: `nonce` stands in the manifest, so that no signature counts twice."""

    nonce: str
    at: datetime


def invite(approval_id: UUID, *, by: User, at: datetime) -> Invitation:
    """A new one in place of this person's earlier one."""
    nonce = uuid4()
    statements.execute(_INVITE, [approval_id, by.pk, nonce, at])
    return Invitation(str(nonce), at)


def use_up(approval_id: UUID, nonce: str, *, by: User, at: datetime) -> Invitation | None:
    """Use up this person's invitation, if it has this nonce and is not too old."""
    try:
        wanted = UUID(nonce)
    except ValueError:
        return None
    rows = statements.fetch(_USE_UP, [approval_id, by.pk, wanted])
    if not rows:
        return None
    made: datetime = rows[0][0].astimezone(UTC)
    return Invitation(str(wanted), made) if made <= at <= made + MOST_AGE else None


_INVITE = """
    INSERT INTO approvals_signing (approval_id, user_id, nonce, made_at) VALUES (%s, %s, %s, %s)
    ON CONFLICT (approval_id, user_id) DO UPDATE SET nonce = EXCLUDED.nonce, made_at = EXCLUDED.made_at
"""
_USE_UP = (
    "DELETE FROM approvals_signing WHERE approval_id = %s AND user_id = %s AND nonce = %s RETURNING made_at"
)
