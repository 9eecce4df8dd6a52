"""What a message says, and what it never says."""

from __future__ import annotations

import pytest
from django.core import mail

from approvals.models import Approval, Notification
from approvals.notifications import deliver_due
from approvals.notifications.channels import email
from approvals.notifications.message import of_notification
from tests.factories import (
    EMAIL_PAYLOAD,
    approve,
    make_agent,
    make_approval,
    make_key,
    make_policy,
    make_user,
    reject,
)

pytestmark = pytest.mark.django_db

CANARY = "CANARY-7f3e"
KINDS = list(Notification.Kind)


def _sent(approval: Approval, kind: str = Notification.Kind.REQUESTED) -> mail.EmailMultiAlternatives:
    Notification.objects.unfinished().delete()
    Notification.objects.create(kind=kind, approval=approval, recipient="sales@example.com")
    deliver_due()
    message: mail.EmailMultiAlternatives = mail.outbox[-1]
    return message


def _texts(message: mail.EmailMultiAlternatives) -> list[str]:
    """All that the receiver can read, decoded: headers, text, HTML."""
    return [str(message.message().items()), message.body, *(str(one.content) for one in message.alternatives)]


def test_message_names_risk_type_agent_deadline_and_link(settings: pytest.FixtureRequest) -> None:
    settings.PUBLIC_URL = "https://countersign.example"  # type: ignore[attr-defined]
    approval = make_approval(key=make_key(make_agent("Vendor agent"))[0])

    message = _sent(approval)

    assert message.subject == "[Low] Decision needed: external_email"
    for text in ("Low", "external_email", "Vendor agent", f"{approval.deadline:%Y, %H:%M} UTC"):
        assert text in message.body
    assert f"https://countersign.example/approvals/{approval.pk}/" in message.body


@pytest.mark.shows("messages-that-leak")
@pytest.mark.parametrize("kind", KINDS)
def test_nothing_that_the_agent_wrote_is_in_the_message(kind: str) -> None:
    approval = make_approval(
        action=f"Send {CANARY}",
        summary=CANARY,
        rationale=CANARY,
        payload={"body": CANARY},
        evidence=({"label": CANARY, "value": CANARY, "tone": "red", "url": f"https://{CANARY}.example"},),
        context={"trigger": CANARY, "steps": []},
        run_id=CANARY,
    )

    message = _sent(approval, kind)

    assert len(message.alternatives) == 1
    assert not [text for text in _texts(message) if CANARY in text]


def test_action_type_of_a_catch_all_policy_writes_no_header_and_no_line() -> None:
    policy = make_policy("*")
    approval = make_approval(policy=policy)
    approval.action_type = "refund\r\nBcc: thief@example.com\n\nPlease open http://evil.example"
    row = Notification(kind=Notification.Kind.REQUESTED, approval=approval, recipient="sales@example.com")

    message = email.compose(of_notification(row), row.recipient)

    assert message.message()["Bcc"] is None
    assert message.subject.splitlines() == [message.subject]
    assert "\nPlease open" not in message.body


def test_message_is_text_as_it_is_not_html() -> None:
    approval = make_approval(key=make_key(make_agent("R&D <agent>"))[0])

    assert "R&D <agent>" in _sent(approval).body


def test_nobody_is_asked_for_what_is_decided_by_now() -> None:
    reviewer = make_user("sales@example.com")
    approval = make_approval()
    reject(approval, by=reviewer)

    message = _sent(Approval.objects.get(pk=approval.pk))

    assert "rejected (declined) by now" in message.body
    assert "waiting for a decision" not in message.body


def test_html_says_the_same_as_the_text_and_writes_no_markup_of_its_own() -> None:
    approval = make_approval(key=make_key(make_agent("R&D <b>agent</b>"))[0])

    html = str(_sent(approval).alternatives[0].content)

    assert "R&amp;D &lt;b&gt;agent&lt;/b&gt;" in html
    for text in ("A request is waiting for a decision.", "external_email", approval.get_absolute_url()):
        assert text in html
    assert "<img" not in html
    assert "<script" not in html


@pytest.mark.shows("invisible-characters")
def test_a_message_carries_nothing_that_nobody_sees() -> None:
    approval = make_approval(key=make_key(make_agent("Good\u202eagent\u200b"))[0])

    message = _sent(approval)

    for text in (message.body, str(message.alternatives[0].content)):
        assert "Good agent" in text
        assert not {"\u202e", "\u200b"}.intersection(text)


def test_machines_do_not_answer_it() -> None:
    assert _sent(make_approval()).message()["Auto-Submitted"] == "auto-generated"


@pytest.mark.parametrize(("risk", "who"), [("medium", "Finance"), ("critical", "Another reviewer")])
def test_whose_approval_is_void_reads_which_one_and_who_edited(risk: str, who: str) -> None:
    make_policy(quorum=2, risk=risk)
    approval = make_approval(risk=risk, assignees=("sales@example.com", "finance@example.com"))
    approve(approval, by=make_user())
    approve(approval, by=make_user("finance@example.com"), edited={**EMAIL_PAYLOAD, "subject": "Corrected"})
    row = Notification.objects.get(kind="votes_voided", recipient="sales@example.com")

    message = of_notification(row)

    expected = f"{who} edited the payload, so your approval of version 1 no longer counts."
    assert message.sentence.startswith(expected)
    assert "Corrected" not in str(message)
