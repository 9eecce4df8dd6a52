"""Checkpoints reach the auditor's webhook and mailbox, again after a failure, and each under its one id."""

from __future__ import annotations

import base64
import hmac
import json
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any

import pytest
from django.core import mail

from audit import checkpoint, tasks
from audit.models import Anchor, Checkpoint
from tests.receivers import HTTP_HEAD, dripping

pytestmark = pytest.mark.django_db


def sequence() -> None:
    """What the clock's worker does every minute, and then the one that delivers."""
    tasks.sequence()
    tasks.send_checkpoints()


class Receiver(HTTPServer):
    """Takes webhooks on a port of its own, and answers what it is told to."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.status = 204
        self.got: list[tuple[dict[str, str], bytes]] = []


class _Handler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.got.append(({name.lower(): value for name, value in self.headers.items()}, body))
        self.send_response(self.server.status)
        self.send_header("Location", "/elsewhere")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
        pass


@pytest.fixture
def receiver(settings: Any) -> Iterator[Receiver]:
    server = Receiver()
    settings.AUDIT_ANCHOR_WEBHOOK = f"http://127.0.0.1:{server.server_port}/hook"
    settings.AUDIT_ANCHOR_WEBHOOK_SECRET = "whsec_" + base64.b64encode(b"s" * 32).decode()
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


class TestWebhook:
    def test_checkpoint_arrives_signed_as_standard_webhooks_says(self, receiver: Receiver) -> None:
        sequence()

        ((headers, body),) = receiver.got
        signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
        tag = base64.b64encode(hmac.digest(b"s" * 32, signed, "sha256")).decode()
        assert headers["webhook-signature"] == f"v1,{tag}"
        assert checkpoint.read(json.loads(body)["data"]["note"]).source == Checkpoint.objects.get().note

    def test_a_receiver_that_drips_is_given_up_in_time(
        self, settings: Any, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("audit.anchors.webhook.TIMEOUT", 0.5)
        with dripping(HTTP_HEAD) as port:
            settings.AUDIT_ANCHOR_WEBHOOK = f"http://127.0.0.1:{port}/hook"
            started = time.monotonic()

            sequence()

        assert time.monotonic() - started < 3
        assert "not done within" in Anchor.objects.get(kind="webhook").last_error

    @pytest.mark.parametrize("status", [500, 302])
    def test_checkpoint_that_was_refused_is_sent_again_under_its_id(
        self, receiver: Receiver, status: int
    ) -> None:
        receiver.status = status
        sequence()
        assert str(status) in Anchor.objects.get(kind="webhook").last_error
        receiver.status = 204

        sequence()
        sequence()

        ids = [headers["webhook-id"] for headers, _ in receiver.got]
        assert ids[0] == ids[1] != ids[2]
        assert Anchor.objects.get(kind="webhook").sent == Checkpoint.objects.get(number=3)

    def test_plain_http_to_another_machine_is_refused(self, receiver: Receiver, settings: Any) -> None:
        settings.AUDIT_ANCHOR_WEBHOOK = "http://example.com/hook"

        sequence()

        assert "must begin with https" in Anchor.objects.get(kind="webhook").last_error


class TestEmail:
    def test_mailbox_gets_one_a_day_that_verifies_by_itself(self, settings: Any) -> None:
        settings.AUDIT_ANCHOR_EMAIL = "auditor@example.org"
        for _ in range(3):
            sequence()

        (message,) = mail.outbox
        name, content, _ = message.attachments[0]
        assert message.to == ["auditor@example.org"]
        assert name == "checkpoint-1.txt"
        assert checkpoint.find(content)[0].source == Checkpoint.objects.get(number=1).note

    def test_same_checkpoint_has_the_same_message_id(self, settings: Any) -> None:
        settings.AUDIT_ANCHOR_EMAIL = "auditor@example.org"
        sequence()
        Anchor.objects.filter(kind="email").update(sent=None, sending=Checkpoint.objects.get())

        sequence()

        first, second = mail.outbox
        assert first.extra_headers["Message-ID"] == second.extra_headers["Message-ID"]
