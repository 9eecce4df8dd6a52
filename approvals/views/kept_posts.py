"""What was typed into a form that could not be taken, because the session had ended or a new one begun?

It is shown again on the page of that form after signing in; nothing is done until a person sends it once more.
"""

from __future__ import annotations

import json
from itertools import chain
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.http import Http404, HttpRequest, QueryDict
from django.urls import resolve, reverse
from django.utils.translation import gettext as _

from approvals.exceptions import Refused
from grants.models import User

FIELD = "kept"
"""The sign-in page's hidden field that carries what was typed."""
_SESSION_KEY = "kept_post"
_NEVER_KEPT = {"csrfmiddlewaretoken", "password", "code", "credential", "nonce", "verdict", FIELD}
_PAGES = {
    "review": "request",
    "edits": "request",
    "comments": "request",
    "decision": "review",
    "rejection": "rejection",
    "reassignment": "reassignment",
}
"""By the name of a form's address, the page that shows the form."""


class NotSent(Refused):
    """The form came without the session that it was made in; it is shown again, and nothing was done."""

    code = "not_sent"

    def __init__(self) -> None:
        super().__init__(
            _(
                "You signed in again after this page was made, so nothing was sent. What you typed is here: "
                "look at it, and send it again."
            )
        )


def pack(request: HttpRequest) -> str:
    """What was typed and where, as the sign-in page carries it; empty where nothing can be shown again."""
    pairs = {name: texts for name, texts in request.POST.lists() if name not in _NEVER_KEPT}
    if not pairs or not _name_of(request.path):
        return ""
    return json.dumps({"path": request.path, "query": request.GET.urlencode(), "pairs": pairs})


def unpack(request: HttpRequest, packed: str, person: User) -> str:
    """Keeps it in this person's session; gives the address of the page that shows it, or nothing.

    A form that another person filled in, or that does not say who did, is not shown to this one.
    """
    try:
        found: dict[str, Any] = json.loads(packed)
        path, query, pairs = str(found["path"]), str(found["query"]), _checked(found["pairs"])
        "".join([path, query, *pairs, *chain(*pairs.values())]).encode()
    except (ValueError, KeyError, TypeError, RecursionError):
        return ""
    name = _name_of(path)
    if not name or pairs.get("person") != [str(person.pk)]:
        return ""
    request.session[_SESSION_KEY] = {"path": path, "pairs": pairs}
    page = reverse(f"approvals:{_PAGES[name]}", kwargs=resolve(path).kwargs)
    return f"{page}?{query}" if query else page


def shown_again(request: HttpRequest, *names: str, pk: UUID) -> tuple[QueryDict, NotSent | None]:
    """What a page's form shows as typed: what was just posted, or what was typed into one of these forms before
    signing in, with the sentence that says so."""
    found = request.session.get(_SESSION_KEY)
    paths = [reverse(f"approvals:{name}", args=[pk]) for name in names]
    if request.method != "GET" or not found or found["path"] not in paths:
        return request.POST, None
    posted = QueryDict(mutable=True)
    for name, texts in found["pairs"].items():
        posted.setlist(name, texts)
    return posted, NotSent()


def forget(request: HttpRequest) -> None:
    """Call once the form was sent again, or what was typed is kept elsewhere."""
    request.session.pop(_SESSION_KEY, None)


def is_sent_again(request: HttpRequest) -> bool:
    """Whether this is the form whose page showed it again."""
    return request.method == "POST" and request.session.get(_SESSION_KEY, {}).get("path") == request.path


def is_same_origin(request: HttpRequest) -> bool:
    """Whether a page of this site sent it, as the browser says."""
    site = request.headers.get("Sec-Fetch-Site")
    if site:
        return site == "same-origin"
    origin = urlsplit(request.headers.get("Origin") or request.headers.get("Referer") or "")
    return (origin.scheme, origin.netloc) == (request.scheme, request.get_host())


def _checked(pairs: Any) -> dict[str, list[str]]:
    """Raises TypeError for what no form posts."""
    if not isinstance(pairs, dict) or not all(texts and isinstance(texts, list) for texts in pairs.values()):
        raise TypeError
    return {str(name): [str(text) for text in texts] for name, texts in pairs.items()}


def _name_of(path: str) -> str:
    """The name of the form's address, where its page can show it again."""
    try:
        match = resolve(path)
    except Http404:
        return ""
    is_known = match.namespace == "approvals" and match.url_name in _PAGES
    return str(match.url_name) if is_known else ""
