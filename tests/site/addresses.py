"""Every address of the site, from its URL configuration, and a request there that leaves nothing behind."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import URLResolver, get_resolver

FORM = "application/x-www-form-urlencoded"
PART = re.compile(r"<(?:\w+:)?(\w+)>")


def patterns(found: Any = None, before: str = "/") -> Iterator[str]:
    """Each address, with its parts in angle brackets."""
    for pattern in get_resolver().url_patterns if found is None else found:
        text = re.sub(r"\(\?P<(\w+)>[^)]*\)", r"<\1>", str(pattern.pattern))
        here = before + text.lstrip("^/").removesuffix("$").removesuffix(r"\Z")
        if isinstance(pattern, URLResolver):
            yield from patterns(pattern.url_patterns, here)
        else:
            yield here


def filled(pattern: str, places: dict[str, Any], **other: str) -> str:
    return PART.sub(lambda part: other.get(part[1], str(places[part[1]])), pattern)


def ask(client: Client, method: str, url: str, body: str = "", **options: Any) -> HttpResponse:
    """In a savepoint: one that fails must not fail the ones after it."""
    options.setdefault("content_type", FORM if method == "POST" else "")
    with transaction.atomic():
        answer = client.generic(method, url, body, **options)
        transaction.set_rollback(True)
    return answer  # type: ignore[return-value]
