"""Who came in, went out, or was refused, and from where? A log line each: what an attack looks like from outside."""

from __future__ import annotations

from typing import Any

import structlog
from allauth.account.adapter import get_adapter
from allauth.mfa.signals import authentication_failed
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.dispatch import receiver
from django.http import HttpRequest

from grants.models import User

logger = structlog.get_logger(__name__)


@receiver(user_logged_in)
def _came_in(request: HttpRequest | None, user: User, **_: Any) -> None:
    logger.info("signed_in", person=str(user.pk), address=_address(request))


@receiver(user_logged_out)
def _went_out(request: HttpRequest | None, user: User | None, **_: Any) -> None:
    if user is not None:
        logger.info("signed_out", person=str(user.pk), address=_address(request))


@receiver(user_login_failed)
def _was_refused(credentials: dict[str, Any], request: HttpRequest | None = None, **_: Any) -> None:
    logger.warning("sign_in_refused", email=_email(credentials.get("email")), address=_address(request))


def _address(request: HttpRequest | None) -> str:
    return get_adapter().get_client_ip(request) if request and "REMOTE_ADDR" in request.META else ""


def _email(typed: Any) -> str:
    """What has the form of an address; a password typed into the wrong field is nobody's to read."""
    try:
        validate_email(typed)
    except ValidationError:
        return ""
    return str(typed)


@receiver(authentication_failed)
def _second_factor_was_refused(request: HttpRequest, user: User, **_: Any) -> None:
    logger.warning("second_factor_refused", person=str(user.pk), address=_address(request))
