"""In which language is a message? Never in that of the page on which somebody acted: it goes to another person."""

from __future__ import annotations

import pytest
from django.core import mail
from django.utils import translation

from approvals import notifications, trying
from approvals.models import Notification
from audit import clock
from tests.approvals.views.browse import client_of
from tests.factories import make_approval, make_user
from tests.site.test_tongue import stored_translations
from tests.site.tongue import TONGUE, spoken

pytestmark = pytest.mark.django_db


def test_a_message_is_in_the_sites_language_whatever_page_is_open():
    approval = make_approval()
    notifications.notify(approval, Notification.Kind.REQUESTED, ["other@example.com"], at=clock.now())

    with spoken(), translation.override(TONGUE):
        notifications.deliver_due()

    sent = mail.outbox[-1]
    html = sent.alternatives[0].content
    assert sent.to == ["other@example.com"]
    assert "⟦" not in sent.subject + sent.body + html
    assert '<html lang="en">' in html


@pytest.mark.shows("english-is-stored")
def test_a_test_asked_for_in_another_language_is_sent_and_stored_in_english():
    with spoken() as headers:
        answer = client_of(make_user(), **headers).post(
            "/preferences/notifications/tests/", {"channel": "email"}
        )

        trying.send_due()

    assert answer.status_code == 303
    assert "⟦" not in mail.outbox[-1].subject + mail.outbox[-1].body
    assert stored_translations() == []


def test_the_language_of_the_page_goes_on_after_a_message():
    with spoken(), translation.override(TONGUE):
        trying.ask_for_test(make_user(), None)
        trying.send_due()
        after = translation.get_language()

    assert after == TONGUE
