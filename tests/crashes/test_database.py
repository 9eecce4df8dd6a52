"""The database behind a running site hangs, is cut off in a COMMIT, or is away: every answer comes, and is true."""

from __future__ import annotations

import http.client
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlencode
from uuid import uuid4

import pytest
from django.db import connection

from approvals.models import Approval
from approvals_site.ports import free_port
from tests.approvals.api.client import PROPOSAL
from tests.crashes.deployed import running
from tests.crashes.posters import CSRF, Poster
from tests.crashes.test_stopping import is_healthy
from tests.factories import make_approval, make_key, make_policy, make_user, seen
from tests.proxy import Line, line_to
from tests.site.real_processes import within

pytestmark = pytest.mark.django_db(transaction=True)

PATIENCE = 2.0
"""Seconds for an answer of the database, in this deployment."""


@dataclass
class Site:
    line: Line
    port: int
    poster: Poster
    agent: dict[str, str]

    def get(self, path: str) -> tuple[int, float]:
        """Status and seconds."""
        started = time.monotonic()
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        line.request("GET", path, headers=self.poster.person)
        status = line.getresponse().status
        line.close()
        return status, time.monotonic() - started

    def propose(self, key: str) -> tuple[int, dict[str, object]]:
        headers = {**self.agent, "Idempotency-Key": key}
        status, content = self.poster.once("/api/v1/approvals", json.dumps(PROPOSAL), headers)
        return status, json.loads(content)

    def decide(self, approval: Approval) -> tuple[int, str]:
        form = {
            "verdict": "approve",
            "csrfmiddlewaretoken": CSRF,
            "version": "1",
            "payload_sha256": seen(approval).payload_sha256,
            "comment": "Typed with care.",
        }
        path = f"/approvals/{approval.pk}/decision/"
        status, content = self.poster.once(path, urlencode(form), self.poster.person)
        return status, content.decode()


@pytest.fixture
def site() -> Iterator[Site]:
    make_policy()
    at, port, (_, token) = connection.settings_dict, free_port(), make_key()
    agent = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    with line_to(at["HOST"], int(at["PORT"] or 5432)) as line:
        environ = {"DATABASE_URL": line.database_url(), "DATABASE_PATIENCE": str(PATIENCE)}
        with running("web", "--port", str(port), DATABASE_CONN_MAX_AGE="60", **environ):
            assert within(60, lambda: is_healthy(port))
            yield Site(line, port, Poster(port, token, make_user()), agent)


@pytest.mark.shows("the-database-is-away")
def test_a_database_that_hangs_or_is_away_is_answered_503_in_time(site: Site) -> None:
    assert site.get("/approvals/")[0] == 200
    site.line.flows.clear()

    status, seconds = site.get("/approvals/")

    assert status == 503
    assert seconds < 15
    assert site.get("/healthz")[0] == 200
    site.line.flows.set()
    assert within(20, lambda: site.get("/approvals/")[0] == 200), "it comes back by itself"
    site.line.cut()
    assert [site.get(path)[0] for path in ("/approvals/", "/healthz", "/readyz")] == [503, 200, 503]
    site.line.is_cut = False
    assert site.get("/approvals/")[0] == 200


@pytest.mark.shows("the-database-is-away")
def test_a_commit_whose_answer_is_lost_is_called_unknown_and_repeated_harmlessly(site: Site) -> None:
    key, approval = str(uuid4()), make_approval()
    site.get("/approvals/")

    site.line.cut_at = b"COMMIT"
    status, problem = site.propose(key)
    again, proposed = site.propose(key)
    site.line.cut_at = b"COMMIT"
    decision, page = site.decide(approval)

    assert (status, problem["type"]) == (503, "urn:countersign:problem:outcome_unknown")
    assert again == 200, "it was stored"
    assert Approval.objects.filter(pk=proposed["id"]).count() == 1
    assert decision == 503
    assert "It is not known whether this was stored." in page
    assert 'value="Typed with care."' in page
    approval.refresh_from_db()
    assert approval.status == "approved"
    assert site.decide(approval)[0] in (303, 409)
    assert approval.votes.count() == 1
