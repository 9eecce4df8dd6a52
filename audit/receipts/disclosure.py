"""Who was handed evidence, and which? Reading and exporting it is an event, in a chain of its own."""

from __future__ import annotations

import hashlib
from typing import Any

import structlog
from django.db import connection, transaction

from audit import clock, log
from audit.keys import UnknownKey
from audit.merkle import ProofFails
from audit.message import Actor, NewEvent, Subject
from audit.models import Event
from audit.receipts.document import Receipt, receipt_of
from audit.tree import NodeMissing

logger = structlog.get_logger(__name__)

SUBJECT = Subject("log", "disclosures")
"""The chain of what left the house. The sequencer's lock is not needed for it: `hold_lock` is."""

LOCK = 0x646973636C6F73  # "disclos"


LOOK_BACK = 50
"""Of the receipts that an agent was handed, how many are looked through for the same one."""


class CannotProve(Exception):
    """The stored tree is damaged, or a key is not there: whoever runs the desk has to look."""


def decided(request: str, *, for_agent: bool = False) -> Receipt:
    """The receipt of a decided request, for somebody who can do nothing about a damaged record.

    Raises UnknownRequest, StillOpen, NotProvenYet; CannotProve, once the log for operators says what is wrong.
    """
    try:
        return receipt_of(request, for_agent=for_agent, only_decided=True)
    except (NodeMissing, ProofFails, UnknownKey) as error:
        logger.critical("receipt_cannot_be_proven", request=request, error=str(error))
        raise CannotProve(
            "The record cannot prove this now: its tree is damaged or a key is missing. The operators are told by the "
            "log: ask them, and come back once `verify_audit` finds nothing."
        ) from error


@transaction.atomic
def hand_out(receipt: Receipt, *, to: Actor, form: str) -> None:
    """Record that this receipt was shown or given: `page`, `file`, `command` or `agent`.

    An agent that is handed the same bytes again is no second event: its program may ask as often as it likes.
    """
    data = {"request": receipt.request, "form": form, "sha256": hashlib.sha256(receipt.content).hexdigest()}
    if form == "agent" and _was_handed(data, to):
        return
    _hold_lock()
    log.record(NewEvent(SUBJECT, "receipt.issued", actor=to, at=clock.now(), data=data))


@transaction.atomic
def hand_out_pack(facts: dict[str, Any], *, to: Actor) -> None:
    """Record that a pack was exported; `facts` are the data of `pack.exported`."""
    _hold_lock()
    log.record(NewEvent(SUBJECT, "pack.exported", actor=to, at=clock.now(), data=facts))


def _was_handed(data: dict[str, Any], to: Actor) -> bool:
    # By type and time, which have an index.
    own = Event.objects.filter(type="receipt.issued", actor_kind=to.kind, actor_id=to.id)
    return any(one.content.get("data") == data for one in own.order_by("-at").with_content()[:LOOK_BACK])


def _hold_lock() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
