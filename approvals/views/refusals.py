"""How does a refusal become a page? Once, here: 422, 409 and 429 with the page, 403 with the sentence."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django_htmx.http import replace_url

from approvals.exceptions import (
    FieldError,
    InvalidInput,
    LogKeyMissing,
    NotPermitted,
    Refused,
    StateConflict,
    TooLarge,
    TooManyAttempts,
)
from approvals.models import Approval
from approvals.views.page import PersonRequest, carried

STATUS: dict[type[Refused], int] = {
    InvalidInput: 422,
    TooLarge: 413,
    StateConflict: 409,
    TooManyAttempts: 429,
    LogKeyMissing: 503,
}

View = Callable[[PersonRequest, UUID], HttpResponse]
Redraw = Callable[[PersonRequest, UUID, Refused], HttpResponse]


def redrawn_by(redraw: Redraw) -> Callable[[View], View]:
    """A refused POST answers with the page that `redraw` makes, so that what was typed is still there.

    After a conflict there is nothing to post again: the address becomes the request's, so that it can be reloaded.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def wrapped(request: PersonRequest, pk: UUID) -> HttpResponse:
            try:
                return view(request, pk)
            except NotPermitted as refusal:
                return forbidden(request, str(refusal))
            except tuple(STATUS) as refusal:
                response = redraw(request, pk, refusal)
                response.status_code = status_of(refusal)
                say_when(response, refusal)
                if request.htmx and isinstance(refusal, StateConflict):
                    replace_url(response, Approval(pk=pk).get_absolute_url() + carried(request))
                return response

        return wrapped

    return decorate


def status_of(refusal: Refused) -> int:
    """The HTTP status of a refusal that is shown on its own page."""
    return next(status for kind, status in STATUS.items() if isinstance(refusal, kind))


def say_when(response: HttpResponse, refusal: Refused | None) -> None:
    """Where there were too many, or a key is missing, the answer says after how many seconds there may be another."""
    if isinstance(refusal, TooManyAttempts | LogKeyMissing):
        response["Retry-After"] = str(refusal.wait)


def forbidden(request: PersonRequest, sentence: str) -> HttpResponse:
    """The page for a person who may read a request and may not do that to it."""
    return render(request, "403.html", {"sentence": sentence}, status=403)


def refused(refusal: Refused | None) -> dict[str, Any]:
    """What a page's templates show of it. A conflict leaves nothing to press: things moved on."""
    is_conflict = isinstance(refusal, StateConflict)
    return {"refusal": refusal, "errors": by_field(refusal), "is_conflict": is_conflict}


def by_field(refusal: Refused | None) -> dict[str, list[str]]:
    """The messages beside their fields, by the field's name."""
    found: dict[str, list[str]] = {}
    for error in getattr(refusal, "errors", ()):
        found.setdefault(error.pointer, []).append(error.message)
    return found


def cleaned(form: forms.Form) -> dict[str, Any]:
    """What was posted. Raises InvalidInput where it does not fit the form."""
    if form.is_valid():
        return form.cleaned_data
    raise InvalidInput(_("Something in the form does not fit."), list(_errors(form)))


def _errors(form: forms.Form) -> Iterable[FieldError]:
    for name, messages in form.errors.items():
        yield from (FieldError(name, "invalid", str(message)) for message in messages)
