"""What a person does too often is refused with a sentence, keeps what was typed, and is possible again later."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse
from limits import parse

from approvals.models import ChannelTest, Comment
from grants.models import DelegatedGrant
from tests.approvals.views.browse import client_of, text_of, url
from tests.approvals.views.grants.test_lending import FORM, filled, finance
from tests.factories import make_approval, make_approver, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _one_of_each(settings: Any) -> None:
    settings.RATES = {what: parse("1/10 minutes") for what in settings.RATES}


def test_comments() -> None:
    approval, client = make_approval(), client_of(make_user())
    client.post(url("comments", approval), {"text": "First."})

    refused = client.post(url("comments", approval), {"text": "Second."})

    assert (refused.status_code, Comment.objects.count()) == (429, 1)
    assert 0 < int(refused.headers["Retry-After"]) <= 600
    assert "You have written many comments within a short time." in text_of(refused)
    assert "Second." in text_of(refused)


def test_mentions(settings: Any) -> None:
    settings.RATES = {**settings.RATES, "comments": parse("10/minute")}
    approval, client, _ = make_approval(), client_of(make_user()), make_approver()
    client.post(url("comments", approval), {"text": "@approver, look"})

    refused = client.post(url("comments", approval), {"text": "@approver, look again"})

    assert refused.status_code == 429
    assert "mentioned many people" in text_of(refused)
    assert client.post(url("comments", approval), {"text": "Nobody."}).status_code == 303


def test_grants() -> None:
    client, posted = client_of(finance()), filled()
    client.post(FORM, posted)

    refused = client.post(FORM, posted | {"reason": "Once more."})

    assert (refused.status_code, DelegatedGrant.objects.count()) == (429, 1)
    assert "Once more." in text_of(refused)
    assert "Retry-After" in refused.headers


def test_tests_of_channels() -> None:
    client = client_of(make_user())
    client.post(reverse("notification-tests"), {"channel": "email"})

    refused = client.post(reverse("notification-tests"), {"channel": "email"})

    assert (refused.status_code, ChannelTest.objects.count()) == (429, 1)
    assert "You have sent many tests within a short time." in text_of(refused)


def test_another_person_goes_on() -> None:
    approval = make_approval()
    for person in (make_user(), make_approver()):
        response = client_of(person).post(url("comments", approval), {"text": "Noted."})

        assert response.status_code == 303
