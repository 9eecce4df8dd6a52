"""What does the message say? Id, risk, action type, deadline, agent and a link (THREATS 32).

Never the payload, the evidence or the proposed action: mail is read, forwarded and stored where nobody may
decide. Whoever follows the link signs in first.
"""

from __future__ import annotations

from smtplib import SMTPException
from typing import Any, cast

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string

from approvals.models import Approval, Notification
from grants.models import DelegatedGrant

REQUEST_TEMPLATE = "approvals/mail/notification.txt"
GRANT_TEMPLATE = "approvals/mail/grant.txt"


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
    headline, template, context = _of_grant(notification) if notification.grant else _of_request(notification)
    return EmailMessage(
        subject=_one_line(headline),
        body=render_to_string(template, {**context, "notification": notification}),
        to=[notification.recipient],
        headers={
            "Message-ID": f"<{notification.pk}@countersign>",
            # No out-of-office note comes back, and no rule of a mailbox answers it (RFC 3834).
            "Auto-Submitted": "auto-generated",
        },
    )


def _of_request(notification: Notification) -> tuple[str, str, dict[str, Any]]:
    approval = cast("Approval", notification.approval)  # the constraint: about a request or about a grant
    action_type = _one_line(approval.action_type)
    headline = f"[{approval.get_risk_display()}] {notification.get_kind_display()}: {approval.action_type}"
    context = {"approval": approval, "action_type": action_type, "url": _absolute(approval)}
    return headline, REQUEST_TEMPLATE, context


def _of_grant(notification: Notification) -> tuple[str, str, dict[str, Any]]:
    grant = cast("DelegatedGrant", notification.grant)
    headline = f"{notification.get_kind_display()}: {grant.grantor} to {grant.grantee}"
    return headline, GRANT_TEMPLATE, {"grant": grant, "url": _absolute(grant)}


def _absolute(thing: Approval | DelegatedGrant) -> str:
    return f"{settings.PUBLIC_URL}{thing.get_absolute_url()}"


def _one_line(text: str) -> str:
    """Where the policy is for `*` an agent names its action type: no header or line of its own."""
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())
