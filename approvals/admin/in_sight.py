"""Does a page of the administration show everything that it contains? Invisible characters stand there as escapes.

They are escaped in the page as it is sent, because Django's templates write texts in a hundred places: lists, filters,
histories, choices, confirmations, messages. A form field keeps what it holds, since it is posted back; what it hides is
repeated beside it.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponse, HttpResponseBase
from django.utils.translation import gettext

from approvals.templatetags.visible import ESCAPE
from approvals.visible import as_text, segments
from audit.invisible import is_invisible

_PIECE = re.compile(
    r"<(?P<whole>script|style|textarea|title|option)\b.*?</(?P=whole)>|<!--.*?-->|<[a-z/!][^>]*>",
    re.DOTALL | re.IGNORECASE,
)
"""An element whose content is no markup, a comment, or a tag. Django escapes every > in what it puts between quotes."""
_VALUE = re.compile(r'(\bvalue="[^"]*")', re.IGNORECASE)
_HELD = re.compile(
    r'<textarea\b[^>]*>(?P<area>.*)</textarea>|<input\b[^>]*\bvalue="(?P<input>[^"]*)"',
    re.DOTALL | re.IGNORECASE,
)
_UNSEEN = re.compile(r'\btype="(?:hidden|checkbox|radio|submit)"', re.IGNORECASE)


def escaped(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Middleware, innermost: the page is written when it comes by, and nothing else has looked at it."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        match = request.resolver_match
        is_page = response.get("Content-Type", "").startswith("text/html") and not response.streaming
        if match and "admin" in match.namespaces and is_page and isinstance(response, HttpResponse):
            page = response.content.decode(response.charset)
            if any(map(is_invisible, set(page))):
                response.content = in_sight(page)
        return response

    return middleware


def in_sight(page: str) -> str:
    """The HTML with everything that it contains in sight."""
    written, end = [], 0
    for piece in _PIECE.finditer(page):
        written += [_text(page[end : piece.start()]), _piece(piece[0], (piece["whole"] or "").lower())]
        end = piece.end()
    return "".join([*written, _text(page[end:])])


def _piece(html: str, whole: str) -> str:
    if whole in ("script", "style"):
        return html
    if whole == "textarea":
        return html + _repeated(html)
    kept = "".join(part if index % 2 else as_text(part) for index, part in enumerate(_VALUE.split(html)))
    return kept + _repeated(html)


def _repeated(control: str) -> str:
    """What a field that is seen hides, to stand beside it."""
    found = None if _UNSEEN.search(control) else _HELD.match(control)
    held = (found["area"] or found["input"] or "") if found else ""
    if not any(segment.name for segment in segments(held)):
        return ""
    return f'<p class="help">{gettext("With what nobody sees:")} {_text(held)}</p>'


def _text(html: str) -> str:
    """Text between tags, which is escaped as HTML already."""
    return "".join(
        ESCAPE.format(segment.name, segment.text) if segment.name else segment.text
        for segment in segments(html)
    )
