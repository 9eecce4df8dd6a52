"""What does an administrator look after here? Agents and policies. What people decided can only be read."""

from django.contrib import admin

from approvals.admin import agents, approvals, channels, notifications, people, policies

admin.site.site_header = "Countersign administration"
admin.site.site_title = "Countersign"
admin.site.index_title = "Administration"

__all__ = ["agents", "approvals", "channels", "notifications", "people", "policies"]
