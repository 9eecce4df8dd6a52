"""Does a secret stay out of the log?"""

import logging
import sys

import pytest

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
