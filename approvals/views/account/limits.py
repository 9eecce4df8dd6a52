"""How long does a session last? Until it was idle for SESSION_IDLE seconds, and SESSION_COOKIE_AGE at most.

Both times stand in the session itself, which every page reads anyway: the limits cost no query. They hold wherever a
session is read (this module is the SESSION_ENGINE), so in every process.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

from asgiref.sync import sync_to_async
from django.conf import settings
from django.contrib.auth import SESSION_KEY as PERSON
from django.contrib.auth.signals import user_logged_in
from django.contrib.sessions.backends import db
from django.dispatch import receiver
from django.http import HttpRequest
from django.http.response import HttpResponseBase

SIGNED_IN, SEEN = "signed_in_at", "seen_at"
"""The session's keys, in seconds since 1970."""
TELLING = 600
"""Seconds after which its use is written down again: one statement in ten minutes, not one a page. A session that is
used may so end that much earlier than its idle limit says, never later."""
_NOT_A_PERSON = ("/live/",)
"""What an open page asks by itself: it would keep the session of an unattended desk alive."""


class SessionStore(db.SessionStore):
    """Django's table of sessions; one past a limit is gone."""

    def load(self) -> dict[str, Any]:
        found: dict[str, Any] = super().load()
        if not has_ended(found, time.time()):
            return found
        self.delete(self.session_key)
        self._session_key = None
        return {}

    async def aload(self) -> dict[str, Any]:
        return await sync_to_async(self.load)()


def has_ended(session: Mapping[str, Any], now: float) -> bool:
    """Whether a signed-in session is past a limit. One from before there were limits begins when it is used."""
    idle: float = now - session.get(SEEN, now)
    age: float = now - session.get(SIGNED_IN, now)
    return idle >= settings.SESSION_IDLE or age >= settings.SESSION_COOKIE_AGE


@receiver(user_logged_in)
def _begin(request: HttpRequest, **_: Any) -> None:
    request.session[SIGNED_IN] = request.session[SEEN] = time.time()


class InUse:
    """Middleware: notes that a person used their session, where the page read it and TELLING has passed."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        # Not after a fault: the database may be what is wrong, and the session is not stored then.
        if (
            request.session.accessed
            and response.status_code < 500
            and not request.path.startswith(_NOT_A_PERSON)
        ):
            _note_use(request)
        return response


def _note_use(request: HttpRequest) -> None:
    session, now = request.session, time.time()
    if PERSON not in session or now - session.get(SEEN, 0) < TELLING:
        return
    session.setdefault(SIGNED_IN, now)
    session[SEEN] = now
    from allauth.usersessions.models import UserSession  # Django reads this module before it has models

    UserSession.objects.create_from_request(request)
