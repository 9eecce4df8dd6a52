"""Is the payload an e-mail, and how will it arrive?"""

from __future__ import annotations

from dataclasses import dataclass

from approvals.payload.renderers.fields import Fields, Unfit
from approvals.payload.renderers.texts import Prose, prose

_HEAD = {
    "From": ("from", "sender", "fromemail", "fromaddress"),
    "To": ("to", "recipients", "recipient", "toemail", "toaddress", "toaddresses", "torecipients"),
    "Cc": ("cc", "ccrecipients", "ccaddresses"),
    "Bcc": ("bcc", "bccrecipients", "bccaddresses"),
    "Reply to": ("replyto", "replytoaddress"),
}


@dataclass(frozen=True, slots=True)
class Email:
    """`head` holds the addresses by the name of their line; `bodies` one for each version that is sent."""

    head: list[tuple[str, list[str]]]
    subject: str
    bodies: list[Prose]


def read(fields: Fields) -> Email:
    """Raises Unfit without a receiver, a subject and a body."""
    head = [(line, fields.names(*names)) for line, names in _HEAD.items()]
    subject = fields.text("subject", "subjectline")
    text = fields.text("body", "text", "message", "content", "bodytext", "textbody", "plaintext")
    html = fields.text("html", "bodyhtml", "htmlbody", "htmlcontent")
    if not (dict(head)["To"] and subject and (text or html)):
        raise Unfit
    bodies = prose("Body" if not html else "Body as plain text", text)
    bodies += prose("Body" if not text else "Body as HTML", html, html=True) if html else []
    return Email([(line, people) for line, people in head if people], subject, bodies)
