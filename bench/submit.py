"""How many proposals a second, against the barest view that writes the same rows under the same server?"""

from __future__ import annotations

import json
from statistics import median
from uuid import uuid4

from ground import ROOT, ground
from hot import show
from load import load, request

REQUESTS, ROUNDS = 600, 3
BARE = "bench.bare:application"


def main() -> None:
    from approvals_site.ports import free_port
    from tests.crashes.deployed import command, started
    from tests.factories import make_key, make_policy

    policy, (key, token) = make_policy(), make_key()
    ports = free_port(), free_port()
    web = command("web", "--port", str(ports[0]))
    bare = [*web[:-3], BARE, "--port", str(ports[1])]
    paths = "/api/v1/approvals", f"/approvals/{key.agent_id}/{key.pk}/{policy.pk}"
    with (
        started(web, DATABASE_CONN_MAX_AGE="60"),
        started(bare, DATABASE_CONN_MAX_AGE="60", PYTHONPATH=str(ROOT)),
    ):
        rates = [
            [_rate(port, path, token) for port, path in zip(ports, paths, strict=True)]
            for _ in range(ROUNDS + 1)
        ]
    ours, barest = (median(rate[side] for rate in rates[1:]) for side in (0, 1))  # the first round warms up
    print(f"POST /api/v1/approvals: {ours:,.0f}/s   bare view: {barest:,.0f}/s   ratio {ours / barest:.2f}")
    print("Where its time goes (one thread, cProfile):")
    show(_in_process(token))


def _rate(port: int, path: str, token: str) -> float:
    from approvals_site.ports import is_answering
    from tests.site.real_processes import within

    assert within(30, lambda: is_answering(port))
    rate, answers = load(port, (request("POST", path, _headers(token), _body()) for _ in range(REQUESTS)))
    assert set(answers) <= {"200", "201"}, answers
    return rate


def _headers(token: str) -> dict[str, str]:
    return {
        "Authorization": f"Bearer {token}",
        "Content-Type": "application/json",
        "Idempotency-Key": str(uuid4()),
    }


def _body() -> str:
    from tests.approvals.api.client import PROPOSAL

    return json.dumps(PROPOSAL)


def _in_process(token: str):
    from tests.approvals.api.client import AgentClient

    client = AgentClient(token)
    client.submit()
    return lambda: [client.submit() for _ in range(200)]


if __name__ == "__main__":
    with ground("submit"):
        main()
