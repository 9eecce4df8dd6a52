"""Who enters the administration? Administrators, and where ADMIN_SECOND_FACTOR says so only with a second factor."""

from __future__ import annotations

from typing import cast

from allauth.account.internal.flows.login import get_authentication_records
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.translation import gettext as _

from approvals import factors
from grants.models import User


def may_enter(request: HttpRequest) -> bool:
    """Asked on each of its pages, of what the session says: it takes no query."""
    person = request.user
    is_administrator = person.is_active and isinstance(person, User) and person.is_staff
    return is_administrator and (not settings.ADMIN_SECOND_FACTOR or _showed_a_factor(request))


def to_factor(request: HttpRequest) -> HttpResponse:
    """An administrator whom the administration does not let in yet: to their factor, or to the page that adds one."""
    page = _page_after(request)
    if may_enter(request):
        return HttpResponseRedirect(page)
    first = factors.of(request.user).first() if isinstance(request.user, User) else None
    if first is None:
        messages.warning(request, _("The administration asks for a second factor. Add one first."))
        return HttpResponseRedirect(reverse("factors"))
    way = "mfa_reauthenticate" if first.type == factors.Type.TOTP else "mfa_reauthenticate_webauthn"
    return HttpResponseRedirect(f"{reverse(way)}?{urlencode({'next': page})}")


def _showed_a_factor(request: HttpRequest) -> bool:
    records = get_authentication_records(request, cast(User, request.user))
    return any(record.get("method") == "mfa" for record in records)


def _page_after(request: HttpRequest) -> str:
    asked = request.GET.get("next", "")
    is_here = url_has_allowed_host_and_scheme(asked, allowed_hosts=None)
    return asked if is_here and asked != request.path else reverse("admin:index")
