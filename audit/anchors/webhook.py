"""A checkpoint as a webhook, signed as Standard Webhooks says (id, time and body under HMAC-SHA256)."""

from __future__ import annotations

import base64
import hmac
import json
import urllib.error
import urllib.request
from binascii import Error as NotBase64
from functools import partial
from http.client import HTTPException
from typing import Any

from django.conf import settings

from audit import clock
from audit.anchors.failure import DeliveryFailed
from audit.models import Checkpoint
from patience.attempt import Attempt

TIMEOUT = 10.0  # seconds for all of it
PREFIX = "whsec_"


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A checkpoint goes where the settings say and nowhere else."""

    def redirect_request(self, *_args: Any, **_named: Any) -> None:
        return None


class _Within:
    """Opens its connections through an attempt."""

    def __init__(self, attempt: Attempt) -> None:
        self._attempt = attempt
        super().__init__()

    def do_open(self, http_class: Any, req: urllib.request.Request, **named: Any) -> Any:
        return super().do_open(partial(self._attempt.http, http_class), req, **named)  # type: ignore[misc]


class _Http(_Within, urllib.request.HTTPHandler):
    pass


class _Https(_Within, urllib.request.HTTPSHandler):
    pass


def _opener(attempt: Attempt) -> urllib.request.OpenerDirector:
    return urllib.request.build_opener(_NoRedirect, _Http(attempt), _Https(attempt))


def send(one: Checkpoint) -> None:
    """Send the checkpoint; each has one `webhook-id` for good. Raises DeliveryFailed."""
    url: str = settings.AUDIT_ANCHOR_WEBHOOK
    if not url.startswith("https://") and not (settings.DESK and url.startswith("http://127.0.0.1")):
        raise DeliveryFailed("AUDIT_ANCHOR_WEBHOOK must begin with https://.")
    body = _body(one)
    request = urllib.request.Request(url, data=body, headers=_headers(one, body), method="POST")  # noqa: S310 - https, as seen above
    try:
        with Attempt(TIMEOUT) as attempt, _opener(attempt).open(request):
            pass
    except urllib.error.HTTPError as error:
        raise DeliveryFailed(f"The receiver answered {error.code}.") from error
    except (OSError, HTTPException) as error:
        raise DeliveryFailed(f"The receiver cannot be reached: {error}") from error


def _body(one: Checkpoint) -> bytes:
    said = {"number": one.number, "size": one.size, "root": bytes(one.root).hex(), "note": one.note}
    return json.dumps({"type": "audit.checkpoint", "timestamp": clock.rfc3339(one.at), "data": said}).encode()


def _headers(one: Checkpoint, body: bytes) -> dict[str, str]:
    id_ = f"checkpoint_{bytes(one.hash).hex()[:32]}"
    moment = str(int(clock.now().timestamp()))
    signed = b".".join((id_.encode(), moment.encode(), body))
    tag = base64.b64encode(hmac.digest(_secret(), signed, "sha256")).decode()
    return {
        "Content-Type": "application/json",
        "webhook-id": id_,
        "webhook-timestamp": moment,
        "webhook-signature": f"v1,{tag}",
    }


def _secret() -> bytes:
    text: str = settings.AUDIT_ANCHOR_WEBHOOK_SECRET
    try:
        secret = base64.b64decode(text.removeprefix(PREFIX), validate=True)
    except NotBase64:
        secret = b""
    if len(secret) < 24:
        raise DeliveryFailed("AUDIT_ANCHOR_WEBHOOK_SECRET must be whsec_ and at least 24 bytes in base64.")
    return secret
