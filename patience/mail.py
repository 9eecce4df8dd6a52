"""How long may a mail server take for one message? The time runs from opening the connection to closing it."""

from __future__ import annotations

import smtplib
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends import smtp

from patience.attempt import Attempt


class EmailBackend(smtp.EmailBackend):
    """Django's, with EMAIL_TOTAL_SECONDS for everything. Raises TimeoutError when they are over."""

    _attempt: Attempt | None = None

    @property
    def connection_class(self) -> Any:
        kind: Any = _SmtpInTls if self.use_ssl else _Smtp
        return partial(kind, attempt=self._attempt)

    def open(self) -> bool | None:
        if self.connection:
            return False
        self._attempt = Attempt(settings.EMAIL_TOTAL_SECONDS)
        self._attempt.begin()
        is_open = False
        try:
            with self._explained():
                is_open = bool(super().open())
        finally:
            if not is_open:
                self.close()
        return is_open or None

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        with self._explained():
            return super().send_messages(email_messages)

    def close(self) -> None:
        """A goodbye that fails is no failure: the message was taken before."""
        try:
            super().close()
        except OSError:
            self.connection = None
        finally:
            if self._attempt:
                self._attempt.end()

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:  # smtplib's own errors are OSErrors too
            explained = self._attempt.explained(error) if self._attempt else error
            if explained is error:
                raise
            raise explained from error


class _Smtp(smtplib.SMTP):
    def __init__(self, *args: Any, attempt: Attempt, **named: Any) -> None:
        self._attempt = attempt
        super().__init__(*args, **named)

    def _get_socket(self, host: str, port: int, _timeout: float) -> socket.socket:
        return self._attempt.connect((host, port))


class _SmtpInTls(smtplib.SMTP_SSL):
    def __init__(self, *args: Any, attempt: Attempt, **named: Any) -> None:
        self._attempt = attempt
        super().__init__(*args, **named)

    def _get_socket(self, host: str, port: int, _timeout: float) -> socket.socket:
        line = self._attempt.connect((host, port))
        return self.context.wrap_socket(line, server_hostname=self._host)  # type: ignore[attr-defined]
