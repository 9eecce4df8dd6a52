"""Is the payload an e-mail, and how will it arrive?"""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext, pgettext_lazy

from approvals.payload.renderers.fields import Fields, Unfit
from approvals.payload.renderers.texts import Prose, prose

_TO = ("to", "recipients", "recipient", "toemail", "toaddress", "toaddresses", "torecipients")
_HEAD = (
    (pgettext_lazy("line of a message", "From"), ("from", "sender", "fromemail", "fromaddress")),
    (pgettext_lazy("line of a message", "To"), _TO),
    (pgettext_lazy("line of a message", "Cc"), ("cc", "ccrecipients", "ccaddresses")),
    (pgettext_lazy("line of a message", "Bcc"), ("bcc", "bccrecipients", "bccaddresses")),
    (pgettext_lazy("line of a message", "Reply to"), ("replyto", "replytoaddress")),
)


@dataclass(frozen=True, slots=True)
class Email:
    """`head` holds the addresses by the name of their line; `bodies` one for each version that is sent."""

    head: list[tuple[str, list[str]]]
    subject: str
    bodies: list[Prose]


def read(fields: Fields) -> Email:
    """Raises Unfit without a receiver, a subject and a body."""
    head = [(str(line), fields.names(*names), names) for line, names in _HEAD]
    subject = fields.text("subject", "subjectline")
    text = fields.text("body", "text", "message", "content", "bodytext", "textbody", "plaintext")
    html = fields.text("html", "bodyhtml", "htmlbody", "htmlcontent")
    if not (any(people for _, people, names in head if names is _TO) and subject and (text or html)):
        raise Unfit
    bodies = prose(gettext("Body as plain text") if html else gettext("Body"), text)
    bodies += prose(gettext("Body as HTML") if text else gettext("Body"), html, html=True) if html else []
    return Email([(line, people) for line, people, _ in head if people], subject, bodies)
