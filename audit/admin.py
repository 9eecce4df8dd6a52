"""Who may open the admin pages, and what may be done there? Reading the log, and never changing it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from audit.models import Event

LONGEST_SEARCH = 200
"""Characters."""


class StaffAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Open to every administrator: `is_staff` is the only flag, and no permission is handed out singly.

    Nothing is deleted, and nothing is done to many rows at once.
    """

    actions = None
    show_full_result_count = False

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        """Only the filters that the list offers: otherwise an address could compare any column with anything."""
        return lookup in set(_offered(self.list_filter))

    def get_search_results(
        self, request: HttpRequest, queryset: models.QuerySet[Any], search_term: str
    ) -> tuple[models.QuerySet[Any], bool]:
        """Looks for LONGEST_SEARCH characters at most: the work grows faster than the number of words."""
        return super().get_search_results(request, queryset, search_term[:LONGEST_SEARCH])

    def has_module_permission(self, request: HttpRequest) -> bool:
        return _is_staff(request)

    def has_view_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return _is_staff(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return _is_staff(request)

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return _is_staff(request)

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False


class ReadOnlyAdmin(StaffAdmin):
    """A window on rows that the admin pages never write."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False


def _offered(filters: Iterable[Any]) -> Iterator[str]:
    """The names of a list's filters in its address."""
    for one in filters:
        if isinstance(one, str):
            yield from (one, f"{one}__exact", f"{one}__isnull")
        else:
            yield one.parameter_name


def _is_staff(request: HttpRequest) -> bool:
    return bool(request.user.is_active and request.user.is_staff)


@admin.register(Event)
class EventAdmin(ReadOnlyAdmin):
    list_display = ["at", "type", "subject_kind", "subject_id", "seq", "actor_kind", "actor_id"]
    list_filter = ["subject_kind", "type"]
    search_fields = ["=subject_id", "=actor_id"]
    ordering = ["-at"]
    fields = [
        "event_id", "at", "type", "subject_kind", "subject_id", "seq", "actor_kind", "actor_id",
        "key_id", "previous_leaf", "signature", "leaf_hash", "signed_body",
    ]  # fmt: skip
    readonly_fields = ["previous_leaf", "signature", "leaf_hash", "signed_body"]

    @admin.display(description=_("leaf of the event before"))
    def previous_leaf(self, event: Event) -> str:
        return bytes(event.prev).hex()

    @admin.display(description="HMAC-SHA256")
    def signature(self, event: Event) -> str:
        return bytes(event.mac).hex()

    @admin.display(description=_("leaf"))
    def leaf_hash(self, event: Event) -> str:
        return bytes(event.leaf).hex()

    @admin.display(description=_("signed body"))
    def signed_body(self, event: Event) -> str:
        return bytes(event.body.content).decode()
