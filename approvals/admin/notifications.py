"""Which messages went out, which wait, and which were given up, with which error?"""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from approvals.admin.veiled import VeiledAdmin
from approvals.models import Notification
from grants.models import User
from grants.roles import Role

Kind = Notification.Kind
TOLD_TO_VOTERS = (Kind.VOTES_VOIDED, Kind.REMINDER, Kind.BREACHED)
"""Kinds that go to those who voted, or to the others only."""


class Delivery(admin.SimpleListFilter):
    """By how far the message came."""

    title = gettext_lazy("delivery")
    parameter_name = "delivery"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("given_up", _("Given up")), ("waiting", _("Waiting")), ("sent", _("Sent"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Notification]) -> QuerySet[Notification]:
        if self.value() == "given_up":
            return queryset.filter(given_up_at__isnull=False)
        if self.value() == "waiting":
            return queryset.filter(sent_at=None, given_up_at=None)
        return queryset.filter(sent_at__isnull=False) if self.value() else queryset


@admin.register(Notification)
class NotificationAdmin(VeiledAdmin):
    read_by = (Role.ACCOUNTS, Role.AUDIT)
    list_display = ["created_at", "kind", "recipient", "channel", "delivery", "attempts", "last_error"]
    list_filter = [Delivery, "kind"]
    list_select_related = ["channel"]
    search_fields = ["recipient", "=approval__id"]
    fields = [
        "id", "kind", "approval", "person", "agent_key", "recipient", "channel", "delivery", "created_at", "attempts",
        "next_attempt_at", "sent_at", "given_up_at", "last_error",
    ]  # fmt: skip
    readonly_fields = ["delivery"]

    def tells(self, reader: User) -> Q:
        """Whose vote is void had voted; who is reminded has not, so the others are found by elimination."""
        return Q(kind__in=TOLD_TO_VOTERS) & ~Q(recipient=reader.email)

    @admin.display(description=gettext_lazy("delivery"))
    def delivery(self, notification: Notification) -> str:
        if notification.sent_at:
            return _("Sent")
        return _("Given up") if notification.given_up_at else _("Waiting")
