"""Who stands at the admin pages in these tests."""

from __future__ import annotations

import pytest
from django.test import Client

from grants.models import User
from tests.factories import make_user


@pytest.fixture
def administrator(db: None) -> User:
    return make_user("admin@example.com", is_staff=True, is_superuser=True)


@pytest.fixture
def admin(administrator: User) -> Client:
    """A browser in which an administrator, a superuser even, has signed in."""
    client = Client()
    client.force_login(administrator)
    return client
