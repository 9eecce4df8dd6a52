"""A real OpenID Connect provider on a port of its own, and a person who signs in there."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

import requests
from django.http import HttpResponse
from django.test import Client

from approvals_site.ports import free_port
from grants.providers import Provider

ACME = Provider(
    name="acme",
    label="Acme",
    server_url="",
    client_id="countersign",
    client_secret="secret",
    allowed_domains=frozenset({"example.com"}),
    group_claim="groups",
    approvers=frozenset({"reviewers"}),
    auditors=frozenset({"audit"}),
)


@dataclass
class Server:
    """Where it listens, and whom it knows."""

    url: str

    def provider(self, **terms: Any) -> Provider:
        return replace(ACME, server_url=self.url, **terms)

    def knows(self, subject: str, **claims: Any) -> None:
        said = {"email": f"{subject}@example.com", "email_verified": True, **claims}
        requests.put(f"{self.url}/users/{subject}", json=said, timeout=5).raise_for_status()

    def signs_in(self, address: str, subject: str) -> str:
        """The person presses the button of the provider's page; the address it sends the browser back to."""
        answer = requests.post(address, data={"sub": subject}, allow_redirects=False, timeout=5)
        return answer.headers["Location"]


@contextmanager
def running() -> Iterator[Server]:
    port = free_port()
    server = Server(f"http://localhost:{port}")
    command = [sys.executable, "-m", "oidc_provider_mock", "--port", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(100):
            try:
                requests.get(f"{server.url}/jwks", timeout=1)
                break
            except requests.ConnectionError:
                time.sleep(0.1)
        yield server
    finally:
        process.terminate()
        process.wait(5)


def way_there(client: Client, page: str = "/sign-in/with/acme/", **form: str) -> str:
    """The address of the provider's page, as ours links it."""
    text = client.post(page, form).content.decode()
    return re.search(r'id="onward"\s+href="([^"]+)"', text)[1].replace("&amp;", "&")


def back(client: Client, location: str) -> HttpResponse:
    """The browser follows the provider back to us."""
    url = urlsplit(location)
    return client.get(f"{url.path}?{url.query}")


def sign_in(client: Client, server: Server, subject: str, **form: str) -> HttpResponse:
    return back(client, server.signs_in(way_there(client, **form), subject))
