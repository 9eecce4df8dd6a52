"""A person who signs in at a provider, and shows there who they are for a critical decision."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import asdict
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Page, expect

from approvals.models import Vote
from audit import clock
from grants.models import User
from tests import openid
from tests.browser.accessibility import TWO, faults
from tests.browser.conftest import _wait_until_nothing_is_under_way
from tests.factories import make_approval, make_user
from tests.serving import served

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


@pytest.fixture(scope="module")
def provider() -> Iterator[openid.Server]:
    with openid.running() as server:
        yield server


@pytest.fixture(scope="module")
def _site_with_provider(
    provider: openid.Server,
    chromium: Browser,
    django_db_setup: None,
    django_db_blocker: pytest.FixtureRequest,
) -> Iterator[str]:
    terms = {name: list(term) if isinstance(term, frozenset) else term for name, term in _terms(provider)}
    with (
        django_db_blocker.unblock(),
        served(  # type: ignore[attr-defined]
            DJANGO_SETTINGS_MODULE="tests.settings", OIDC_PROVIDERS=json.dumps({terms.pop("name"): terms})
        ) as url,
    ):
        yield url


def _terms(provider: openid.Server) -> list[tuple[str, object]]:
    return list(asdict(provider.provider()).items())


@pytest.fixture
def page(chromium: Browser, _site_with_provider: str, transactional_db: None) -> Iterator[Page]:
    context = chromium.new_context(base_url=_site_with_provider)
    context.route(
        "https://**", lambda route: route.abort()
    )  # the provider's page wants styles from elsewhere
    yield context.new_page()
    context.close()
    _wait_until_nothing_is_under_way()


def sign_in(page: Page, subject: str) -> None:
    page.goto("/sign-in/")
    page.get_by_role("button", name="Sign in with Acme").click()
    consent(page, subject)


def consent(page: Page, subject: str) -> None:
    """On the provider's page."""
    page.get_by_placeholder("sub").fill(subject)
    page.get_by_role("button", name="Authorize").click()


def test_a_person_signs_in_and_sees_the_identity_that_was_joined(page: Page, provider: openid.Server) -> None:
    make_user("ada@example.com", name="Ada Lovelace")
    provider.knows("ada")

    sign_in(page, "ada")
    page.wait_for_url("**/approvals/**")
    page.goto("/preferences/factors/")

    expect(page.get_by_text("Acme", exact=False).first).to_be_visible()
    assert faults(page, TWO) == []


def test_who_is_not_known_here_is_told_so_and_stays_outside(page: Page, provider: openid.Server) -> None:
    provider.knows("stranger")

    sign_in(page, "stranger")

    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert faults(page, TWO) == []
    assert not User.objects.exists()


@pytest.mark.shows("every-decision-says-what-it-means")
def test_a_critical_request_is_approved_by_what_was_shown_at_the_provider(
    page: Page, provider: openid.Server
) -> None:
    person = make_user("ada@example.com")
    approval = make_approval(risk="critical", assignees=[person.email])
    provider.knows("ada", auth_time=int(time.time()))
    sign_in(page, "ada")
    page.wait_for_url("**/approvals/**")
    User.objects.update(credentials_changed_at=clock.now() - timedelta(days=2))

    page.goto(f"{approval.get_absolute_url()}review/")
    page.get_by_role("link", name="Acme").click()
    onward = page.get_by_role("button", name="Show it at Acme")
    expect(onward).to_be_visible()
    assert faults(page, TWO) == []
    onward.click()
    consent(page, "ada")
    page.wait_for_url(f"**{approval.get_absolute_url()}review/")
    page.get_by_role("button", name="Approve").click()

    expect(page.locator("#decision-panel")).to_contain_text("Approvals: 1 of 2")
    assert Vote.objects.get().signed_with == "provider"
