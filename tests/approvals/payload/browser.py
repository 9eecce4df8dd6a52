"""A browser's forms: what it posts for a page of HTML, by the rules of the HTML standard."""

from __future__ import annotations

import json
from html.parser import HTMLParser
from typing import Any

from django.template.loader import render_to_string

from approvals import payload

Pairs = dict[str, list[str]]


def form_for(value: Any, schema: Any = None, **options: Any) -> payload.PayloadForm:
    return payload.build_form(json.dumps(value, ensure_ascii=False), schema, **options)


def rendered(form: payload.PayloadForm) -> str:
    return render_to_string("approvals/payload/_form.html", {"payload_form": form})


def posted(form: payload.PayloadForm, **typed: str) -> Pairs:
    """What a browser sends for the rendered form, after these fields were typed over (a/b as a__b)."""
    pairs = posted_from(rendered(form))
    for name, text in typed.items():
        full = "payload/" + name.replace("__", "/")
        assert full in pairs, f"{full} is no input of this form"
        pairs[full] = [text.replace("\r\n", "\n").replace("\n", "\r\n")]
    return pairs


def posted_from(html: str) -> Pairs:
    page = _Page()
    page.feed(html.replace("\r\n", "\n").replace("\r", "\n"))
    page.close()
    return page.pairs


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.pairs: Pairs = {}
        self._select: str | None = None
        self._options: list[tuple[str, bool]] = []
        self._textarea: str | None = None
        self._text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag == "input" and values["type"] in {"checkbox", "radio"} and "checked" not in values:
            return
        if tag == "input":
            self._add(values["name"], _sanitised(values["type"], values["value"]))
        elif tag == "textarea":
            self._textarea, self._text = values["name"], []
        elif tag == "select":
            self._select, self._options = values["name"], []
        elif tag == "option" and self._select is not None:
            self._options.append((values["value"], "selected" in values))

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea" and self._textarea is not None:
            text = "".join(self._text).removeprefix("\n").replace("\r\n", "\n").replace("\r", "\n")
            self._add(self._textarea, text.replace("\n", "\r\n"))
            self._textarea = None
        elif tag == "select" and self._select is not None:
            chosen = [value for value, is_selected in self._options if is_selected]
            self._add(self._select, (chosen or [self._options[0][0]])[-1])
            self._select = None

    def handle_data(self, data: str) -> None:
        if self._textarea is not None:
            self._text.append(data)

    def _add(self, name: str, value: str) -> None:
        self.pairs.setdefault(name, []).append(value)


def _sanitised(kind: str, value: str) -> str:
    value = value.replace("\r", "").replace("\n", "")
    if kind == "datetime-local" and value.endswith(":00") and value.count(":") == 2:
        return value[:-3]
    return value
