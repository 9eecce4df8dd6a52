"""From which address does an agent call? What a client sends is believed only where a proxy writes it."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.handlers.asgi import ASGIRequest

from approvals.callers import address_of, address_of_scope

CASES = [
    (0, "", "192.0.2.1", "192.0.2.1"),
    (0, "203.0.113.9", "192.0.2.1", "192.0.2.1"),
    (1, "", "192.0.2.1", "192.0.2.1"),
    (1, "203.0.113.9", "192.0.2.1", "203.0.113.9"),
    (1, "10.0.0.1, 203.0.113.9", "192.0.2.1", "203.0.113.9"),
    (1, "2001:db8::1", "192.0.2.1", "2001:db8::1"),
    (1, "<script>", "192.0.2.1", ""),
    (0, "", "fe80::1%eth0", "fe80::1"),
    (1, "fe80::1%" + "x" * 60, "192.0.2.1", "fe80::1"),
    (1, "[fe80::1%25eth0]", "192.0.2.1", "fe80::1"),
    (0, "", "", ""),
]


@pytest.mark.parametrize(("proxies", "forwarded", "remote", "expected"), CASES)
def test_the_address_is_what_the_trusted_proxy_says(
    settings: Any, proxies: int, forwarded: str, remote: str, expected: str
) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = proxies

    assert address_of({"HTTP_X_FORWARDED_FOR": forwarded, "REMOTE_ADDR": remote}) == expected


@pytest.mark.parametrize("proxies", [0, 1])
@pytest.mark.parametrize("headers", [[], [b"203.0.113.9"], [b"10.0.0.1", b"203.0.113.9"]])
def test_who_waits_has_the_address_that_django_would_give(
    settings: Any, proxies: int, headers: list[bytes]
) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = proxies
    scope: dict[str, Any] = {
        "type": "http",
        "method": "GET",
        "path": "/",
        "query_string": b"",
        "client": ("192.0.2.1", 40000),
        "headers": [(b"x-forwarded-for", value) for value in headers],
    }

    assert address_of_scope(scope) == address_of(ASGIRequest(scope, None).META)
