"""Who among these people is away, until when? As they say, or as what they lent to others says."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from approvals.models import Approval, Away
from audit import clock
from grants.models import DelegatedGrant, User

LONGEST = timedelta(days=365)
"""Who lends their authority for longer is not away: they share the work."""


def absences(people: Sequence[User], *, at: datetime, approval: Approval | None = None) -> dict[UUID, str]:
    """That a person is away and until when, by their id; others are not in it.

    A person's own word comes first. Otherwise a grant counts that covers the request; without a request, one of the
    whole authority.
    """
    lent: defaultdict[UUID, list[DelegatedGrant]] = defaultdict(list)
    grants = DelegatedGrant.objects.active(at).filter(grantor__in=people, grantee__is_active=True)
    for grant in grants.filter(expires_at__lt=at + LONGEST):
        if _stands_for_all(grant, approval):
            lent[grant.grantor_id].append(grant)
    ends = {person: max(grant.expires_at for grant in theirs) for person, theirs in lent.items()}
    found = {person: f"away until {clock.day_in_words(end)}" for person, end in ends.items()}
    for said in Away.objects.at(at).filter(user__in=people):
        found[said.user_id] = f"away until {said.until}{f': {said.note}' if said.note else ''}"
    return found


def _stands_for_all(grant: DelegatedGrant, approval: Approval | None) -> bool:
    """Whether it covers the request, or is for every kind of request."""
    if approval is None:
        return grant.is_whole
    return grant.covers(workflow=approval.workflow, action_type=approval.action_type, risk=approval.risk)
