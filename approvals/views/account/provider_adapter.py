"""What does Countersign say where allauth asks about providers? They come from the environment alone."""

from __future__ import annotations

from typing import Any

from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.http import HttpRequest


class ProviderAdapter(DefaultSocialAccountAdapter):
    """One class, since allauth knows one. Its own ways in are shut: `by_provider.py` is the only one."""

    def list_apps(self, *_args: Any, **_options: Any) -> list[Any]:
        """A row of its table makes no provider."""
        return []

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        return False
