"""Requests with a whole life behind them, and the checkpoint over it."""

from __future__ import annotations

import hashlib

from approvals import lifecycle
from approvals.lifecycle import Report
from approvals.models import Approval
from audit.tasks import sequence
from tests.factories import EMAIL_PAYLOAD, approve, make_approval, make_user

PROPOSED = {**EMAIL_PAYLOAD, "cc": ["Zoë\u202e", 1.5, -0.0, 1e-7], "left": {"a": 1}}
CORRECTED = {**PROPOSED, "body": "Corrected.", "cc": ["Zoë\u202e", 2.5, 3e-7]}


def told(*, mismatch: bool = False) -> Approval:
    """Proposed, opened, commented, corrected, approved, claimed, reported; and sequenced."""
    person = make_user()
    approval = make_approval(
        payload=PROPOSED, risk="medium", evidence=({"label": "Contract", "value": "C", "tone": "blue"},)
    )
    lifecycle.comment(approval.pk, by=person, text="Is this the account of last year?")
    approve(approval, by=person, edited=CORRECTED, comment="Shorter.")
    claim = lifecycle.claim(approval.pk, by=approval.key)
    version = Approval.objects.get(pk=approval.pk).version()
    executed = hashlib.sha256(b"else").digest() if mismatch else bytes(version.sha256)
    lifecycle.report(approval.pk, Report(claim.claim_id, "succeeded", executed, "Sent."), by=approval.key)
    sequence()
    return approval
