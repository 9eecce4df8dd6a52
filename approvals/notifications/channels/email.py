"""E-mail: plain text and HTML, through Django's mail settings."""

from __future__ import annotations

from collections.abc import Iterator
from smtplib import SMTPException

from django.core.exceptions import ValidationError
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.validators import validate_email
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from approvals.exceptions import InvalidInput
from approvals.notifications.channels import DeliveryFailed
from approvals.notifications.parts import Message

KIND = "email"
LABEL = gettext_lazy("E-mail")
HINT = "name@example.com"


def check(address: str) -> None:
    try:
        validate_email(address)
    except ValidationError:
        sentence = _("Give an e-mail address.")
        raise InvalidInput.at("address", "unfit", sentence) from None


def deliver(message: Message, address: str) -> Iterator[str]:
    """Every attempt carries the same Message-ID. Raises DeliveryFailed."""
    connection = get_connection()
    try:
        mail = compose(message, address)
        mail.message()
        yield "The message was written."
        connection.open()
        yield "The mail server answered."
        connection.send_messages([mail])
        yield "The mail server took it."
    except (SMTPException, OSError, ValueError) as error:
        # ValueError: an address or a header that no mail can carry.
        was_slow = isinstance(error, TimeoutError)
        raise DeliveryFailed(f"{type(error).__name__}: {error}", was_slow=was_slow) from error
    finally:
        connection.close()


def compose(message: Message, address: str) -> EmailMultiAlternatives:
    """The text is whole by itself; the HTML says the same."""
    width = max(len(label) for label, _value in message.facts) + 1
    context = {
        "message": message,
        "facts": [(f"{label}:".ljust(width), value) for label, value in message.facts],
    }
    mail = EmailMultiAlternatives(
        subject=message.headline,
        body=render_to_string("approvals/mail/message.txt", context),
        to=[address],
        headers={
            "Message-ID": f"<{message.id}@countersign>",
            # No out-of-office note comes back, and no rule of a mailbox answers it (RFC 3834).
            "Auto-Submitted": "auto-generated",
        },
    )
    mail.attach_alternative(
        render_to_string("approvals/mail/message.html", {"message": message}), "text/html"
    )
    return mail
