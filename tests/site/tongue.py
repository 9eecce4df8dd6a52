"""A language for tests: each marked text stands in ⟦ ⟧, so what is not marked, or is stored translated, shows."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from unittest import mock

from django.conf.locale import LANG_INFO
from django.test import override_settings
from django.utils.translation import trans_real
from django.utils.translation.trans_real import CONTEXT_SEPARATOR

TONGUE = "eo"
"""Django must know it: Esperanto, of which nothing else here is written."""


class _Bracketed(trans_real.DjangoTranslation):
    def gettext(self, message: str) -> str:
        text = message.rpartition(CONTEXT_SEPARATOR)[2]
        return f"⟦{text}⟧" if text.strip() else super().gettext(message)

    def ngettext(self, singular: str, plural: str, number: int) -> str:
        message = singular if number == 1 else plural
        return f"⟦{message.rpartition(CONTEXT_SEPARATOR)[2]}⟧"


@contextmanager
def spoken() -> Iterator[dict[str, str]]:
    """Within, a page asked for with these headers is in the language of brackets."""
    languages = [("en", "English"), (TONGUE, LANG_INFO[TONGUE]["name_local"])]
    catalogues = {TONGUE: _Bracketed(TONGUE)}
    with override_settings(LANGUAGES=languages), mock.patch.dict(trans_real._translations, catalogues):
        yield {"HTTP_ACCEPT_LANGUAGE": TONGUE}
