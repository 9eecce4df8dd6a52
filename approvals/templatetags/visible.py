"""How does a template show what an agent wrote? As text, with everything that it holds in sight."""

from __future__ import annotations

from django import template
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe

from approvals import visible as visibility
from approvals.keeping import kept

register = template.Library()

ESCAPE = '<span class="invisible" title="{}">{}</span>'
MOST_KEPT = 2 * 1024 * 1024
"""Bytes of texts as they are shown, in one process."""


@register.filter
def visible(value: object) -> SafeString:
    """Autoescaped always, whatever marked it safe; invisible characters as titled escapes."""
    return mark_safe("".join(map(_shown, visibility.segments(str(value)))))  # nosec B308 B703 # noqa: S308 - each piece is escaped


@register.filter
def whole(value: object) -> SafeString:
    """Like `visible`, and spaces at either end are named: for a value that must not pass for another."""
    return mark_safe("".join(map(_shown, visibility.whole(str(value)))))  # nosec B308 B703 # noqa: S308 - each piece is escaped


@register.filter
def host(value: object) -> str:
    """The full host of a URL, as it goes over the wire."""
    return visibility.host(str(value))


@register.filter
def look_alike(value: object) -> str:
    """A warning where the letters of a host or address may pass for others, else ""."""
    return visibility.mixed_script(str(value)) or ""


@kept(most=MOST_KEPT, weight=lambda shown, segment: 4 * (len(shown) + len(segment.text)))
def _shown(segment: visibility.Segment) -> str:
    if segment.name:
        return format_html(ESCAPE, segment.name, segment.text)
    # Not conditional_escape: a value that something marked safe is still what an agent wrote.
    return escape(segment.text)
