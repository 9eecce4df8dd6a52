"""Which sign-in providers (OpenID Connect) are there, and whose authority do their groups govern?"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from audit.message import Actor

_LOCAL = {"localhost", "127.0.0.1", "::1"}
Authority = Literal["approvers", "auditors"]


@dataclass(frozen=True, slots=True)
class Provider:
    """One provider, as OIDC_PROVIDERS in `.env.example` describes it."""

    name: str
    label: str
    server_url: str
    client_id: str
    client_secret: str = field(repr=False)
    allowed_domains: frozenset[str]
    creates_people: bool = False
    replaces_second_factor: bool = False
    group_claim: str = ""
    approvers: frozenset[str] = frozenset()
    auditors: frozenset[str] = frozenset()
    scopes: tuple[str, ...] = ("openid", "profile", "email")

    def as_actor(self) -> Actor:
        """As the log names it, where it changes what a person may do."""
        return Actor(kind="system", id=f"provider:{self.name}", label=self.label)

    def groups_for(self, authority: Authority) -> frozenset[str]:
        """The values of its group claim that give this authority; empty where it governs none."""
        return self.approvers if authority == "approvers" else self.auditors


class Governed(PermissionDenied):
    """Somebody would have changed by hand what the groups of a provider say."""


def is_secure(address: str) -> bool:
    """Whether a provider may be asked there: over https, or on this machine."""
    url = urlsplit(address)
    return url.scheme == "https" or (url.scheme == "http" and url.hostname in _LOCAL)


def named(name: str) -> Provider | None:
    """The provider of that name, if there is one."""
    found: Provider | None = settings.OIDC_PROVIDERS.get(name)
    return found


def governing(person_id: UUID, authority: Authority) -> Provider | None:
    """The provider whose groups say whether this person has that authority: one at which they have an identity."""
    names = [one.name for one in settings.OIDC_PROVIDERS.values() if one.groups_for(authority)]
    if not names:
        return None
    from allauth.socialaccount.models import SocialAccount

    found = SocialAccount.objects.filter(user_id=person_id, provider__in=names).order_by("pk").first()
    return named(found.provider) if found else None


def require_by_hand(person_id: UUID, authority: Authority, *, by: Actor) -> None:
    """Raises Governed where a person would change what a provider's groups say (docs/rules.md: groups-govern)."""
    if by.kind == "person" and (provider := governing(person_id, authority)):
        raise Governed(
            _("The groups of %(provider)s say who has this: it is changed there.")
            % {"provider": provider.label}
        )
