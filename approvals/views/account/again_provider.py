"""Has the person just shown at their provider that it is still they? It stands in the session, with its moment."""

from __future__ import annotations

import time
from secrets import token_urlsafe
from typing import Any
from uuid import UUID

from allauth.account import app_settings
from django.core.cache import caches
from django.http import HttpRequest
from django.utils.translation import gettext as _

from approvals import identities
from approvals.exceptions import NotPermitted
from approvals.views.account.openid import SKEW, Answer
from grants.models import User
from grants.providers import Provider

_KEY = "shown_at_provider"
_DECISIONS = "/approvals/"
"""The pages of requests stand below it."""


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
    request.session[_KEY] = {
        "person": str(person.pk),
        "at": time.time(),
        "id": token_urlsafe(16),
        "for": answer.next,
    }


def is_fresh(request: HttpRequest) -> bool:
    """Whether that was within the time for which allauth takes other ways, too: five minutes.

    What was shown for a decision counts for that alone.
    """
    shown = _shown(request)
    return bool(shown) and not shown["for"].startswith(_DECISIONS)


def take(request: HttpRequest, pk: UUID) -> bool:
    """Whether it was shown for a decision on this request; it signs one, and no second one beside it."""
    shown = _shown(request)
    if not shown or not shown["for"].startswith(f"{_DECISIONS}{pk}/"):
        return False
    del request.session[_KEY]
    is_first: bool = caches["default"].add(
        f"shown-at-provider:{shown['id']}", 1, app_settings.REAUTHENTICATION_TIMEOUT
    )
    return is_first


def _shown(request: HttpRequest) -> dict[str, Any]:
    shown: dict[str, Any] = request.session.get(_KEY) or {}
    is_theirs = shown.get("person") == str(request.user.pk)
    return (
        shown if is_theirs and 0 <= time.time() - shown["at"] < app_settings.REAUTHENTICATION_TIMEOUT else {}
    )
