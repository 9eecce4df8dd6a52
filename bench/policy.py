"""How many verdicts a second, and which share of a submission is that? `python bench/policy.py`.

Works in a transaction that is rolled back, on the database that the environment names. The two times are
taken in turns within one run, so that the share holds on a busy machine too.
"""

from __future__ import annotations

import os
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "approvals_site.settings")

import django

django.setup()

from django.db import transaction

from approvals import keys, lifecycle, policy
from approvals.models import Agent, Policy
from approvals.policy_table import publish
from audit.message import SYSTEM
from grants.models import User

ROUNDS, BATCH = 20, 50
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


def main() -> None:
    with transaction.atomic():
        owner = User.objects.create(email=f"{uuid4()}@example.com", name="Bench")
        agent = Agent.objects.create(name=str(uuid4()), owner=owner, action_types=["*"], workflows=["*"])
        key, _ = keys.create_key(agent, owner=owner, by=SYSTEM)
        print(f"{'':24}{'verdicts/s':>12}{'submissions/s':>16}{'share':>9}")
        for name, terms in CASES.items():
            measure(name, terms, key)
        transaction.set_rollback(True)


def measure(name: str, terms: dict[str, object], key: object) -> None:
    """One line: medians over rounds in turns."""
    action_type = f"bench_{uuid4().hex}"
    found = publish(
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
    print(f"{name:24}{1 / one:>12,.0f}{1 / whole:>16,.0f}{one / whole:>9.1%}")


def submit(action_type: str, key: object) -> None:
    submission = lifecycle.Submission(
        action_type=action_type,
        action="Update Acme",
        rationale="Because.",
        evidence=EVIDENCE,
        payload_source='{"amount": 5000, "account": "Acme", "note": "' + "n" * 500 + '"}',
        confidence=0.9,
        request_sha256=uuid4().bytes * 2,
    )
    lifecycle.submit(submission, key=key, idempotency_key=str(uuid4()))


def seconds(act: Callable[[], object]) -> float:
    """For one, averaged over a batch."""
    start = time.perf_counter()
    for _ in range(BATCH):
        act()
    return (time.perf_counter() - start) / BATCH


if __name__ == "__main__":
    main()
