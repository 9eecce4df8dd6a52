"""Does the launcher start everything, say what is wrong, and leave nothing behind?"""

import json
import os
import signal
import socket
import subprocess
import sys
from contextlib import contextmanager
from urllib.request import urlopen

import psycopg
import pytest

from approvals_site.ports import free_port
from tests.site.real_processes import ROOT, modules_of, processes_of, within


def start(var, port):
    return subprocess.Popen(
        [sys.executable, "-m", "approvals_site.launcher"],
        cwd=ROOT,
        env=_desk(var, port),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def launch(var, port):
    with start(var, port) as process:
        output, errors = process.communicate(timeout=20)
    return subprocess.CompletedProcess(process.args, process.returncode, output, errors)


def _desk(var, port):
    named = {"DATABASE_URL", "REDIS_URL", "PUBLIC_URL"}
    kept = {name: value for name, value in os.environ.items() if name not in named}
    return {**kept, "COUNTERSIGN_DESK": "1", "COUNTERSIGN_VAR": str(var), "PORT": port}


@pytest.fixture
def running(var):
    with started(var, free_port()) as process:
        yield process


@contextmanager
def started(var, port):
    with start(var, str(port)) as process:
        while (line := process.stdout.readline()) and "Ctrl-C" not in line:
            pass
        assert line, process.stderr.read()
        try:
            yield process
        finally:
            process.kill()


def test_ctrl_c_stops_everything_quietly(running, var):
    running.send_signal(signal.SIGINT)

    assert running.wait(5) == 0
    assert running.stderr.read() == ""
    assert within(5, lambda: not processes_of(var))


def test_nothing_stays_behind_when_the_launcher_is_killed(running, var):
    running.kill()

    assert within(5, lambda: not processes_of(var))


def test_end_of_a_child_is_said_and_ends_everything(running, var):
    worker = next(process for process in modules_of(var, "celery") if "countersign" in process.cmdline())

    worker.kill()

    assert running.wait(8) == 1
    assert running.stderr.read().startswith("The worker ended: ")


def test_site_goes_on_when_its_server_process_is_killed(var):
    port = free_port()
    with started(var, port) as running:
        (site,) = [one for one in modules_of(var, "granian") if one.children()]
        (server,) = site.children()

        server.kill()

        assert within(5, lambda: not server.is_running())
        assert within(20, lambda: is_alive(port))
        assert running.poll() is None


def test_note_names_an_instance_that_lives_once_another_has_ended(var):
    first, second = free_port(), free_port()
    with started(var, first):
        before = note(var)
        with started(var, second) as other:
            assert note(var)["url"] == f"http://127.0.0.1:{second}"
            other.send_signal(signal.SIGINT)
            assert other.wait(10) == 0

        assert within(10, lambda: note(var)["url"] == f"http://127.0.0.1:{first}")
        assert note(var) == before
        assert (var / "demo.json").stat().st_mode & 0o777 == 0o600


def note(var):
    return json.loads((var / "demo.json").read_text())


def is_alive(port):
    try:
        return urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5).status == 200
    except OSError:
        return False


def test_taken_port_is_refused_with_the_way_out(var):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        done = launch(var, str(port))

    assert done.returncode == 1
    assert done.stderr == f"Port {port} is taken. Take another one: PORT={port + 1} make run\n"
    assert not var.exists()


@pytest.mark.parametrize("port", ["web", "0", "65536", ""])
def test_port_that_is_none_is_refused(var, port):
    done = launch(var, port)

    assert done.returncode == 1
    assert "must be a number from 1 to 65535" in done.stderr


@pytest.mark.shows("the-application-owns-nothing")
def test_what_is_served_owns_nothing_in_the_private_database(running, var):
    served = [process.environ() for process in modules_of(var, "granian", "celery")]

    assert len(served) >= 3
    assert not any("MIGRATION_DATABASE_URL" in environ for environ in served)
    with psycopg.connect(served[0]["DATABASE_URL"]) as connection:
        row = connection.execute(
            "SELECT rolsuper, pg_has_role(tableowner, 'USAGE'), (SELECT count(*) > 0 FROM approvals_approval)"
            " FROM pg_roles, pg_tables WHERE rolname = current_user AND tablename = 'approvals_vote'"
        ).fetchone()
    assert row == (False, False, True)
