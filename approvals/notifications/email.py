"""What does the message say? Id, risk, action type, deadline, agent and a link (THREATS 32).

Never the payload, the evidence or the proposed action: mail is read, forwarded and stored where nobody may
decide. Whoever follows the link signs in first.
"""

from __future__ import annotations

from smtplib import SMTPException

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string

from approvals.models import Notification

TEMPLATE = "approvals/mail/notification.txt"


class DeliveryFailed(Exception):
    """The channel did not take the message; it is tried again later."""


def send(notification: Notification) -> None:
    """One plain e-mail. Every attempt carries the same Message-ID. Raises DeliveryFailed."""
    message = compose(notification)
    try:
        message.send()
    except (SMTPException, OSError, ValueError) as error:
        # ValueError: an address or a header that no mail can carry.
        raise DeliveryFailed(f"{type(error).__name__}: {error}") from error


def compose(notification: Notification) -> EmailMessage:
    """The message as things stand now: whoever is told late reads that it is decided already."""
    approval = notification.approval
    headline = f"[{approval.get_risk_display()}] {notification.get_kind_display()}: {approval.action_type}"
    context = {
        "notification": notification,
        "approval": approval,
        "url": f"{settings.PUBLIC_URL}{approval.get_absolute_url()}",
    }
    return EmailMessage(
        subject=_one_line(headline),
        body=render_to_string(TEMPLATE, {**context, "action_type": _one_line(approval.action_type)}),
        to=[notification.recipient],
        headers={
            "Message-ID": f"<{notification.pk}@countersign>",
            # No out-of-office note comes back, and no rule of a mailbox answers it (RFC 3834).
            "Auto-Submitted": "auto-generated",
        },
    )


def _one_line(text: str) -> str:
    """Where the policy is for `*` an agent names its action type: no header or line of its own."""
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())
