"""Who may open the admin pages, and what may be done there? Reading the log, and never changing it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _

from audit import readers
from audit.models import Event

LONGEST_SEARCH = 200
"""Characters."""


class StaffAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Open to those who have a role for it: `is_staff`, Django's other flag and its permissions open nothing here.

    Nothing is deleted, and nothing is done to many rows at once.
    """

    kept_by = ""
    """The account's column, a role, that adds and changes these rows; empty: none does."""
    read_by: tuple[str, ...] = (readers.ROLE,)
    """The roles that look at them besides."""
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

    def is_read_by(self, request: HttpRequest) -> bool:
        """Whether the person may look at these rows."""
        return readers.holds(request.user, *filter(None, (self.kept_by, *self.read_by)))

    def is_kept_by(self, request: HttpRequest) -> bool:
        """Whether the person may do what is done to these rows here."""
        return bool(self.kept_by) and readers.holds(request.user, self.kept_by)

    def own_page(self, route: str, view: Callable[..., HttpResponse], *, name: str) -> URLPattern:
        """The address of a page beside Django's, which does something: 403 for those who may not."""

        def guarded(request: HttpRequest, **arguments: Any) -> HttpResponse:
            if not self.is_kept_by(request):
                raise PermissionDenied
            return view(request, **arguments)

        return path(route, self.admin_site.admin_view(guarded), name=name)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.is_read_by(request)

    def has_view_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return self.is_read_by(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.is_kept_by(request)

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return self.is_kept_by(request)

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
