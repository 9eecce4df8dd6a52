"""Which versions of a policy does the log tell of, and what do they ask for?"""

from __future__ import annotations

from collections.abc import Sequence

from approvals.models import Policy
from approvals.models.policy import SUBJECT_LENGTH
from audit.compared import Body, Comparison, Part, Rows

TABLE = Policy._meta.db_table
_NAME = "(part.action_type || '/' || part.workflow)"
_SUBJECT = (
    f"CASE WHEN length({_NAME}) <= {SUBJECT_LENGTH} THEN {_NAME}"
    f" ELSE encode(sha256(convert_to({_NAME}, 'UTF8')), 'hex') END"
)
"""`Policy.as_subject`, in SQL."""


def told(bodies: Sequence[Body]) -> Rows:
    """Each version; the one before it is retired at that moment."""
    rows, before = Rows(), None
    for body in bodies:
        if body["type"] != "policy.changed":
            continue
        columns = {name: value for name, value in body["data"].items() if name not in ("id", "agreed_by")}
        if body["actor"]["kind"] == "person":
            columns["created_by_id"] = body["actor"]["id"]
        if before is not None:
            before["retired_at"] = body["at"]
        before = rows.put(TABLE, body["data"]["id"], **columns, created_at=body["at"], retired_at=None)
    return rows


COMPARISON = Comparison(
    kind="policy",
    subjects=f"SELECT DISTINCT {_SUBJECT} AS id, {_SUBJECT} AS pk FROM {TABLE} part",  # nosec B608 # noqa: S608 - constants
    told=told,
    parts=(Part(Policy, f"{_SUBJECT} = subject.id"),),
    pk_type="text",
    lowest="",
)
