"""Who among these people is away, until when? As they say, or as what they lent to others says."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.utils.translation import gettext as _

from approvals.authority import is_covered
from approvals.models import Approval, Away
from audit import reader
from grants.models import DelegatedGrant, User

LONGEST = timedelta(days=365)
"""Who lends their authority for longer is not away: they share the work."""


def absences(people: Sequence[User], *, at: datetime, approval: Approval | None = None) -> dict[UUID, str]:
    """That a person is away and until when, by their id; others are not in it.

    A person's own word comes first, otherwise the grants that cover the request. Without a request there is nothing
    but their word: other people's grants are not shown.
    """
    found = _covered(people, approval, at) if approval else {}
    for said in Away.objects.at(at).filter(user__in=people):
        found[said.user_id] = said.words
    return found


def _covered(people: Sequence[User], approval: Approval, at: datetime) -> dict[UUID, str]:
    ends: defaultdict[UUID, list[datetime]] = defaultdict(list)
    grants = DelegatedGrant.objects.active(at).filter(grantor__in=people, grantee__is_active=True)
    for grant in grants.filter(expires_at__lt=at + LONGEST):
        if is_covered(approval, grant):
            ends[grant.grantor_id].append(grant.expires_at)
    return {
        person: _("away until %(day)s") % {"day": reader.day_of(max(theirs))}
        for person, theirs in ends.items()
    }
