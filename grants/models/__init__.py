"""Who is there, and which authority do they hold or lend?"""

from audit.field_names import name_fields
from grants.models.grant import DelegatedGrant
from grants.models.membership import ApproverMembership
from grants.models.user import User, UserManager

__all__ = ["ApproverMembership", "DelegatedGrant", "User", "UserManager"]

name_fields(ApproverMembership, DelegatedGrant, User)
