"""Has the person just shown at their provider that it is still they? It stands in the session, with its moment."""

from __future__ import annotations

import time
from typing import Any

from allauth.account import app_settings
from django.http import HttpRequest
from django.utils.translation import gettext as _

from approvals import identities
from approvals.exceptions import NotPermitted
from approvals.views.account.openid import SKEW, Answer
from grants.models import User
from grants.providers import Provider

_KEY = "shown_at_provider"


def note(request: HttpRequest, provider: Provider, answer: Answer) -> None:
    """Raises NotPermitted where the provider means somebody else, or did not ask them anew."""
    person = request.user
    if not isinstance(person, User) or not identities.belongs(provider, answer.claims, person):
        raise NotPermitted(
            _("At %(provider)s somebody else is signed in. Sign in there as yourself, and try again.")
            % {"provider": provider.label}
        )
    asked_at = answer.claims.get("auth_time")
    if not isinstance(asked_at, int) or asked_at < answer.sent_at - SKEW:
        raise NotPermitted(
            _("%(provider)s did not ask you again who you are. Show it here in another way.")
            % {"provider": provider.label}
        )
    request.session[_KEY] = {"person": str(person.pk), "at": time.time()}


def is_fresh(request: HttpRequest) -> bool:
    """Whether that was within the time for which allauth takes other ways, too: five minutes."""
    shown: dict[str, Any] = request.session.get(_KEY) or {}
    is_theirs = shown.get("person") == str(request.user.pk)
    return is_theirs and 0 <= time.time() - shown["at"] < app_settings.REAUTHENTICATION_TIMEOUT


def take(request: HttpRequest) -> bool:
    """The same, for one signature: it counts for no second one."""
    was_fresh = is_fresh(request)
    request.session.pop(_KEY, None)
    return was_fresh
