"""Django's PostgreSQL backend, and more: it stops waiting, knows what became of a commit, and prepares statements.

A server that hangs keeps its sockets alive, so neither TCP's time-outs nor those that the server itself watches over
(`statement_timeout`) end the wait. The client has to look at its own clock.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any, TypeVar

import psycopg
from django.db import OperationalError
from django.db.backends.postgresql import base
from psycopg.errors import _WaitTimeout
from psycopg.pq import TransactionStatus

T = TypeVar("T")

CANCEL_SECONDS = 1.0
"""How long the server has to take a request to cancel what it was asked."""

USABLE_SECONDS = 3.0
"""How long an idle connection has to show that it still works."""


class OutcomeUnknown(OperationalError):
    """The connection was lost while a COMMIT was under way: the changes may be stored or not."""


class Connection(psycopg.Connection[Any]):
    """Waits `patience` seconds for each answer; None waits without end."""

    patience: float | None = None

    def _start_query(self) -> Any:
        """Inside a pipeline BEGIN goes out with what follows it: psycopg would wait for its answer first."""
        if not self._pipeline:
            yield from super()._start_query()
        elif not (self.autocommit or self._pipeline.result_queue or self._is_begun()):
            yield from self._exec_command(self._get_tx_start_command())

    def _is_begun(self) -> bool:
        return self.pgconn.transaction_status != TransactionStatus.IDLE

    def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:
        seconds = timeout or self.patience
        try:
            return super().wait(gen, interval, seconds)
        except _WaitTimeout:
            if timeout:
                raise
            self._give_up()
            raise psycopg.OperationalError(
                f"The database did not answer within {seconds:g} seconds."
            ) from None

    def _give_up(self) -> None:
        """Nobody waits for the statement any more: without this the server would go on with it."""
        with suppress(psycopg.Error):
            self.cancel_safe(timeout=CANCEL_SECONDS)
        self.close()


class _Driver:
    """psycopg, with our connection in place of its own."""

    connect = Connection.connect

    def __getattr__(self, name: str) -> Any:
        return getattr(psycopg, name)


class DatabaseWrapper(base.DatabaseWrapper):
    """What ENGINE names."""

    Database: Any = _Driver()

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self.writes = 0
        """How many commits, and statements that commit by themselves, were begun so far."""
        self.execute_wrappers.append(self._count_writes)

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        connection = super().get_new_connection(conn_params)
        connection.patience = self.settings_dict.get("PATIENCE")
        return connection

    def prepared(self) -> Any:
        """A cursor whose statements the server prepares at their first use: for those that run at every call."""
        self.ensure_connection()
        with self.wrap_database_errors:
            cursor = base.ServerBindingCursor(self.connection)  # type: ignore[call-arg]
            return self._prepare_cursor(cursor)  # type: ignore[attr-defined]

    def is_usable(self) -> bool:
        if self.connection is None:
            return False
        patience = self.connection.patience
        self.connection.patience = min(patience or USABLE_SECONDS, USABLE_SECONDS)
        try:
            return bool(super().is_usable())
        finally:
            if self.connection is not None:
                self.connection.patience = patience

    def _commit(self) -> None:
        """Raises OutcomeUnknown where the connection did not survive it; a refusal leaves it open."""
        if self.connection is None:
            return
        self.writes += 1
        was_open = not self.connection.closed
        try:
            super()._commit()  # type: ignore[misc]
        except OperationalError as error:
            if was_open and self.connection.closed:
                raise OutcomeUnknown(*error.args) from error
            raise

    def _count_writes(
        self, execute: Callable[..., T], sql: str, params: Any, many: bool, context: dict[str, Any]
    ) -> T:
        if not self.in_atomic_block and self.autocommit and str(sql).lstrip()[:6].upper() != "SELECT":
            self.writes += 1
        return execute(sql, params, many, context)
