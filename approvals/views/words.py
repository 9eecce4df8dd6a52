"""What do a page's scripts say, in its language?

A catalogue of their own sentences, at an address that names the language and what it holds: a browser asks for it once.
English is what the scripts are written in, and takes none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import translation
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe
from django.views.i18n import JavaScriptCatalog

YEAR = 365 * 24 * 3600
"""Seconds."""


class _OwnWords(JavaScriptCatalog):
    """Only what `locale/` holds, and no formats: the server writes days and numbers."""

    def get_paths(self, packages: Sequence[str]) -> list[str]:
        return [*packages]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {"catalog": self.get_catalog(), "formats": {}, "plural": self.get_plural()}


@dataclass(frozen=True, slots=True)
class Words:
    """The script that defines `gettext`, `ngettext` and `interpolate`, and what tells it from an earlier one."""

    script: bytes
    version: str


@cache
def words_of(language: str) -> Words:
    """As the catalogue was when this process started."""
    with translation.override(language):
        found = _OwnWords(packages=[str(path) for path in settings.LOCALE_PATHS])
        script = found.get(HttpRequest()).content
    return Words(script, sha256(script).hexdigest()[:10])


def address_of(language: str) -> str:
    """Of that language's words; "" where the scripts speak it by themselves."""
    if language == settings.LANGUAGE_CODE:
        return ""
    return reverse("words", args=[language, words_of(language).version])


@require_safe
def words(request: HttpRequest, language: str, version: str) -> HttpResponse:
    """The same for everybody, so no session and no database is asked."""
    if language not in dict(settings.LANGUAGES):
        raise Http404
    found = words_of(language)
    response = HttpResponse(found.script, content_type="text/javascript; charset=utf-8")
    if version == found.version:
        patch_cache_control(response, public=True, max_age=YEAR, immutable=True)
    else:
        patch_cache_control(response, no_cache=True)  # a page of another release, which has other words
    return response
