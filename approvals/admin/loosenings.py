"""What waits for a second administrator, who agrees or refuses here?"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from approvals import four_eyes
from approvals.admin import differences
from approvals.exceptions import NotPermitted, StateConflict
from approvals.held import Change
from approvals.models import Loosening
from audit import clock
from audit.admin import ReadOnlyAdmin, StaffAdmin
from grants.admin import administrator
from grants.roles import Role

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

Verb = Callable[..., Loosening]


@admin.register(Loosening)
class LooseningAdmin(ReadOnlyAdmin):
    """Looking it up. The buttons stand above; what is asked for cannot be edited."""

    read_by = tuple(Role)
    change_form_template = "admin/approvals/loosening/change_form.html"
    view_on_site = False
    list_display = ["about", "kind", "asked_by", "asked_at", "takes_effect_at", "outcome", "ended_by"]
    list_filter = ["outcome", "kind"]
    list_select_related = ["person", "asked_by", "ended_by"]
    search_fields = ["person__email", "person__name", "name"]
    fields = ["about", "kind", "asked_by", "asked_at", "takes_effect_at", "outcome", "ended_at", "ended_by"]

    readonly_fields = ["about"]

    @admin.display(description=gettext_lazy("whom or what"))
    def about(self, asked: Loosening) -> str:
        return asked.about

    def get_urls(self) -> list[URLPattern]:
        verbs = [
            ("agreement", four_eyes.agree, gettext_lazy("It counts from now on.")),
            ("refusal", four_eyes.refuse, gettext_lazy("Refused.")),
        ]
        own = [
            path(
                f"<uuid:loosening_id>/{name}/",
                self.admin_site.admin_view(self._ending(verb, said)),
                name=f"approvals_loosening_{name}",
            )
            for name, verb, said in verbs
        ]
        return [*own, *super().get_urls()]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        asked = self.get_object(request, object_id)
        objection = four_eyes.objection(asked, by=administrator(request), at=clock.now()) if asked else ""
        rows = differences.in_words(asked.difference) if asked else []
        extra = {**(extra_context or {}), "objection": objection, "differences": rows}
        return super().change_view(request, object_id, form_url, extra)

    def _ending(self, verb: Verb, said: StrPromise) -> Callable[..., HttpResponse]:
        def end(request: HttpRequest, loosening_id: UUID) -> HttpResponse:
            if not self.is_read_by(request):
                raise PermissionDenied
            if request.method != "POST":
                return HttpResponseNotAllowed(["POST"])
            try:
                verb(loosening_id, by=administrator(request))
            except Loosening.DoesNotExist:
                raise Http404 from None
            except (NotPermitted, StateConflict) as refusal:
                messages.error(request, str(refusal))
            else:
                messages.success(request, str(said))
            return HttpResponseRedirect(reverse("admin:approvals_loosening_change", args=[loosening_id]))

        return end


def ask(request: HttpRequest, kind: Loosening.Kind, person: Any) -> None:
    """Ask in the name of the administrator whose page it is, who reads what happens now."""
    try:
        asked = four_eyes.ask(kind, person, by=administrator(request))
    except (NotPermitted, StateConflict) as refusal:
        messages.error(request, str(refusal))
        return
    say_that_it_waits(request, asked)


def say_that_it_waits(request: HttpRequest, asked: Loosening) -> None:
    """What happens now, to the administrator who asked."""
    waits = (
        _(
            "There is no second administrator: it counts by itself from %(moment)s, and everybody concerned is told."
        )
        % {"moment": clock.in_words(asked.takes_effect_at)}
        if asked.takes_effect_at
        else _("It counts once a second administrator agrees; they are told.")
    )
    messages.warning(request, waits)


def require_first(change: Change | None) -> None:
    """Raises ValidationError where the same waits already, so that the form keeps what was typed."""
    if change is None:
        return
    try:
        four_eyes.require_first(change, clock.now())
    except StateConflict as refusal:
        raise ValidationError(str(refusal)) from None


class HoldingAdmin(StaffAdmin):
    """Stores what tightens at once; what loosens waits, and its page is shown instead."""

    def hold(self, request: HttpRequest, change: Change) -> None:
        """Ask for it, in the transaction that the page runs in. Nothing else is to be stored then."""
        asked = four_eyes.ask_change(change, by=administrator(request))
        say_that_it_waits(request, asked)
        request.waits = asked  # type: ignore[attr-defined]

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        return None if _waits(request) else super().log_addition(request, obj, message)

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        return None if _waits(request) else super().log_change(request, obj, message)

    def response_add(
        self, request: HttpRequest, obj: Any, post_url_continue: str | None = None
    ) -> HttpResponse:
        return _to_what_waits(request) or super().response_add(request, obj, post_url_continue)

    def response_change(self, request: HttpRequest, obj: Any) -> HttpResponse:
        return _to_what_waits(request) or super().response_change(request, obj)


def _waits(request: HttpRequest) -> Loosening | None:
    return getattr(request, "waits", None)


def _to_what_waits(request: HttpRequest) -> HttpResponse | None:
    asked = _waits(request)
    return HttpResponseRedirect(asked.get_absolute_url()) if asked else None
