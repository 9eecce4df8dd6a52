"""How does each address answer each kind of person or key? Written to and read from `matrix.txt`.

Each answer is a status; `in` leads to the sign-in page. Whatever a request changed is rolled back.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from django.http import HttpResponse
from django.test import Client

from grants.roles import Role
from tests.site.addresses import FORM, ask, patterns
from tests.site.world import World, bodies, make_world

FILE = Path(__file__).with_name("matrix.txt")
COLUMNS = (
    *("anonymous", "key", "other key", "stranger", "assignee", "approver", "delegate", "auditor", "staff"),
    *("superuser", "no role", *Role),
)
"""`key` is that of the agent whose requests these are, `stranger` a reviewer without authority. `staff` and `superuser`
have every role of the administration, the columns after them none and one."""

PAGES, ENDPOINT = ("GET", "POST"), ("GET", "POST", "PUT", "PATCH", "DELETE")
WAYS_IN = ("/sign-in/", "/admin/login/")
VARY = ("/readyz",)
"""Open to everybody; what it answers depends on how long ago the other processes were heard of."""
HEADING = """\
# How each address answers each kind of person or key: a status, or `in` for the way to the sign-in page.
# Written by `make matrix`, compared by tests/site/test_matrix.py. Read each change of it as an attacker would.
"""
Row = tuple[str, str]
"""A method and an address."""


def rows() -> list[Row]:
    """Each address of the URL configuration with each method that is asked of it."""
    return [
        (method, address)
        for address in sorted(set(patterns()))
        for method in (ENDPOINT if address.startswith("/api/v1/") else PAGES)
    ]


def column(who: str) -> dict[Row, str]:
    """Each answer to that person or key."""
    world, posted = make_world(), bodies()
    asker = _Asker(who, world)
    return {
        (method, address): asker.answer(method, address, posted.get(address, {}))
        for method, address in rows()
    }


class _Asker:
    """One person or key; each request is made by a browser of its own, which knows of none before it."""

    def __init__(self, who: str, world: World) -> None:
        self.world = world
        self.headers = {"Authorization": f"Bearer {world.keys[who]}"} if who in world.keys else {}
        signed_in = _Browser()
        if who in world.people:
            signed_in.force_login(world.people[who])
        self.cookies = {name: morsel.value for name, morsel in signed_in.cookies.items()}

    def answer(self, method: str, address: str, body: dict[str, Any]) -> str:
        client = _Browser()
        client.cookies.load(self.cookies)
        is_json = address.startswith("/api/v1/")
        text = "" if method == "GET" else json.dumps(body) if is_json else urlencode(body)
        headers = {**self.headers, "Idempotency-Key": str(uuid4())} if is_json else self.headers
        kind = "" if method == "GET" else "application/json" if is_json else FORM
        answer = ask(client, method, self.world.url(address), text, content_type=kind, headers=headers)
        return "any" if address in VARY else _said(answer)


class _Browser(Client):
    """Keeps no copies of what templates were rendered with: that takes most of the time. A failure is a 500."""

    def request(self, **environ: Any) -> Any:
        return self.handler(self._base_environ(**environ))


def _said(response: HttpResponse) -> str:
    leads_in = response.status_code == 302 and response.get("Location", "").startswith(WAYS_IN)
    return "in" if leads_in else str(response.status_code)


def read() -> dict[str, dict[Row, str]]:
    """The stored answers, by column."""
    found: dict[str, dict[Row, str]] = {name: {} for name in COLUMNS}
    for line in FILE.read_text().splitlines() if FILE.exists() else []:
        if line and not line.startswith(("#", "method")):
            method, address, *answers = line.split()
            for name, answer in zip(COLUMNS, answers, strict=True):
                found[name][method, address] = answer
    return found


def write(who: str, answers: dict[Row, str]) -> None:
    """Store one column anew; answers that were never asked for are `?`."""
    found = {**read(), who: answers}
    FILE.write_text(HEADING + "\n".join(_lines(found)) + "\n")


def _lines(found: dict[str, dict[Row, str]]) -> Iterator[str]:
    names = [name.replace(" ", "-") for name in COLUMNS]
    width = max(len(address) for _, address in rows())
    for method, address in [("method", "address"), *rows()]:
        said = names if method == "method" else [found[name].get((method, address), "?") for name in COLUMNS]
        cells = [text.ljust(len(name)) for text, name in zip(said, names, strict=True)]
        yield "  ".join([method.ljust(6), address.ljust(width), *cells]).rstrip()
