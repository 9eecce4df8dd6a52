"""Would this request reach anybody? What would keep it from that is told at submission."""

from __future__ import annotations

from approvals.models import Approval
from grants.models import User


def warnings(approval: Approval) -> list[dict[str, str]]:
    """`[{code, message}]` for a pending request; nothing once it is decided."""
    if not approval.is_pending:
        return []
    named = [assignment.email for assignment in approval.assignments.all() if assignment.is_open]
    owned = set(User.objects.filter(email__in=named, is_active=True).values_list("email", flat=True))
    return [
        {
            "code": "unowned_assignee",
            "message": f"{email} is no active person here: nobody can decide under that address.",
        }
        for email in named
        if email not in owned
    ]
