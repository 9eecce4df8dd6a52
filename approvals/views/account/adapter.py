"""What does Countersign say where allauth asks? Accounts come by invitation, and credentials are replaced on record."""

from __future__ import annotations

from typing import Any, cast

from allauth.account.adapter import DefaultAccountAdapter
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from approvals import credentials, identities
from approvals.exceptions import StateConflict
from approvals.views.account import again_provider
from audit.message import SYSTEM
from grants.models import User


class Adapter(DefaultAccountAdapter):
    """One class, since allauth knows one; what it does stands in `approvals.credentials`."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": _(
            "The password is wrong, or nobody signs in here with this address. Check both and enter the password "
            "again; capitals and small letters differ."
        ),
        "too_many_login_attempts": _(
            "Too many wrong passwords. Try again in five minutes, or choose another password."
        ),
        "incorrect_password": _("This is not your password. Enter the one that you sign in with."),
        "enter_current_password": _("This is not your password. Enter the one that you sign in with."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Nobody lets themselves in: an administrator invites."""
        return False

    def add_message(self, *_args: Any, **_options: Any) -> None:
        """The pages say it themselves: a message would wait for the next page of the administration."""

    def authenticate(self, request: HttpRequest, **credentials: Any) -> AbstractBaseUser | None:
        """A closed account signs in as little as one that does not exist, and reads alike."""
        found = super().authenticate(request, **credentials)
        return found if found and found.is_active else None

    def reauthenticate(self, user: AbstractBaseUser, password: str) -> bool:
        """Of the person who is signed in: counted by `again.py`, and no refused sign-in."""
        return user.check_password(password)

    def is_reauthentication_required(self, *, app: str, **options: Any) -> bool:
        """Not of who just showed it at their provider."""
        asks: bool = super().is_reauthentication_required(app=app, **options)
        return asks and not again_provider.is_fresh(self.request)

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        """The providers come last: their own page is a way out of this site."""
        ways: list[dict[str, Any]] = super().get_reauthentication_methods(user)
        own = identities.providers_of(user) if user.is_authenticated else []
        return [
            *ways,
            *(
                {
                    "id": f"provider:{one.name}",
                    "description": one.label,
                    "url": reverse("provider-again", args=[one.name]),
                }
                for one in own
            ),
        ]

    def get_login_stages(self) -> list[str]:
        """With a second step that knows which providers have asked for a factor already, and what follows it."""
        stages: list[str] = super().get_login_stages()
        ours = {"allauth.mfa.stages.AuthenticateStage": "approvals.views.account.by_provider.Factor"}
        return [*(ours.get(stage, stage) for stage in stages), "approvals.views.account.by_provider.Settle"]

    def set_password(self, user: AbstractBaseUser, password: str) -> None:
        """Of the person who knows the old one, or who followed the link in their mail."""
        user = cast(User, user)
        credentials.choose_password(user, password, by=user.as_actor())

    def send_password_reset_mail(self, user: AbstractBaseUser, email: str, context: dict[str, Any]) -> None:
        """The worker makes the link when it sends the mail: no row and no log holds one."""
        try:
            credentials.send_link(cast(User, user), by=SYSTEM)
        except StateConflict:
            return  # suspended meanwhile: the page answers as it always does
