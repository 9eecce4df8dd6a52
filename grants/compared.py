"""Which grants, memberships and accounts does the log tell of, and what do they allow?"""

from __future__ import annotations

from collections.abc import Sequence

from audit.compared import Body, Comparison, Part, Rows
from grants import roles
from grants.models import ApproverMembership, DelegatedGrant, User

GRANT, MEMBERSHIP, PERSON = (model._meta.db_table for model in (DelegatedGrant, ApproverMembership, User))

_LENT = ("workflows", "action_types", "highest_risk", "starts_at", "expires_at", "reason")
_ACCOUNT = ("email", "name", "is_active", "is_staff", "is_superuser", "is_auditor")
_ROLES = tuple(roles.ALL)
"""What events from before there were roles do not say."""
_DESCRIBES = ("person.added", "person.changed", "person.confirmed")
"""The events that describe the account as it is stored with them."""


def of_grant(bodies: Sequence[Body]) -> Rows:
    """What was lent, and how it ended."""
    rows = Rows()
    for body in bodies:
        data, at, id_ = body["data"], body["at"], body["subject"]["id"]
        match body["type"]:
            case "grant.given":
                people = {"grantor_id": data["grantor"]["id"], "grantee_id": data["grantee"]["id"]}
                open_ended = dict.fromkeys(("revoked_at", "revoked_by_id", "expired_recorded_at"))
                said = {name: data[name] for name in _LENT}
                rows.put(
                    GRANT, id_, **people, **said, **open_ended, is_whole=data["everything"], created_at=at
                )
            case "grant.revoked":
                rows.put(GRANT, id_, revoked_at=at, revoked_by_id=body["actor"]["id"])
            case "grant.expired":
                rows.put(GRANT, id_, expired_recorded_at=at)
    return rows


def of_person(bodies: Sequence[Body]) -> Rows:
    """The account as it was last described, and the times as an approver."""
    rows, joined = Rows(), ""
    for body in bodies:
        if body["type"] == "approvers.joined":
            joined = body["at"]
            rows.put(MEMBERSHIP, joined, left_at=None)
        elif body["type"] == "approvers.left":
            rows.put(MEMBERSHIP, joined, left_at=body["at"])
        elif body["type"] in _DESCRIBES:
            said = [name for name in (*_ACCOUNT, *_ROLES) if name in body["data"]]
            rows.put(PERSON, body["subject"]["id"], **{name: body["data"][name] for name in said})
    return rows


COMPARISONS = (
    Comparison(
        kind="grant",
        subjects=f"SELECT id::text AS id, id AS pk FROM {GRANT}",  # nosec B608 # noqa: S608 - a constant
        told=of_grant,
        parts=(Part(DelegatedGrant, "part.id = subject.pk"),),
    ),
    Comparison(
        kind="person",
        subjects=f"SELECT id::text AS id, id AS pk FROM {PERSON}",  # nosec B608 # noqa: S608 - a constant
        told=of_person,
        parts=(
            Part(User, "part.id = subject.pk", but=("password",), is_optional=True),
            Part(ApproverMembership, "part.user_id = subject.pk", key="joined_at"),
        ),
    ),
)
