"""What does an administrator look after here? Agents and policies. What people decided can only be read."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from approvals.admin import (
    agents,
    approvals,
    channels,
    loosenings,
    memberships,
    notifications,
    people,
    policies,
    veiled,
)

admin.site.site_header = _("Countersign administration")
admin.site.site_title = "Countersign"
admin.site.index_title = _("Administration")

__all__ = [
    "agents",
    "approvals",
    "channels",
    "loosenings",
    "memberships",
    "notifications",
    "people",
    "policies",
    "veiled",
]
