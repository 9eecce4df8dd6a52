"""What may the application do in its database? Less than the role that owns it (docs/adr/0018-two-roles.md).

`wanted` says what it needs, `differences` compares that with what it has, `applied` mends it.
"""

from approvals_site.roles.applied import CannotApply, apply
from approvals_site.roles.connected import as_owner, excess, migrating_role, warn
from approvals_site.roles.differences import Difference, differences

__all__ = [
    "CannotApply",
    "Difference",
    "apply",
    "as_owner",
    "differences",
    "excess",
    "migrating_role",
    "warn",
]
