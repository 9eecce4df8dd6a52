"""Where is a person signed in, and how do they end a session that they left open or do not know?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from allauth.account.adapter import get_adapter
from allauth.usersessions.internal.flows.sessions import end_other_sessions, end_sessions
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from approvals.views.account.devices import device_of
from approvals.views.page import PersonRequest, post_only, see_other, show, signed_in
from audit import clock

PAGE = "sessions"
logger = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Row:
    """One session, as its person recognises it."""

    pk: int
    is_this: bool
    device: str
    address: str
    began_at: datetime
    seen_at: datetime


@require_safe
@signed_in
def sessions(request: PersonRequest) -> HttpResponse:
    """The person's own, this one first, then by when each was last used."""
    at = clock.now()
    rows = [_row(one) for one in UserSession.objects.purge_and_list(request.user) if not _is_idle(one, at)]
    rows.sort(key=lambda row: (not row.is_this, -row.seen_at.timestamp()))
    context = {
        "at": at,
        "rows": rows,
        "others": sum(not row.is_this for row in rows),
        "idle_hours": settings.SESSION_IDLE // 3600,
        "longest_days": settings.SESSION_COOKIE_AGE // 86_400,
    }
    return show(request, "approvals/account/sessions.html", context)


@signed_in
@post_only(PAGE)
def ending(request: PersonRequest, pk: int) -> HttpResponse:
    """End one of one's own sessions; this one, too."""
    end_sessions(request, [get_object_or_404(UserSession, pk=pk, user=request.user)])
    if not request.user.is_authenticated:
        return see_other("sign-in")
    return _told(request, _("The session was ended."))


@signed_in
@post_only(PAGE)
def ending_of_others(request: PersonRequest) -> HttpResponse:
    """End all of one's own sessions but this one."""
    end_other_sessions(request, request.user)
    return _told(request, _("All other sessions were ended."))


def _told(request: PersonRequest, sentence: str) -> HttpResponse:
    address = get_adapter().get_client_ip(request)
    logger.info("session_ended_from_elsewhere", person=str(request.user.pk), address=address)
    messages.success(request, sentence)
    return see_other(PAGE)


def _is_idle(session: UserSession, at: datetime) -> bool:
    """Its row is there until it is asked for; nobody gets in by it any more."""
    is_idle = at - session.last_seen_at >= timedelta(seconds=settings.SESSION_IDLE)
    return is_idle and not session.is_current()


def _row(session: UserSession) -> Row:
    return Row(
        pk=session.pk,
        is_this=session.is_current(),
        device=device_of(session.user_agent),
        address=session.ip,
        began_at=session.created_at,
        seen_at=session.last_seen_at,
    )
