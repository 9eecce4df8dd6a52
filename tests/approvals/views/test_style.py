"""The page that draws every part of the pages is there in DEBUG alone."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from tests.factories import make_user

pytestmark = pytest.mark.django_db


def test_the_page_of_parts_is_drawn_in_debug(client: Client, settings: Any) -> None:
    settings.DEBUG = True
    client.force_login(make_user())

    html = client.get("/style/").content.decode()

    assert all(
        word in html for word in ("Critical", "Caution", "Locked", "Not required", "No request matches")
    )


def test_the_page_of_parts_is_nowhere_else(client: Client) -> None:
    client.force_login(make_user())

    assert client.get("/style/").status_code == 404
