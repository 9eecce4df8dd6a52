"""A real Chromium in front of a real server. Without Chromium these are skipped, or fail under REQUIRE_BROWSER=1."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Iterator

import pytest
from django.db import connection
from playwright.sync_api import Browser, Page, sync_playwright

from tests.factories import PASSWORD
from tests.serving import served

# Playwright's sync API runs an event loop in this thread, beside which Django refuses the ORM otherwise.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

QUIET = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]


def _chromium() -> str:
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), "")
    if not found and os.environ.get("REQUIRE_BROWSER") == "1":
        pytest.fail("REQUIRE_BROWSER=1, and there is no Chromium here.")
    if not found:
        pytest.skip("There is no Chromium here; on Debian: apt-get install chromium")
    return found


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    path = _chromium()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=[*QUIET, "--disable-sync"])
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def _served(django_db_setup: None, django_db_blocker: pytest.FixtureRequest) -> Iterator[str]:
    with django_db_blocker.unblock(), served(DJANGO_SETTINGS_MODULE="tests.settings") as url:  # type: ignore[attr-defined]
        yield url


@pytest.fixture
def site(_served: str, transactional_db: None) -> str:
    """The address of the site, over a database that is empty at the start of the test."""
    return _served


def _wait_until_nothing_is_under_way() -> None:
    """A page saves when it goes away; the database is emptied next, which a save at that moment would block."""
    quiet = 0
    for _ in range(100):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                " AND pid <> pg_backend_pid() AND state <> 'idle'"
            )
            quiet = quiet + 1 if cursor.fetchone() == (0,) else 0
        if quiet == 3:
            return
        time.sleep(0.1)


@pytest.fixture
def sign_in(chromium: Browser, site: str) -> Iterator[Callable[..., Page]]:
    """Opens a page signed in as that address; `javascript=False` for a browser without it."""
    contexts = []

    def open_page(email: str, *, javascript: bool = True, **options: object) -> Page:
        context = chromium.new_context(**{"base_url": site, "java_script_enabled": javascript, **options})  # type: ignore[arg-type]
        contexts.append(context)
        page = context.new_page()
        page.goto("/sign-in/")
        page.get_by_label("E-mail address").fill(email)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url("**/approvals/**")
        return page

    yield open_page
    for context in contexts:
        context.close()
    _wait_until_nothing_is_under_way()
