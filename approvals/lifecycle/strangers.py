"""Who is a stranger to the organisation? An agent's assignees are sent mail, so that it may not name just anybody."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from django.conf import settings
from django.core.cache import caches

from grants.models import User

_KEPT_SECONDS = 60


def strangers_among(addresses: Sequence[str], *, known: Collection[str] | None = None) -> list[str]:
    """Those that have no active account and are of none of the organisation's domains, as they were written.

    `known` are those of them with an active account, in lower case, where that was looked up already. The domains are
    ORGANISATION_DOMAINS, or those of all active accounts where none is set; such a domain is remembered for a minute.
    """
    elsewhere = [address for address in addresses if address.lower() not in (known or ())]
    elsewhere = [address for address in elsewhere if not _is_ours(address.lower().rpartition("@")[2])]
    if not elsewhere or known is not None:
        return elsewhere
    wanted = [address.lower() for address in elsewhere]
    accounts = set(User.objects.filter(email__in=wanted, is_active=True).values_list("email", flat=True))
    return [address for address in elsewhere if address.lower() not in accounts]


def _is_ours(domain: str) -> bool:
    if settings.ORGANISATION_DOMAINS:
        return domain in settings.ORGANISATION_DOMAINS
    name = f"domain:{domain}"
    if caches["process"].get(name):
        return True
    is_ours = User.objects.filter(is_active=True, email__endswith=f"@{domain}").exists()
    if is_ours:
        caches["process"].set(name, True, _KEPT_SECONDS)
    return is_ours
