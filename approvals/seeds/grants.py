"""Who covers for whom in the demo? The deputy for finance decides changes of accounts while finance is on leave."""

from __future__ import annotations

from datetime import datetime, timedelta

from approvals import delegation
from approvals.delegation import GrantTerms
from grants.models import DelegatedGrant, User

GRANTOR, GRANTEE = "finance@example.com", "deputy@example.com"
LASTS = timedelta(days=14)


def ensure_grant(at: datetime) -> None:
    """Lend it again once it has expired. A grant that was revoked stays revoked."""
    grantor, grantee = User.objects.get(email=GRANTOR), User.objects.get(email=GRANTEE)
    latest = DelegatedGrant.objects.given_by(grantor).held_by(grantee).order_by("-pk").first()
    if latest is None or latest.state(at) == "expired":
        delegation.give(grantor, GRANTEE, _terms(at))


def _terms(at: datetime) -> GrantTerms:
    return GrantTerms(
        action_types=["account_modification"],
        highest_risk="high",
        expires_at=at + LASTS,
        reason="On leave for two weeks: Tomas decides what changes for vendors.",
    )
