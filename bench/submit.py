"""How many proposals a second, against the barest view that writes the same rows under the same server?

Two web workers, twelve clients; for each pattern that an agent's action can meet. And how often does one proposal
talk to the database?
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from statistics import median
from uuid import uuid4

from figures import Figure, run, size
from ground import ROOT
from load import load, request

REQUESTS, ROUNDS = size(600, 24), size(3, 1)
BARE = "bench.bare:application"
TERMS = {
    "approval_gate": {},
    "none": {"pattern": "none"},
    "exception_based": {"pattern": "exception_based", "condition": "payload.amount > 1000"},
}


def measure() -> Iterator[Figure]:
    from wsgi import under_wsgi

    from approvals_site.ports import free_port
    from tests.crashes.deployed import command, started
    from tests.factories import make_approver, make_key, make_policy, make_user

    make_user("sales@example.com"), make_approver()
    key, token = make_key()
    policies = {name: make_policy(name, **terms) for name, terms in TERMS.items()}
    for name in TERMS:
        yield from _traffic(name, token)
    ports = free_port(), free_port()
    web = command("web", "--port", str(ports[0]))
    bare = under_wsgi(BARE, ports[1])
    with (
        started(web, DATABASE_CONN_MAX_AGE="60"),
        started(bare, DATABASE_CONN_MAX_AGE="60", PYTHONPATH=str(ROOT)),
    ):
        for name, policy in policies.items():
            paths = "/api/v1/approvals", f"/approvals/{key.agent_id}/{key.pk}/{policy.pk}"
            rounds = [
                [_rate(port, path, token, name) for port, path in zip(ports, paths, strict=True)]
                for _ in range(ROUNDS + 1)
            ]
            ours, barest = (
                median(rate[side] for rate in rounds[1:]) for side in (0, 1)
            )  # the first warms up
            beside = f"{ours:,.0f}/s beside {barest:,.0f}/s of a bare view"
            yield Figure(f"submit {name}, 12 clients", ours / barest, at_least=0.5, beside=beside)


def _traffic(action_type: str, token: str) -> Iterator[Figure]:
    from tests.approvals.api.client import AgentClient
    from tests.traffic import traffic

    client = AgentClient(token)
    client.submit(**proposal(action_type))
    with traffic() as counted:
        client.submit(**proposal(action_type))
    yield Figure(f"submit {action_type}", counted.statements, "statements", at_most=8)
    yield Figure(f"submit {action_type}", counted.round_trips, "round trips", at_most=4)


def _rate(port: int, path: str, token: str, action_type: str) -> float:
    from approvals_site.ports import is_answering
    from tests.site.real_processes import within

    assert within(30, lambda: is_answering(port))
    body = json.dumps(proposal(action_type))
    rate, answers = load(port, (request("POST", path, headers(token), body) for _ in range(REQUESTS)))
    assert set(answers) <= {"200", "201"}, answers
    return rate


def proposal(action_type: str) -> dict[str, object]:
    from tests.approvals.api.client import PROPOSAL

    payload = {**PROPOSAL["payload"], "amount": 12}
    return {**PROPOSAL, "actionType": action_type, "confidence": 0.9, "payload": payload}


def headers(token: str) -> dict[str, str]:
    return {
        "Authorization": f"Bearer {token}",
        "Content-Type": "application/json",
        "Idempotency-Key": str(uuid4()),
    }


if __name__ == "__main__":
    run("submit", measure)
