"""Which rows would say who has voted, to an administrator who has still to decide? The administration hides them, too.

`authority.hidden_from` says which requests that is about, for every table here; the request's page hides the same.
"""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from approvals import authority
from approvals.models import Approval
from audit import clock
from audit.admin import EventAdmin, ReadOnlyAdmin
from audit.models import Event
from grants.admin import administrator
from grants.models import User


class VeiledAdmin(ReadOnlyAdmin):
    """A window on rows about requests, of which some tell who voted: neither listed, found nor opened until then."""

    about = "approval"
    """The lookup that leads from a row to its request."""

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows = super().get_queryset(request)
        reader = administrator(request)
        return rows.exclude(self.tells(reader), **{f"{self.about}__in": _hidden_from(reader)})

    def tells(self, reader: User) -> Q:
        """Which rows tell of others' votes; all of them, unless the table says otherwise."""
        return Q()


admin.site.unregister(Event)


@admin.register(Event)
class VeiledEventAdmin(EventAdmin):
    """The log. What a person did about a request that the reader may decide says who has acted on it."""

    def get_queryset(self, request: HttpRequest) -> QuerySet[Event]:
        events: QuerySet[Event] = super().get_queryset(request)
        reader = administrator(request)
        hidden = [str(pk) for pk in _hidden_from(reader).values_list("pk", flat=True)]
        acted = Q(subject_kind="approval", subject_id__in=hidden, actor_kind="person")
        return events.exclude(acted & ~Q(actor_id=str(reader.pk)))


def _hidden_from(reader: User) -> QuerySet[Approval]:
    return authority.hidden_from(reader, at=clock.now())
