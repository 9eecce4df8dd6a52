"""Is everything that callers were told in the database, once, and nothing else?"""

from __future__ import annotations

from callers import Record

from approvals.models import Approval, Claim, Notification, Outcome, Vote
from tests.races.soundness import faults


def lost(record: Record) -> list[str]:
    """What was acknowledged and is not there."""
    ids = {str(pk): status for pk, status in Approval.objects.values_list("pk", "status")}
    votes = {
        (str(pk), email, verdict)
        for pk, email, verdict in Vote.objects.values_list("approval_id", "user__email", "verdict")
    }
    reported = {str(pk) for pk in Outcome.objects.values_list("claim_id", flat=True)}
    told = set().union(*record.submitted.values())
    found = [f"submitted {pk}" for pk in told - ids.keys()]
    found += [f"voted {vote}" for vote in record.votes - votes]
    found += [f"cancelled {pk}" for pk in record.cancelled if ids.get(pk) != "cancelled"]
    found += [
        f"rejected {pk}" for pk, _, verdict in record.votes if verdict == "reject" and ids[pk] != "rejected"
    ]
    return found + [f"reported {pk}" for pk in record.reported - reported]


def doubled(record: Record) -> list[str]:
    """What is there more than once, or was given twice, or does not add up."""
    found = [f"{key} made {told}" for key, told in record.submitted.items() if len(told) > 1]
    stored = {str(pk): str(claim) for pk, claim in Claim.objects.values_list("pk", "claim_id")}
    found += [f"claim of {pk}" for pk, (claim, _) in record.claims.items() if stored.get(pk) != claim]
    unknown = Approval.objects.exclude(idempotency_key__in=record.submitted)
    found += [f"nobody was told of {pk}" for pk in unknown.values_list("pk", flat=True)]
    return found + [f"{pk}: {fault}" for pk, fault in faults()]


def given_up() -> list[str]:
    """Messages that were tried until nobody tries them any more."""
    return [
        f"{one.kind} to {one.recipient}" for one in Notification.objects.filter(given_up_at__isnull=False)
    ]


def other_payloads(record: Record) -> list[str]:
    """Claims whose payload is not the one that is stored, or that no approving page showed."""
    approved = Approval.objects.filter(status="approved").prefetch_related("versions")
    stored = {str(one.pk): one.version().digest for one in approved}
    found = [pk for pk, (_, sha256) in record.claims.items() if stored.get(pk) != sha256]
    return found + [pk for pk, (_, sha256) in record.claims.items() if sha256 not in record.shown.get(pk, ())]
