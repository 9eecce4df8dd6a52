"""A person at the pages without JavaScript: signed in, reading forms, posting them back."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from approvals.models import Approval
from grants.models import User


def client_of(person: User, **options: Any) -> Client:
    client = Client(**options)
    client.force_login(person)
    return client


def url(name: str, approval: Approval) -> str:
    return reverse(f"approvals:{name}", args=[approval.pk])


def text_of(response: HttpResponse) -> str:
    return response.content.decode()


class Forms(HTMLParser):
    """The fields of each form by its id, as a browser would post them, and its submit buttons in order."""

    def __init__(self) -> None:
        super().__init__()
        self.fields: dict[str, dict[str, str]] = {}
        self.buttons: dict[str, list[dict[str, str | None]]] = {}
        self._form = ""
        self._textarea = self._textarea_form = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        form, name, kind = given.get("form") or self._form, given.get("name") or "", given.get("type")
        if tag == "form":
            self._form = given.get("id") or given.get("action") or ""
        elif tag == "button" and kind == "submit":
            self.buttons.setdefault(form, []).append(given)
        elif tag == "textarea":
            self._textarea, self._textarea_form = name, form
            self.fields.setdefault(form, {})[name] = ""
        elif tag == "input" and name and (kind not in ("checkbox", "radio") or "checked" in given):
            self.fields.setdefault(form, {})[name] = given.get("value") or ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = ""
        if tag == "textarea":
            self._textarea = ""

    def handle_data(self, data: str) -> None:
        if self._textarea:
            self.fields[self._textarea_form][self._textarea] += data.removeprefix("\n")


def form_in(response: HttpResponse, form_id: str, *, press: str = "") -> dict[str, str]:
    """The form as a browser posts it when the button with that value is pressed."""
    return _parsed(response).fields[form_id] | ({"verdict": press} if press else {})


def buttons_in(response: HttpResponse) -> dict[str, list[dict[str, str | None]]]:
    return _parsed(response).buttons


def _parsed(response: HttpResponse) -> Forms:
    return parsed(text_of(response))


def parsed(page: str) -> Forms:
    """All forms of a page's text."""
    forms = Forms()
    forms.feed(page)
    return forms
