"""How many decisions a second, by function and over HTTP, against raw SQL that writes the same rows?"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from functools import partial
from statistics import median
from urllib.parse import urlencode

from figures import Figure, run, size
from ground import ROOT
from load import load, request

DECISIONS, ROUNDS = size(200, 8), size(3, 1)


def measure() -> Iterator[Figure]:
    from tests.factories import make_approver, make_key, make_user

    reviewer, key = make_user("sales@example.com"), make_key()[0]
    make_approver()
    yield from _by_function(key, reviewer)
    yield from _over_http(key, reviewer)


def _by_function(key, reviewer) -> Iterator[Figure]:
    from raw import write_decision

    from tests.races.acts import approving

    rounds = [
        (
            _rate([approving(approval, reviewer) for approval in _pending(key)]),
            _rate([partial(write_decision, approval.pk, reviewer.pk) for approval in _pending(key)]),
        )
        for _ in range(ROUNDS + 1)
    ]
    yield _ratio("lifecycle.approve, one thread", rounds, 0.5, "raw SQL")


def _over_http(key, reviewer) -> Iterator[Figure]:
    from wsgi import under_wsgi

    from approvals_site.ports import free_port
    from tests.crashes.deployed import command, started

    ports = free_port(), free_port()
    web = command("web", "--port", str(ports[0]))
    bare = under_wsgi("bench.bare:application", ports[1])
    with (
        started(web, DATABASE_CONN_MAX_AGE="60"),
        started(bare, DATABASE_CONN_MAX_AGE="60", PYTHONPATH=str(ROOT)),
    ):
        rounds = [
            (
                _posted(ports[0], _pending(key), reviewer, "/approvals/{}/decision/"),
                _posted(ports[1], _pending(key), reviewer, f"/decision/{{}}/{reviewer.pk}"),
            )
            for _ in range(ROUNDS + 1)
        ]
    yield _ratio("POST …/decision/, 12 clients", rounds, 0.25, "a bare view")


def _ratio(what: str, rounds: list[tuple[float, float]], at_least: float, beside: str) -> Figure:
    ours, bare = (median(rate[side] for rate in rounds[1:]) for side in (0, 1))  # the first round warms up
    return Figure(
        what, ours / bare, at_least=at_least, beside=f"{ours:,.0f}/s beside {bare:,.0f}/s of {beside}"
    )


def _pending(key) -> list:
    from tests.factories import make_approval

    return [make_approval(key=key) for _ in range(DECISIONS)]


def _rate(acts: list[Callable[[], object]]) -> float:
    started = time.monotonic()
    for act in acts:
        act()
    return len(acts) / (time.monotonic() - started)


def _posted(port: int, approvals: list, reviewer, path: str) -> float:
    from approvals_site.ports import is_answering
    from tests.site.real_processes import within

    assert within(30, lambda: is_answering(port))
    rate, answers = load(port, posts(approvals, reviewer, path))
    assert set(answers) <= {"200", "303"}, answers
    return rate


def posts(approvals: list, reviewer, path: str) -> list[bytes]:
    """A request for each that approves it, as the reviewer's browser sends it."""
    from tests.crashes.posters import CSRF, session
    from tests.factories import seen

    headers = {
        "Cookie": f"sessionid={session(reviewer)}; csrftoken={CSRF}",
        "Content-Type": "application/x-www-form-urlencoded",
    }
    requests = []
    for approval in approvals:
        form = {
            "csrfmiddlewaretoken": CSRF,
            "verdict": "approve",
            "version": 1,
            "payload_sha256": seen(approval).payload_sha256,
        }
        requests.append(request("POST", path.format(approval.pk), headers, urlencode(form)))
    return requests


if __name__ == "__main__":
    run("decide", measure)
