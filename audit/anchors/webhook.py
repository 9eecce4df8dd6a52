"""A checkpoint as a webhook, signed as Standard Webhooks says (id, time and body under HMAC-SHA256)."""

from __future__ import annotations

import base64
import hmac
import json
import urllib.error
import urllib.request
from binascii import Error as NotBase64
from http.client import HTTPException
from typing import Any

from django.conf import settings

from audit import clock
from audit.anchors.failure import DeliveryFailed
from audit.models import Checkpoint

TIMEOUT = 10.0  # seconds
PREFIX = "whsec_"


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A checkpoint goes where the settings say and nowhere else."""

    def redirect_request(self, *_args: Any, **_named: Any) -> None:
        return None


def send(one: Checkpoint) -> None:
    """The same checkpoint always has the same `webhook-id`. Raises DeliveryFailed."""
    url: str = settings.AUDIT_ANCHOR_WEBHOOK
    if not url.startswith("https://") and not (settings.DESK and url.startswith("http://127.0.0.1")):
        raise DeliveryFailed("AUDIT_ANCHOR_WEBHOOK must begin with https://.")
    body = _body(one)
    request = urllib.request.Request(url, data=body, headers=_headers(one, body), method="POST")  # noqa: S310
    try:
        with urllib.request.build_opener(_NoRedirect).open(request, timeout=TIMEOUT):
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
