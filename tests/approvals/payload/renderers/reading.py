"""What a rendering says, as data and as its markup."""

from __future__ import annotations

import html
from types import SimpleNamespace
from typing import Any

from django.template.loader import render_to_string
from django.utils.html import strip_tags

from approvals import payload


def shown(value: Any) -> Any:
    """What the renderer that fits gives to its template."""
    found = payload.rendering_of(value)
    assert found is not None
    return found.shown


def title(value: Any) -> str:
    """Which renderer fits; "" if none does."""
    found = payload.rendering_of(value)
    return found.title if found else ""


def markup(value: Any, *, risk: str = "low") -> str:
    context = {"rendering": payload.rendering_of(value), "approval": SimpleNamespace(risk=risk)}
    return render_to_string("approvals/payload/rendered/_rendered.html", context)


def words(value: Any) -> str:
    """The rendering's text as one line."""
    return " ".join(html.unescape(strip_tags(markup(value))).split())
