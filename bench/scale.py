"""Do the inbox and a request's page stay as fast as the history grows?

`scale.py [DECIDED]`, 10 million if not told, with 100,000 pending; beside it the same pages at 10,000 decided. Both
databases are kept. Server time is that of the whole handler in this process, with its middleware and a session.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from html import unescape
from statistics import median

from figures import ARGUMENTS, IS_QUICK, Figure, size, tell
from ground import percentile
from history import APPROVER, BUSY, NEVER_ASKED, TYPICAL, email, history

DECIDED = int(ARGUMENTS[-1]) if ARGUMENTS else size(10_000_000, 3_000)
FEW, PENDING = size(10_000, 500), size(100_000, 1_000)
ROUNDS = size(40, 1)
WARM = size(3, 1)
MS = 1000.0
NEXT = re.compile(r'href="([^"]*)"\s+rel="next"')


@dataclass(frozen=True, slots=True)
class Measured:
    """One page: milliseconds in the middle and at the 95th percentile, its queries, and the slowest of them."""

    page: str
    p50: float
    p95: float
    queries: int
    slowest: float


def pages() -> list[tuple[str, str, str]]:
    """The name of the page, who looks at it, and its address."""
    people = {
        "typical": email(TYPICAL),
        "busy": email(BUSY),
        "approver": email(APPROVER),
        "administrator": "admin@example.com",
    }
    found = []
    for name, address in people.items():
        tabs = ("me", "pool", "decided") if name == "approver" else ("me", "decided")
        for tab in tabs:
            found += [
                (f"{tab}{label}, {name}", address, f"/approvals/?tab={tab}{more}")
                for label, more in _more(tab)
            ]
    return found


def _more(tab: str) -> list[tuple[str, str]]:
    narrowed = [
        ("", ""),
        (" by risk", "&risk=high"),
        (" by type", "&action_type=refund"),
        (" by both", "&action_type=refund&risk=high"),
        (" without a match", f"&action_type={NEVER_ASKED}"),
        (" by both, no match", f"&action_type={NEVER_ASKED}&risk=high"),
        (" by workflow", "&workflow=finance"),
        (" by a workflow without a match", "&workflow=nowhere"),
        (" by an agent without a match", "&agent=00000000-0000-0000-0000-000000000001"),
        (", deep", "&deep"),
    ]
    if tab == "decided":
        return [
            *narrowed,
            (" by a common word", "&q=order"),
            (" by rare words", "&q=order+99"),
            (" by a word nowhere", "&q=zeppelin"),
        ]
    return [
        *narrowed,
        (" overdue", "&overdue=1"),
        (" by second approval", "&second=1"),
        (" by a common text", "&q=order"),
        (" by a rare text", "&q=order+99"),
        (" by a text nowhere", "&q=zeppelin"),
    ]


def measured() -> Iterator[Measured]:
    """Each page of the database that Django stands on."""
    from django.test import Client

    from approvals.models import Approval
    from grants.models import User

    clients = {}
    for name, address, url in pages():
        if address not in clients:
            clients[address] = Client()
            clients[address].force_login(User.objects.get(email=address))
        client = clients[address]
        shown = _deep(client, url.removesuffix("&deep")) if url.endswith("&deep") else url
        yield _measured(name, lambda client=client, url=shown: client.get(url))
    for name, address in (("typical", email(TYPICAL)), ("busy", email(BUSY)), ("approver", email(APPROVER))):
        own = Approval.objects.pending().assigned_to(address).by_deadline()
        one = own.filter(risk="medium").last()
        client = clients[address]
        yield _measured(
            f"request, {name}", lambda client=client, one=one: client.get(f"/approvals/{one.pk}/")
        )
        yield _measured(
            f"request by htmx, {name}",
            lambda client=client, one=one: client.get(
                f"/approvals/{one.pk}/", headers={"HX-Request": "true"}
            ),
        )
        yield _measured(
            f"review, {name}", lambda client=client, one=one: client.get(f"/approvals/{one.pk}/review/")
        )


def _deep(client, url: str) -> str:
    """Ten pages on."""
    address = url
    for _ in range(10):
        if found := NEXT.search(client.get(address).content.decode()):
            address = unescape(found[1])
    return address


def _measured(name: str, get: Callable) -> Measured:
    seconds, queries = [], []
    for number in range(WARM + ROUNDS):
        took: list[float] = []
        with _timed(took):
            started = time.perf_counter()
            answer = get()
            seconds.append(time.perf_counter() - started)
        assert answer.status_code == 200, (name, answer.status_code)
        if number >= WARM:
            queries.append(took)
    seconds = seconds[WARM:]
    slowest = max(median(column) for column in zip(*queries, strict=True))
    return Measured(name, median(seconds) * MS, percentile(seconds, 0.95) * MS, len(queries[0]), slowest * MS)


def _timed(took: list[float]):
    from django.db import connection

    def timed(execute, sql, params, many, context):
        started = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            took.append(time.perf_counter() - started)
            if os.environ.get("SCALE_SHOW") and took[-1] > 0.003:
                print(f"{took[-1] * MS:.1f} {sql % params if params else sql}", file=sys.stderr)

    return connection.execute_wrapper(timed)


def compared() -> Iterator[Figure]:
    few = {one.page: one for one in _in_process_of_its_own(FEW)}
    for one in _in_process_of_its_own(DECIDED):
        is_list = not one.page.startswith(("request", "review"))
        beside = f"p50 {one.p50:.1f} ms, slowest query {one.slowest:.1f} ms"
        yield Figure(f"{one.page}: p95", one.p95, "ms", at_most=30 if is_list else 40, beside=beside)
        yield Figure(f"{one.page}: queries", one.queries, at_most=8 if is_list else 12)
        if is_list:
            yield Figure(f"{one.page}: slowest query", one.slowest, "ms", at_most=5)
        ratio = one.p50 / few[one.page].p50
        beside = f"{one.p50:.1f} ms beside {few[one.page].p50:.1f} ms"
        yield Figure(f"{one.page}: beside {FEW:,} decided", ratio, at_most=1.2, beside=beside)


def _in_process_of_its_own(decided: int) -> Iterator[Measured]:
    flags = ["--quick"] if IS_QUICK else []
    command = [sys.executable, __file__, "measure", str(decided), *flags]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        for line in process.stdout or ():
            yield Measured(**json.loads(line))
    assert process.returncode == 0, process.returncode


if __name__ == "__main__":
    if "measure" in ARGUMENTS:
        with history(DECIDED, PENDING):
            for page in measured():
                print(json.dumps(asdict(page)), flush=True)
    else:
        tell(compared())
