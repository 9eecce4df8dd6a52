"""From which address does an agent call? As the proxy says, where there is one that is trusted.

People's sign-ins are counted by the same address, which allauth reads by the same setting.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from ipaddress import ip_address
from typing import Any

from django.conf import settings


def address_of(meta: Mapping[str, Any]) -> str:
    """The caller's address, from a request's META; empty where it is none."""
    return _address(meta.get("HTTP_X_FORWARDED_FOR", ""), meta.get("REMOTE_ADDR", ""))


def address_of_scope(scope: Mapping[str, Any]) -> str:
    """The same from an ASGI scope, without making a request of it."""
    headers: Iterable[tuple[bytes, bytes]] = scope["headers"]
    forwarded = [value.decode("latin-1") for name, value in headers if name.lower() == b"x-forwarded-for"]
    client = scope.get("client")
    return _address(",".join(forwarded), client[0] if client else "")


def _address(forwarded: str, remote: str) -> str:
    proxies = settings.ALLAUTH_TRUSTED_PROXY_COUNT
    told = forwarded.split(",")
    found = told[-proxies] if forwarded and 0 < proxies <= len(told) else remote
    try:
        address = ip_address(found.strip().strip("[]"))
    except ValueError:
        return ""
    return str(address).partition("%")[0]  # without a scope id, which is as long as the client likes
