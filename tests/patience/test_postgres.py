"""Does a database that hangs end a wait, and is a commit that nobody confirmed told from one that failed?"""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from django.db import DatabaseError, IntegrityError, OperationalError, connection

from patience.postgres.base import DatabaseWrapper, OutcomeUnknown
from tests.proxy import Line, line_to

pytestmark = pytest.mark.django_db(transaction=True)

PATIENCE = 0.5


@pytest.fixture
def line() -> Iterator[Line]:
    at = connection.settings_dict
    with line_to(at["HOST"], int(at["PORT"] or 5432)) as line:
        yield line


@pytest.fixture
def database(line: Line) -> Iterator[DatabaseWrapper]:
    at = {**connection.settings_dict, "HOST": "127.0.0.1", "PORT": line.port, "PATIENCE": PATIENCE}
    wrapper = DatabaseWrapper(at, "default")
    wrapper.ensure_connection()
    yield wrapper
    line.flows.set()
    wrapper.close()


def ask(database: DatabaseWrapper, sql: str) -> None:
    with database.cursor() as cursor:
        cursor.execute(sql)


@pytest.mark.shows("the-database-is-away")
def test_an_answer_that_does_not_come_ends_the_wait_and_the_connection(
    line: Line, database: DatabaseWrapper
) -> None:
    line.flows.clear()
    started = time.monotonic()

    with pytest.raises(OperationalError, match="did not answer within"):
        ask(database, "SELECT 1")

    assert time.monotonic() - started < 5
    assert database.connection.closed


def test_a_statement_that_takes_too_long_is_cancelled_in_the_server(database: DatabaseWrapper) -> None:
    mark = "SELECT pg_sleep(29), 'left alone'"
    with pytest.raises(OperationalError):
        ask(database, mark)

    with connection.cursor() as cursor:
        for _ in range(50):
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE query = %s AND state = 'active'", [mark]
            )
            if cursor.fetchone() == (0,):
                return
            time.sleep(0.1)
    pytest.fail("the server still sleeps")


def test_a_connection_is_not_opened_without_end(line: Line) -> None:
    line.flows.clear()
    at = {**connection.settings_dict, "HOST": "127.0.0.1", "PORT": line.port}
    at["OPTIONS"] = {**at["OPTIONS"], "connect_timeout": 2}

    with pytest.raises(OperationalError, match="timeout expired"):
        DatabaseWrapper(at, "default").ensure_connection()


def test_without_a_limit_a_statement_takes_as_long_as_it_takes(database: DatabaseWrapper) -> None:
    database.connection.patience = None

    ask(database, f"SELECT pg_sleep({PATIENCE * 2})")


@pytest.mark.shows("the-database-is-away")
def test_a_commit_that_nobody_confirmed_may_be_stored(line: Line, database: DatabaseWrapper) -> None:
    database.set_autocommit(False)
    ask(database, "CREATE TABLE unheard (one int)")
    line.cut_at = b"COMMIT"

    with pytest.raises(OutcomeUnknown):
        database.commit()

    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE unheard")  # it was stored


def test_a_commit_that_hangs_may_be_stored(line: Line, database: DatabaseWrapper) -> None:
    database.set_autocommit(False)
    ask(database, "SELECT 1")
    line.flows.clear()

    with pytest.raises(OutcomeUnknown):
        database.commit()


def test_a_commit_that_the_server_refuses_is_no_riddle(database: DatabaseWrapper) -> None:
    database.set_autocommit(False)
    ask(database, "CREATE TEMP TABLE twice (one int UNIQUE DEFERRABLE INITIALLY DEFERRED)")
    ask(database, "INSERT INTO twice VALUES (1), (1)")

    with pytest.raises(IntegrityError):
        database.commit()


def test_a_connection_lost_before_the_commit_stored_nothing(line: Line, database: DatabaseWrapper) -> None:
    database.set_autocommit(False)
    line.cut()
    with pytest.raises(OperationalError):
        ask(database, "SELECT 1")

    with pytest.raises(DatabaseError) as lost:
        database.commit()

    assert not isinstance(lost.value, OutcomeUnknown)


def test_writes_are_counted_when_they_begin_and_reads_are_not(database: DatabaseWrapper) -> None:
    ask(database, "SELECT 1")
    before = database.writes
    ask(database, "CREATE TEMP TABLE counted (one int)")
    ask(database, "INSERT INTO counted VALUES (1)")

    assert (before, database.writes) == (0, 2)
