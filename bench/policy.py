"""How many verdicts a second, which share of a submission is that, and how fast is a table of policies loaded?

`policy.py [POLICIES]`, 1,000 if not told. The times of a verdict and of a submission are taken in turns within one
run, so that the share holds on a busy machine too.
"""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Callable, Iterator
from uuid import uuid4

from figures import ARGUMENTS, Figure, run, size

POLICIES = int(ARGUMENTS[0]) if ARGUMENTS else size(1000, 10)
ROUNDS, BATCH = size(20, 1), size(50, 2)
CONDITION = 'payload.amount > 10000 || confidence < 0.8 || evidence.exists(item, item.tone == "red")'
PAYLOAD = {"amount": 5000, "account": "Acme", "note": "n" * 500}
EVIDENCE = [{"label": f"Fact {n}", "value": "v" * 80, "tone": "slate", "url": None} for n in range(5)]
CASES = {
    "gate": {"pattern": "approval_gate"},
    "gate with a candidate": {"pattern": "approval_gate", "shadow_condition": CONDITION},
    "exception-based": {
        "pattern": "exception_based",
        "condition": CONDITION,
        "minimum_confidence": 0.8,
        "reason": "bench",
    },
}


def measure() -> Iterator[Figure]:
    yield from judging()
    yield from loading()


def judging() -> Iterator[Figure]:
    from approvals import keys
    from audit.message import SYSTEM
    from grants.models import User

    owner = User.objects.create_user("owner@example.com", name="Bench")
    agent = keys.create_agent("Bench", owner=owner, by=SYSTEM, action_types=["*"], workflows=["*"])
    key, _ = keys.create_key(agent, owner=owner, by=SYSTEM)
    for name, terms in CASES.items():
        yield judged(name, terms, key)


def judged(name: str, terms: dict[str, object], key: object) -> Figure:
    """Medians over rounds in turns."""
    from approvals import policy
    from approvals.models import Policy
    from audit.message import SYSTEM

    action_type = f"bench_{uuid4().hex}"
    found = policy.publish(
        Policy(action_type=action_type, risk="medium", sla_minutes=60, reviewers=["a@example.com"], **terms),
        by=SYSTEM,
    )
    proposal = policy.Proposal(
        action_type=action_type, confidence=0.9, payload=PAYLOAD, evidence=EVIDENCE, agent="Bench"
    )
    verdicts, submissions = [], []
    for _ in range(ROUNDS):
        verdicts.append(seconds(lambda: policy.evaluate(found, proposal)))
        submissions.append(seconds(lambda: submit(action_type, key)))
    one, whole = statistics.median(verdicts), statistics.median(submissions)
    beside = f"{1 / one:,.0f} verdicts/s beside {1 / whole:,.0f} submissions/s"
    return Figure(f"a verdict's share of a submission, {name}", one / whole, at_most=0.1, beside=beside)


def submit(action_type: str, key: object) -> None:
    from approvals import lifecycle

    submission = lifecycle.Submission(
        action_type=action_type,
        action="Update Acme",
        rationale="Because.",
        evidence=EVIDENCE,
        payload=PAYLOAD,
        payload_source=json.dumps(PAYLOAD),
        confidence=0.9,
        request_sha256=uuid4().bytes * 2,
    )
    lifecycle.submit(submission, key=key, idempotency_key=str(uuid4()))


def loading() -> Iterator[Figure]:
    """A table that is new, then changed throughout, then as it stands."""
    from approvals.policy import load_table
    from audit.message import SYSTEM

    new = "policies:\n" + "".join(map(entry, range(POLICIES)))
    changed = new.replace("sla_minutes: 60", "sla_minutes: 61")
    for name, text in (("new", new), ("changed", changed), ("as they stand", changed)):
        start = time.perf_counter()
        load_table(text, by=SYSTEM)
        taken = time.perf_counter() - start
        yield Figure(f"{POLICIES:,} policies of a file, {name}", taken, "s")


def entry(number: int) -> str:
    return (
        f"  - {{action_type: load{number}, pattern: approval_gate, risk: medium, sla_minutes: 60,\n"
        f"     reviewers: [r{number}@example.com], minimum_confidence: 0.8,\n"
        f"     shadow_condition: payload.amount > {number},\n"
        f"     escalation: [{{after_minutes: 0, emails: [lead{number}@example.com]}}]}}\n"
    )


def seconds(act: Callable[[], object]) -> float:
    """For one, averaged over a batch."""
    start = time.perf_counter()
    for _ in range(BATCH):
        act()
    return (time.perf_counter() - start) / BATCH


if __name__ == "__main__":
    run("policy", measure)
