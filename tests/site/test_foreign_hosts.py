"""A request for a host that is not ours is refused with every header, also where it would be sent to https."""

from __future__ import annotations

import pytest
from django.test import Client, override_settings

from approvals.views.ours import ALWAYS


@pytest.mark.parametrize("is_redirected", [False, True])
def test_a_host_that_is_not_ours_is_400_with_every_header(is_redirected: bool) -> None:
    with override_settings(SECURE_SSL_REDIRECT=is_redirected):
        answer = Client().get("/sign-in/", headers={"host": "elsewhere.example"})

    assert answer.status_code == 400
    assert {name: answer.headers[name] for name in ALWAYS} == ALWAYS
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "default-src" in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert "no-store" in answer.headers["Cache-Control"]
