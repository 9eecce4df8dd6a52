"""What does a prose part of a rendering say of itself?"""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from approvals.payload.renderers.html_text import as_text, is_html

FROM_HTML = _("HTML, shown as text without its tags. The exact source is in the fields below.")


@dataclass(frozen=True, slots=True)
class Prose:
    """A text to read, under a name; `note` says what was done to it, if anything."""

    name: str
    text: str
    note: str = ""


def prose(name: str, text: str, *, html: bool = False) -> list[Prose]:
    """No part for an empty text."""
    if html or is_html(text):
        return [Prose(name, as_text(text), str(FROM_HTML))]
    return [Prose(name, text)] if text else []
