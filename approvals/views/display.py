"""How does this person want moments, days and numbers to be written?"""

from __future__ import annotations

from itertools import groupby
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from approvals.exceptions import InvalidInput
from approvals.views import own_form
from approvals.views.page import PersonRequest, see_other, show, signed_in
from approvals.views.refusals import cleaned, refused, status_of
from audit import clock, reader

PAGE = "display-preferences"
EXAMPLE = "18450.50"
_ELSEWHERE = "Other"
"""The group of zones that name no continent; it stands among the continents by this name in every language."""


class DisplayForm(forms.Form):
    """Empty means: as the browser says."""

    time_zone = forms.CharField(required=False)
    written_form = forms.CharField(required=False)

    def clean_time_zone(self) -> str:
        name: str = self.cleaned_data["time_zone"]
        if name and not reader.zone_called(name):
            raise forms.ValidationError(_("Choose one of the time zones offered."))
        return name

    def clean_written_form(self) -> str:
        form: str = self.cleaned_data["written_form"]
        if form and form not in reader.FORMATS:
            raise forms.ValidationError(_("Choose one of the formats offered."))
        return form


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def display_preferences(request: PersonRequest) -> HttpResponse:
    """The zone and the form; a POST stores both for this person, on every device and in messages."""
    if request.method != "POST":
        return _page(request)
    try:
        chosen = cleaned(DisplayForm(request.POST))
    except InvalidInput as refusal:
        return _page(request, refusal=refusal)
    request.user.time_zone, request.user.written_form = chosen["time_zone"], chosen["written_form"]
    request.user.save(update_fields=["time_zone", "written_form"])
    messages.success(request, _("Saved."))
    return see_other(PAGE)


def _page(request: PersonRequest, *, refusal: InvalidInput | None = None) -> HttpResponse:
    in_browser, person = own_form.zone_of_browser(request), request.user
    posted = request.POST if refusal else {}
    context: dict[str, Any] = {
        "at": clock.now(),
        "zone": posted.get("time_zone", person.time_zone),
        "form": posted.get("written_form", person.written_form),
        "offered": in_browser if in_browser and in_browser.key != person.time_zone else None,
        "is_in_browser": in_browser is not None,
        "unset_zone": in_browser or reader.site_zone(),
        "zones": _zones(),
        "unset_form": reader.FORMATS[own_form.form_of_browser(request)],
        "forms": _forms(),
        **refused(refusal),
    }
    status = status_of(refusal) if refusal else 200
    return show(request, "approvals/preferences/display.html", context, status=status)


def _zones() -> list[tuple[str, list[tuple[str, str]]]]:
    """By continent: the name, and the place in words."""

    def continent(name: str) -> str:
        return name.partition("/")[0] if "/" in name else _ELSEWHERE

    named = sorted(reader.zone_names(), key=lambda name: (continent(name), name))
    return [
        (
            _("Other") if group == _ELSEWHERE else group,
            [(name, name.partition("/")[2].replace("_", " ").replace("/", ", ") or name) for name in names],
        )
        for group, names in groupby(named, continent)
    ]


def _forms() -> list[tuple[str, str]]:
    """Each with an example of it."""
    found = []
    for form, language in reader.FORMATS.items():
        with reader.read_by(None, form):
            found.append((form, f"{language}: {reader.number(EXAMPLE)}"))
    return found
