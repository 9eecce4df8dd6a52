"""When is this person away? Their own word, which colleagues read beside their name."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from approvals import absence
from approvals.exceptions import InvalidInput
from approvals.models import Away
from approvals.models.away import LONGEST_NOTE
from approvals.views.page import PersonRequest, post_only, see_other, show, signed_in
from approvals.views.refusals import cleaned, refused
from audit import clock, reader

_NO_DAY = gettext_lazy("Write the day, such as 2026-12-24.")
_DAY: dict[str, Any] = {"input_formats": ["%Y-%m-%d"], "error_messages": {"invalid": _NO_DAY}}


class AwayForm(forms.Form):
    """What was typed: two days, of the person's own calendar. `absence` says what is valid."""

    from_day = forms.DateField(required=False, **_DAY)
    back_on = forms.DateField(required=False, **_DAY)
    note = forms.CharField(required=False)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def away(request: PersonRequest) -> HttpResponse:
    """GET: until when this person is away. POST: they say so."""
    if request.method != "POST":
        return _show(request)
    try:
        posted = cleaned(AwayForm(request.POST))
        starts_at, ends_at = _moments(posted)
        said = absence.announce(request.user, starts_at=starts_at, ends_at=ends_at, note=posted["note"])
    except InvalidInput as refusal:
        return _show(request, refusal=refusal)
    saved = _("Saved. Your colleagues read that you are away until %(day)s.")
    return _back(request, saved % {"day": said.until})


@signed_in
@post_only("away")
def back(request: PersonRequest) -> HttpResponse:
    """They are not away after all."""
    absence.come_back(request.user)
    return _back(request, _("Saved. You are not away."))


def _moments(posted: dict[str, Any]) -> tuple[datetime, datetime]:
    """From the start of the first day, today if none is given, to the start of the day on which they are back."""
    if posted["back_on"] is None:
        raise InvalidInput.at("back_on", "missing", _("Say on which day you are back."))
    first = posted["from_day"] or clock.now().astimezone(reader.current_zone()).date()
    return _start_of(first), _start_of(posted["back_on"])


def _start_of(day: date) -> datetime:
    """Where the clocks go forward at midnight, the first moment that there is."""
    return datetime.combine(day, time(), reader.current_zone())


def _show(request: PersonRequest, *, refusal: InvalidInput | None = None) -> HttpResponse:
    at = clock.now()
    said = Away.objects.filter(user=request.user, ends_at__gt=at).first()
    context = {
        "at": at,
        "said": said,
        "typed": request.POST if refusal else _as_typed(said),
        "longest_note": LONGEST_NOTE,
        **refused(refusal),
    }
    return show(request, "approvals/preferences/away.html", context, status=422 if refusal else 200)


def _as_typed(said: Away | None) -> dict[str, str]:
    if said is None:
        return {}
    first, back_on = (
        f"{moment.astimezone(reader.current_zone()):%Y-%m-%d}" for moment in (said.starts_at, said.ends_at)
    )
    return {"from_day": first, "back_on": back_on, "note": said.note}


def _back(request: PersonRequest, sentence: str) -> HttpResponse:
    messages.success(request, sentence)
    return see_other("away")
