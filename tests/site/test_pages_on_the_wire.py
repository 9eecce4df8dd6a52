"""Pages are small on the wire, agents' answers are as they are, and in DEBUG a page says where its time went."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.test import Client

from approvals_site.timings import timed
from tests.approvals.views.browse import client_of
from tests.factories import make_approval, make_key, make_user

pytestmark = pytest.mark.django_db

MOST = 60_000
"""Bytes of a request's page with all its files, without a cache."""
GZIP = {"Accept-Encoding": "gzip"}


def test_a_requests_page_with_all_its_files_is_under_60_kb():
    client = client_of(make_user())
    response = client.get(make_approval().get_absolute_url(), headers=GZIP)
    page = gzip.decompress(response.content).decode()
    files = re.findall(r'(?:src|href)="/static/([^"?]+)"', page)
    found = [Path(str(finders.find(name))) for name in files]

    total = len(response.content) + sum(len(gzip.compress(path.read_bytes())) for path in found)

    assert response.headers["Content-Encoding"] == "gzip"
    assert len(found) > 15
    assert total < MOST


def test_what_agents_read_is_not_compressed():
    key, token = make_key()
    approval = make_approval(key=key)

    response = Client().get(
        f"/api/v1/approvals/{approval.pk}", headers={**GZIP, "Authorization": f"Bearer {token}"}
    )

    assert response.json()["id"] == str(approval.pk)
    assert "Content-Encoding" not in response.headers


def test_no_answer_tells_strangers_where_its_time_went():
    assert settings.DEBUG is False
    assert "Server-Timing" not in client_of(make_user()).get("/approvals/").headers


def test_in_debug_a_page_says_its_time_and_its_queries():
    def page(_: HttpRequest) -> HttpResponse:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        return HttpResponse(render_to_string("400.html"))

    said = timed(page)(HttpRequest()).headers["Server-Timing"]

    assert re.fullmatch(r'total;dur=[0-9.]+, db;dur=[0-9.]+;desc="1 query"', said)
