"""The event that the database asks for with a row, where a test makes rows that no verb of the product makes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction

from audit import catalogue, clock, log
from audit.message import SYSTEM, NewEvent, Subject


@contextmanager
def told_of(subject: Subject, *types: str) -> Iterator[None]:
    """Around writing rows: one transaction with an event of each type, whose data are the catalogue's examples."""
    known = {one.name: one for one in catalogue.all_types()}
    with transaction.atomic():
        for name in types:
            data = {field: known[name].data[field].example for field in known[name].data}
            log.record(NewEvent(subject, name, actor=SYSTEM, at=clock.now(), data=data))
        yield
