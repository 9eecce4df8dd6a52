"""Slack: an incoming webhook that takes Block Kit. Only https, only Slack's hosts, no redirect, never for long."""

from __future__ import annotations

import http.client
import json
import re
import socket
from collections.abc import Iterator
from contextlib import closing
from typing import Any
from urllib.parse import SplitResult, urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

from approvals.exceptions import InvalidInput
from approvals.notifications.channels import DeliveryFailed
from approvals.notifications.parts import Message
from patience.attempt import Attempt

KIND = "slack"
LABEL = "Slack"
HINT = "https://hooks.slack.com/services/…"

_PATH = re.compile(r"/[A-Za-z0-9/_-]{1,400}")
_REASON = re.compile(rb"[a-z_]{1,60}")
"""What Slack says of a refusal, e.g. channel_is_archived."""


def check(address: str) -> None:
    if _is_allowed(address):
        return
    # Translators: between addresses.
    origins = _(" or ").join(settings.SLACK_ORIGINS)
    sentence = _("Paste the address of an incoming webhook: it starts with %(origins)s.")
    raise InvalidInput.at("address", "unfit", sentence % {"origins": origins})


def _is_allowed(address: str) -> bool:
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    is_plain = not (parts.query or parts.fragment) and _PATH.fullmatch(parts.path)
    return bool(is_plain) and f"{parts.scheme}://{parts.netloc}" in settings.SLACK_ORIGINS


def deliver(message: Message, address: str) -> Iterator[str]:
    """The message's id is in its text and in a header. Raises DeliveryFailed."""
    if not _is_allowed(address):
        raise DeliveryFailed("The address is none of Slack's. Enter the webhook again.")
    yield "The address is one of Slack's."
    parts = urlsplit(address)
    try:
        with Attempt(settings.SLACK_TIMEOUT) as attempt, closing(_connection(parts, attempt)) as connection:
            connection.connect()
            yield f"{parts.hostname} answered."
            connection.request("POST", parts.path, json.dumps(blocks(message)), _headers(message))
            _judge(connection.getresponse())
        yield "Slack took the message."
    except (OSError, http.client.HTTPException) as error:
        was_slow = isinstance(error, TimeoutError)
        # Only the type: an exception's text may hold the path, which is the secret.
        reason = error.strerror if isinstance(error, socket.gaierror) else ""
        sentence = f"{parts.hostname}: {type(error).__name__}{f' ({reason})' if reason else ''}"
        raise DeliveryFailed(sentence, was_slow=was_slow) from None


def _connection(parts: SplitResult, attempt: Attempt) -> http.client.HTTPConnection:
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    return attempt.http(kind, parts.netloc)


def _headers(message: Message) -> dict[str, str]:
    return {
        "Content-Type": "application/json",
        "User-Agent": "Countersign",
        "Idempotency-Key": str(message.id),
        "Connection": "close",
    }


def _judge(answer: http.client.HTTPResponse) -> None:
    if 200 <= answer.status < 300:
        return
    if 300 <= answer.status < 400:
        raise DeliveryFailed(f"Slack answered {answer.status}, a redirect, which is not followed.")
    reason = answer.read(60)
    words = reason.decode() if _REASON.fullmatch(reason) else answer.reason
    raise DeliveryFailed(f"Slack answered {answer.status}: {words}")


def blocks(message: Message) -> dict[str, Any]:
    """Plain text wherever Slack allows it: nothing in it is read as a mention, a link or markup."""
    facts = [_plain(f"{label}: {value}") for label, value in message.facts]
    named = _("Message %(id)s.") % {"id": message.id}
    return {
        "text": escape(message.headline),
        "unfurl_links": False,
        "unfurl_media": False,
        "blocks": [
            {"type": "header", "text": _plain(message.headline, longest=150)},
            {"type": "section", "text": _plain(message.sentence), "fields": facts[:10]},
            {"type": "section", "text": {"type": "mrkdwn", "text": f"<{message.url}|{message.link}>"}},
            {"type": "context", "elements": [_plain(f"{message.footnote} {named}")]},
        ],
    }


def _plain(text: str, *, longest: int = 2000) -> dict[str, Any]:
    return {"type": "plain_text", "text": text[:longest], "emoji": False}


def escape(text: str) -> str:
    """Slack's three: without them `<!channel>` calls everybody."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
