"""By which providers can a person sign in, and show again who they are?"""

from __future__ import annotations

from django import template
from django.conf import settings

from approvals import identities
from grants.models import User
from grants.providers import Provider

register = template.Library()


@register.simple_tag
def sign_in_providers() -> list[Provider]:
    """All, in the order of OIDC_PROVIDERS."""
    return list(settings.OIDC_PROVIDERS.values())


@register.simple_tag
def own_providers(person: User) -> list[Provider]:
    """Those at which the person has an identity."""
    return identities.providers_of(person)
