"""Does one noisy agent slow the others down? With the limits as a deployment has them, all in one run.

Five agents propose at a steady pace while a sixth floods with FLOOD proposals a second and while it does not, in turns.
Then an agent asks how its request stands while another key's 1,500 waits come in and stay, and before. A process of its
own floods: `crowd.py PORT TOKEN`, with the body on stdin, until another line comes.
"""

from __future__ import annotations

import asyncio
import http.client
import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from figures import ARGUMENTS, Figure, run, size
from ground import percentile
from load import _skip_body, request
from submit import headers, proposal

FLOOD, CONNECTIONS = 300, 12
OTHERS, PACE = 5, 0.025  # seconds between two of their proposals, so that each stays within its share
ROUNDS, SECONDS = size(4, 1), size(10, 2)
WAITS = size(1500, 60)
MOST_GROWTH = 1.1
USUAL = {
    **dict.fromkeys(("AGENT_SUBMISSIONS", "AGENT_EVALUATIONS", "AGENT_CALLS", "AGENT_ASSIGNEES"), ""),
    "AGENT_OPEN_REQUESTS": "2000",
    "AGENT_OPEN_WAITS": "2000",
}


def measure() -> Iterator[Figure]:
    from tests.factories import make_agent, make_approver, make_key, make_policy, make_user

    make_user("sales@example.com"), make_approver(), make_policy("approval_gate")
    tokens = [make_key(make_agent(f"Agent {number}"))[1] for number in range(OTHERS)]
    noisy = make_key(make_agent("Noisy agent"))[1]
    yield from _proposals(tokens, noisy)
    yield from _waits()


def _proposals(tokens: list[str], noisy: str) -> Iterator[Figure]:
    quiet, loud, answers = [], [], Counter[str]()
    with _serving("web") as port:
        _paced(port, tokens)  # warms up
        for _ in range(ROUNDS):
            quiet += _paced(port, tokens)
            with _flooding(port, noisy) as counted:
                loud += _paced(port, tokens)
            answers += counted
    before, beside = (percentile(found, 0.95) for found in (quiet, loud))
    sent = ", ".join(f"{number:,} of {status}" for status, number in sorted(answers.items()))
    yield Figure("p95 of proposals, alone", before * 1000, "ms", beside=f"{len(quiet):,} proposals")
    yield Figure(
        f"p95 beside one agent's {FLOOD}/s, against alone",
        beside / before,
        at_most=MOST_GROWTH,
        beside=f"{beside * 1000:.1f} ms; the noisy one got {sent}",
    )


def _waits() -> Iterator[Figure]:
    from clones import clone
    from wake import Agents

    from tests.factories import make_agent, make_approval, make_key

    (crowd, crowd_token), (other, token) = (make_key(make_agent(name)) for name in ("Crowd", "Other"))
    asked, first = make_approval(key=other), make_approval(key=crowd)
    ids = clone(first, WAITS)
    with _serving("live") as port:
        path = f"/api/v1/approvals/{asked.pk}/wait?timeout=0"
        _asked(port, path, token)
        before = _asked(port, path, token)
        agents = Agents(port, crowd_token)
        try:
            agents.send([str(one) for one in ids])
            beside = _asked(port, path, token)
        finally:
            agents.stop()
    for name, share in (("median", 0.5), ("p95", 0.95)):
        alone, among = percentile(before, share), percentile(beside, share)
        said = f"{among * 1000:.1f} ms beside {alone * 1000:.1f} ms alone"
        what = f"{name} of a look beside {WAITS:,} waits of one key, against alone"
        yield Figure(what, among / alone, at_most=MOST_GROWTH, beside=said)
    yield Figure("longest look meanwhile", max(beside) * 1000, "ms", at_most=250)


@contextmanager
def _serving(name: str) -> Iterator[int]:
    from approvals_site.ports import free_port, is_answering
    from tests.crashes.deployed import command, started
    from tests.site.real_processes import within

    port = free_port()
    keep = "0" if name == "live" else "60"
    with started(command(name, "--port", str(port)), DATABASE_CONN_MAX_AGE=keep, **USUAL):
        assert within(30, lambda: is_answering(port))
        yield port


@contextmanager
def _flooding(port: int, token: str) -> Iterator[Counter[str]]:
    """While it lasts one agent floods; afterwards there are the answers that it got, by status."""
    answers = Counter[str]()
    command = [sys.executable, __file__, str(port), token]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        print(json.dumps(proposal("approval_gate")), file=process.stdin, flush=True)
        process.stdout.readline()  # it has begun
        yield answers
        said, _ = process.communicate("end\n")
        answers.update(json.loads(said))


def _paced(port: int, tokens: list[str]) -> list[float]:
    """Seconds that each proposal took; the agents take turns."""
    connection, took, number = http.client.HTTPConnection("127.0.0.1", port), [], 0
    body, until = json.dumps(proposal("approval_gate")), time.monotonic() + SECONDS
    while time.monotonic() < until:
        began = time.perf_counter()
        connection.request("POST", "/api/v1/approvals", body, headers(tokens[number % OTHERS]))
        answer = connection.getresponse()
        answer.read()
        took.append(time.perf_counter() - began)
        assert answer.status == 201, answer.status
        number += 1
        time.sleep(max(0.0, PACE * 1.05 - took[-1]))
    return took


def _asked(port: int, path: str, token: str) -> list[float]:
    connection, took, until = http.client.HTTPConnection("127.0.0.1", port), [], time.monotonic() + SECONDS
    while time.monotonic() < until:
        began = time.perf_counter()
        connection.request("GET", path, headers={"Authorization": f"Bearer {token}"})
        answer = connection.getresponse()
        answer.read()
        took.append(time.perf_counter() - began)
        assert answer.status == 200, answer.status
        time.sleep(0.02)
    return took


async def _flood(port: int, token: str) -> None:
    answers, body = Counter[str](), sys.stdin.readline().strip()
    ended = asyncio.Event()

    async def send() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        loop = asyncio.get_running_loop()
        due = loop.time()
        while not ended.is_set():
            writer.write(request("POST", "/api/v1/approvals", headers(token), body))
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
            await _skip_body(reader, head)
            answers[head.split()[1]] += 1
            due = max(due + CONNECTIONS / FLOOD, loop.time() - 1)
            await asyncio.sleep(max(0.0, due - loop.time()))
        writer.close()

    sending = [asyncio.create_task(send()) for _ in range(CONNECTIONS)]
    print("begun", flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.readline)
    ended.set()
    await asyncio.gather(*sending)
    print(json.dumps(answers), flush=True)


if __name__ == "__main__":
    if len(ARGUMENTS) == 2:
        asyncio.run(_flood(int(ARGUMENTS[0]), ARGUMENTS[1]))
    else:
        run("crowd", measure)
