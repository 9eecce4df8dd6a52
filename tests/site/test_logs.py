"""Does a secret stay out of the log?"""

import json as jsons
import logging
import sys
from typing import Any

import pytest
import structlog

from approvals_site.logs import configure, hide_secrets


def test_secrets_are_hidden_by_name_at_any_depth():
    event = {
        "event": "called",
        "Authorization": "Bearer x",
        "request": {"headers": {"Cookie": "y", "Host": "z"}},
    }

    assert hide_secrets(None, "info", event) == {
        "event": "called",
        "Authorization": "[hidden]",
        "request": {"headers": {"Cookie": "[hidden]", "Host": "z"}},
    }


@pytest.mark.shows("secrets-at-rest")
@pytest.mark.parametrize("json", [True, False], ids=["deployed", "on a desk"])
def test_a_traceback_shows_no_locals(json: bool):
    options = dict(configure(json=json, level="INFO")["formatters"]["line"])
    formatter = options.pop("()")(**options)

    def authenticate(token: str) -> None:
        raise ValueError("boom")

    try:
        authenticate("cs_prefix_" + "secret".upper())
    except ValueError:
        record = logging.LogRecord("django.request", logging.ERROR, "", 0, "failed", None, sys.exc_info())
    line = formatter.format(record)

    assert "boom" in line
    assert "SECRET" not in line


TEXT = "cs_4f1d2c3b5a69_" + "aB3-_" * 8 + "xyz"


def written(json: bool, record: logging.LogRecord) -> str:
    options = dict(configure(json=json, level="INFO")["formatters"]["line"])
    line: str = options.pop("()")(**options).format(record)
    return line


def by_the_library(said: Any, *values: Any, failure: BaseException | None = None) -> logging.LogRecord:
    error = (type(failure), failure, failure.__traceback__) if failure else None
    return logging.LogRecord("django.request", logging.WARNING, "", 0, said, values, error)


def by_ourselves(event: dict[str, Any]) -> logging.LogRecord:
    """As structlog hands its events to the handler."""
    record = by_the_library(event)
    record._logger, record._name = structlog.get_logger(), "warning"  # type: ignore[attr-defined]
    return record


@pytest.mark.shows("secrets-at-rest", "a-stolen-key")
@pytest.mark.parametrize("json", [True, False], ids=["deployed", "on a desk"])
@pytest.mark.parametrize(
    "record",
    [
        by_the_library(f"Unauthorized: /api/v1/approvals?key={TEXT}&page=2"),
        by_the_library("refused %s", TEXT),
        by_the_library("asked with %r", {"X-Api": f"Bearer {TEXT}"}),
        by_the_library("asked with %r", [f"Bearer {TEXT}".encode()]),
        by_the_library("failed", failure=ValueError(f"no such key: {TEXT}")),
        by_ourselves({"event": f"called with {TEXT}"}),
        by_ourselves({"event": "called", "headers": [("X-Forwarded-Auth", TEXT)]}),
        by_ourselves({"event": "called", "url": f"https://x.example/{TEXT}"}),
        by_ourselves({"event": "called", "cut": TEXT[:30]}),
    ],
    ids=["address", "text", "header", "bytes", "exception", "event", "pairs", "field", "cut short"],
)
def test_an_agents_key_is_hidden_wherever_it_stands(json: bool, record: logging.LogRecord):
    line = written(json, record)

    assert "cs_4f1d2c3b5a69_[hidden]" in line
    assert TEXT[16:24] not in line
    if json:
        jsons.loads(line)


@pytest.mark.shows("secrets-at-rest", "a-stolen-key")
@pytest.mark.parametrize("underscore", ["%5F", "%5f", "%255F"])
def test_an_agents_key_is_hidden_as_addresses_spell_it(underscore: str):
    spelled = TEXT.replace("_", underscore).replace("-", "%2D")

    line = written(True, by_the_library(f"Unauthorized: /api/v1/approvals?key={spelled}&page=2"))

    assert f"cs{underscore}4f1d2c3b5a69{underscore}[hidden]&page=2" in line


def test_a_keys_name_stays_readable():
    line = written(True, by_ourselves({"event": "revoked", "key": "cs_4f1d2c3b5a69_…", "docs_of": "x"}))

    assert jsons.loads(line)["key"] == "cs_4f1d2c3b5a69_…"
