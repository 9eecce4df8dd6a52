"""A language for tests: each marked text stands in ⟦ ⟧, so what is not marked, or is stored translated, shows."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from unittest import mock

from django.conf.locale import LANG_INFO
from django.test import override_settings
from django.utils.translation import trans_real
from django.views import i18n

from approvals.views import words
from tests.site.marked import ROOT, marked_in_script

TONGUE = "eo"
"""Django must know it: Esperanto, of which nothing else here is written."""


class _Bracketed(trans_real.DjangoTranslation):
    def gettext(self, message: str) -> str:
        return _bracketed(message) if message.strip() else super().gettext(message)

    def ngettext(self, singular: str, plural: str, number: int) -> str:
        return _bracketed(singular if number == 1 else plural)


def _bracketed(message: str) -> str:
    """Without the context that Django puts in front of a text."""
    return f"⟦{message.rpartition(trans_real.CONTEXT_SEPARATOR)[2]}⟧"


class _BracketedInScripts:
    """What Django's view for scripts reads of a catalogue."""

    _fallback = None

    def __init__(self, *_args: object, **_kwargs: object) -> None:
        texts = [text for path in (ROOT / "static/js").glob("*.js") for text in marked_in_script(path)]
        self._catalog = {text: f"⟦{text}⟧" for text in texts}


@contextmanager
def spoken() -> Iterator[dict[str, str]]:
    """Within, a page asked for with these headers is in the language of brackets."""
    languages = [("en", "English"), (TONGUE, LANG_INFO[TONGUE]["name_local"])]
    catalogues = {TONGUE: _Bracketed(TONGUE)}
    words.words_of.cache_clear()
    try:
        with (
            override_settings(LANGUAGES=languages),
            mock.patch.dict(trans_real._translations, catalogues),
            mock.patch.object(i18n, "DjangoTranslation", _BracketedInScripts),
        ):
            yield {"HTTP_ACCEPT_LANGUAGE": TONGUE}
    finally:
        words.words_of.cache_clear()
