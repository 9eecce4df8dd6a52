"""Does an attempt end in its time, however slowly the other side answers?"""

from __future__ import annotations

import http.client
import socket
import ssl
import time
from typing import Any

import pytest
from django.core.mail import EmailMessage, get_connection

from patience.attempt import Attempt
from tests.receivers import HTTP_HEAD, SMTP_GREETING, TLS_HEAD, dripping, postbox
from tests.serving import free_port

SECONDS = 0.5
MOST = 3.0  # on a busy machine


@pytest.mark.shows("a-receiver-hangs")
@pytest.mark.parametrize(
    ("kind", "opening"),
    [
        (http.client.HTTPConnection, HTTP_HEAD),
        (http.client.HTTPConnection, b""),
        (http.client.HTTPSConnection, TLS_HEAD),
    ],
    ids=["header", "nothing", "tls"],
)
def test_a_byte_now_and_then_does_not_stretch_an_attempt(kind: Any, opening: bytes) -> None:
    with dripping(opening) as port:
        started = time.monotonic()

        with pytest.raises(TimeoutError), Attempt(SECONDS) as attempt:
            connection = attempt.http(kind, f"127.0.0.1:{port}")
            connection.request("GET", "/")
            connection.getresponse()

        assert time.monotonic() - started < MOST
        connection.close()


def test_an_attempt_whose_time_is_over_opens_nothing() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as listener,
        pytest.raises(TimeoutError),
        Attempt(0.01) as attempt,
    ):
        time.sleep(0.1)
        attempt.connect(listener.getsockname())


def test_other_errors_stay_what_they_are() -> None:
    with pytest.raises(ConnectionRefusedError), Attempt(SECONDS) as attempt:
        attempt.connect(("127.0.0.1", free_port()))


def test_what_is_done_in_time_is_left_alone() -> None:
    with postbox() as box, Attempt(SECONDS) as attempt:
        line = attempt.connect(("127.0.0.1", box.port))
        attempt.end()
        time.sleep(SECONDS * 2)

        assert line.recv(4) == b"220 "
        line.close()


@pytest.mark.parametrize("tls", [False, True], ids=["plain", "tls"])
def test_a_dripping_mail_server_is_given_up_in_time(settings: Any, tls: bool) -> None:
    settings.EMAIL_BACKEND, settings.EMAIL_TOTAL_SECONDS = "patience.mail.EmailBackend", SECONDS
    with dripping(TLS_HEAD if tls else SMTP_GREETING) as port:
        connection = get_connection(host="127.0.0.1", port=port, use_ssl=tls)
        started = time.monotonic()

        with pytest.raises(TimeoutError):
            connection.send_messages([EmailMessage("Subject", "Body", to=["sales@example.com"])])

    assert time.monotonic() - started < MOST


def test_a_mail_server_that_only_drips_its_goodbye_has_taken_the_message(settings: Any) -> None:
    settings.EMAIL_BACKEND, settings.EMAIL_TOTAL_SECONDS = "patience.mail.EmailBackend", 1
    with postbox() as box:
        box.drips_goodbye = True
        connection = get_connection(host="127.0.0.1", port=box.port)
        started = time.monotonic()

        sent = connection.send_messages([EmailMessage("Subject", "Body", to=["sales@example.com"])])

        assert (sent, len(box.messages)) == (1, 1)
        assert time.monotonic() - started < MOST


def test_a_certificate_that_is_not_trusted_is_refused(settings: Any) -> None:
    settings.EMAIL_BACKEND = "patience.mail.EmailBackend"
    with postbox() as box:
        connection = get_connection(host="127.0.0.1", port=box.port, use_ssl=True)

        with pytest.raises(ssl.SSLError):
            connection.open()
