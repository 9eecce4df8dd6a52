"""In which zone, form and language does the person read who opened this page?

What they chose under /preferences/, which is in the row that the session's person is read from and so takes no query of
its own; else what the browser says: a script leaves its zone in a cookie, Accept-Language names the form; else the
site's zone, and English. The language is what Accept-Language names of those that `locale/` has. What answers agents
and probes speaks English, always.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import translation
from django.utils.cache import patch_vary_headers

from audit import reader

COOKIE = "zone"
"""Set by static/js/zone.js. It decides nothing but how a page is written, so nothing signs it."""
_RENAMED = {
    "Africa/Asmera": "Africa/Asmara",
    "America/Buenos_Aires": "America/Argentina/Buenos_Aires",
    "America/Indianapolis": "America/Indiana/Indianapolis",
    "America/Godthab": "America/Nuuk",
    "Asia/Calcutta": "Asia/Kolkata",
    "Asia/Katmandu": "Asia/Kathmandu",
    "Asia/Rangoon": "Asia/Yangon",
    "Asia/Saigon": "Asia/Ho_Chi_Minh",
    "Atlantic/Faeroe": "Atlantic/Faroe",
    "Europe/Kiev": "Europe/Kyiv",
}
"""Names that browsers go on to report, by those that people look for."""
_NOT_FOR_PEOPLE = ("/api/", "/words/", "/healthz", "/readyz")
"""Agents, probes, and the words of a page's scripts, whose address names the language."""


class InOwnForm:
    """Middleware: a view's page is written for the person who asked for it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.path.startswith(_NOT_FOR_PEOPLE):
            return self.get_response(request)
        language = translation.get_language_from_request(request)
        try:
            with translation.override(language):
                response = self.get_response(request)
        finally:
            reader.use_none()
        response.headers.setdefault("Content-Language", language)
        patch_vary_headers(response, ("Accept-Language",))
        return response

    def process_view(self, request: HttpRequest, *_view: Any) -> None:
        """The last moment before the view: what answers without one has no moment to write."""
        if not request.path.startswith(_NOT_FOR_PEOPLE):
            reader.use(*zone_and_form_of(request))


def zone_and_form_of(request: HttpRequest) -> tuple[ZoneInfo | None, str]:
    """None for the site's zone. A request without a session's cookie looks nobody up."""
    person = request.user if settings.SESSION_COOKIE_NAME in request.COOKIES else None
    zone = reader.zone_called(getattr(person, "time_zone", "")) or zone_of_browser(request)
    form = getattr(person, "written_form", "")
    return zone, form if form in reader.FORMATS else form_of_browser(request)


def zone_of_browser(request: HttpRequest) -> ZoneInfo | None:
    """What the script found there; None before it ran, and where it named no zone."""
    name = request.COOKIES.get(COOKIE, "").replace("%2F", "/")
    return reader.zone_called(_RENAMED.get(name, name))


def form_of_browser(request: HttpRequest) -> str:
    """One of `reader.FORMATS`."""
    return reader.form_accepted(request.headers.get("Accept-Language", ""))
