"""A checkpoint as an e-mail: to a mailbox that nobody here can empty."""

from __future__ import annotations

from smtplib import SMTPException

from django.conf import settings
from django.core.mail import EmailMessage

from audit import clock
from audit.anchors.failure import DeliveryFailed
from audit.models import Checkpoint

_TEXT = """\
This is what the audit log at {url} held at {at}: {size} events.
Keep what is attached. It shows later whether anything before it was changed or removed:

    python manage.py verify_audit --anchor checkpoint-{number}.txt
"""


def send(one: Checkpoint) -> None:
    """Send the checkpoint; each has one Message-ID for good. Raises DeliveryFailed."""
    message = EmailMessage(
        subject=f"Audit checkpoint {one.number}: {one.size} events",
        body=_TEXT.format(url=settings.PUBLIC_URL, at=clock.in_utc(one.at), size=one.size, number=one.number),
        to=[settings.AUDIT_ANCHOR_EMAIL],
        headers={"Message-ID": f"<checkpoint-{bytes(one.hash).hex()[:32]}@countersign>"},
    )
    message.attach(f"checkpoint-{one.number}.txt", one.note, "text/plain")
    try:
        message.send()
    except (SMTPException, OSError) as error:
        raise DeliveryFailed(f"The mail server did not take it: {error}") from error
