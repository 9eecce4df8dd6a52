"""Who was handed evidence, and which? Reading and exporting it is an event, in a chain of its own."""

from __future__ import annotations

import hashlib
from typing import Any

from django.db import connection, transaction

from audit import clock, log
from audit.message import Actor, NewEvent, Subject
from audit.receipts.document import Receipt

SUBJECT = Subject("log", "disclosures")
"""The chain of what left the house. The sequencer's lock is not needed for it: `hold_lock` is."""

LOCK = 0x646973636C6F73  # "disclos"


@transaction.atomic
def hand_out(receipt: Receipt, *, to: Actor, form: str) -> None:
    """Record that this receipt was shown or given: `page`, `file`, `command` or `agent`."""
    _hold_lock()
    data = {"request": receipt.request, "form": form, "sha256": hashlib.sha256(receipt.content).hexdigest()}
    log.record(NewEvent(SUBJECT, "receipt.issued", actor=to, at=clock.now(), data=data))


@transaction.atomic
def hand_out_pack(facts: dict[str, Any], *, to: Actor) -> None:
    """Record that a pack was exported; `facts` are the data of `pack.exported`."""
    _hold_lock()
    log.record(NewEvent(SUBJECT, "pack.exported", actor=to, at=clock.now(), data=facts))


def _hold_lock() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
