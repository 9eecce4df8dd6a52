"""What waits for a second administrator, who agrees or refuses here?"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.contrib import admin, messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from approvals import four_eyes
from approvals.exceptions import NotPermitted, StateConflict
from approvals.models import Loosening
from audit import clock
from audit.admin import ReadOnlyAdmin
from grants.admin import administrator

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

Verb = Callable[..., Loosening]


@admin.register(Loosening)
class LooseningAdmin(ReadOnlyAdmin):
    """Looking it up. The buttons stand above; what is asked for cannot be edited."""

    change_form_template = "admin/approvals/loosening/change_form.html"
    list_display = ["person", "kind", "asked_by", "asked_at", "takes_effect_at", "outcome", "ended_by"]
    list_filter = ["outcome", "kind"]
    list_select_related = ["person", "asked_by", "ended_by"]
    search_fields = ["person__email", "person__name"]
    fields = ["person", "kind", "asked_by", "asked_at", "takes_effect_at", "outcome", "ended_at", "ended_by"]

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
        return super().change_view(
            request, object_id, form_url, {**(extra_context or {}), "objection": objection}
        )

    def _ending(self, verb: Verb, said: StrPromise) -> Callable[..., HttpResponse]:
        def end(request: HttpRequest, loosening_id: UUID) -> HttpResponse:
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
    waits = (
        _(
            "There is no second administrator: it counts by itself from %(moment)s, and everybody concerned is told."
        )
        % {"moment": clock.in_words(asked.takes_effect_at)}
        if asked.takes_effect_at
        else _("It counts once a second administrator agrees; they are told.")
    )
    messages.warning(request, waits)
