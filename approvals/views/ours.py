"""What does every answer say? That it is Countersign's own, and that nobody keeps, embeds or empowers it."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

HEADER = "Countersign"
"""A proxy in between has none: the page's script swaps in nothing else."""

ALWAYS = {
    HEADER: "1",
    "Cross-Origin-Resource-Policy": "same-origin",
    # Django's own, which it leaves out where it refuses a host before it redirects to https.
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": settings.SECURE_REFERRER_POLICY,
    "Cross-Origin-Opener-Policy": settings.SECURE_CROSS_ORIGIN_OPENER_POLICY,
    # What no page here uses, so what no script that got into one may use.
    "Permissions-Policy": "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), "
    "magnetometer=(), microphone=(), midi=(), payment=(), usb=()",
}
KEPT_NOWHERE = "no-store, private"
"""Unless an answer says itself how long it may be kept, as files do: errors and redirects name requests, too."""


def marked(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware, outside of whatever may answer for itself: errors and files have these too."""

    def respond(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        for name, value in ALWAYS.items():
            response.headers[name] = value
        response.headers.setdefault("Cache-Control", KEPT_NOWHERE)
        return response

    return respond
