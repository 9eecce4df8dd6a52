"""An event is written with what it tells, or neither is."""

from __future__ import annotations

import hashlib
import hmac
import json

import pytest
from django.conf import settings
from django.db import transaction
from django.db.transaction import TransactionManagementError

from audit import clock, log, message
from audit.message import SYSTEM, Subject
from audit.models import Event

SUBJECT = Subject("log", "test")


@pytest.mark.django_db
def test_an_event_is_signed_over_its_exact_bytes() -> None:
    event = log.record(SUBJECT, "key.rotated", actor=SYSTEM, at=clock.now(), data={"b": 1, "a": "ü"})

    body = bytes(Event.objects.get().body.content)
    signed = b"countersign-audit/1\n%s\n%d\n%s" % (event.key_id.encode(), len(body), body)
    tag = hmac.new(settings.AUDIT_HMAC_KEYS[event.key_id], signed, "sha256").digest()

    assert bytes(event.mac) == tag
    assert bytes(event.leaf) == hashlib.sha256(b"\0" + signed + tag).digest()
    assert json.loads(body)["data"] == {"a": "ü", "b": 1}


@pytest.mark.django_db
def test_each_event_names_the_leaf_before_it() -> None:
    first = log.record(SUBJECT, "key.rotated", actor=SYSTEM, at=clock.now())
    second = log.record(SUBJECT, "key.rotated", actor=SYSTEM, at=clock.now())
    other = log.record(Subject("log", "other"), "key.rotated", actor=SYSTEM, at=clock.now())

    assert (first.seq, bytes(first.prev)) == (1, message.ROOT)
    assert (second.seq, bytes(second.prev)) == (2, bytes(first.leaf))
    assert (other.seq, bytes(other.prev)) == (1, message.ROOT)


@pytest.mark.django_db(transaction=True)
def test_an_event_outside_a_transaction_is_refused() -> None:
    with pytest.raises(TransactionManagementError):
        log.record(SUBJECT, "key.rotated", actor=SYSTEM, at=clock.now())


@pytest.mark.django_db(transaction=True)
def test_an_event_goes_with_a_rollback() -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        log.record(SUBJECT, "key.rotated", actor=SYSTEM, at=clock.now())
        1 / 0

    assert not Event.objects.exists()
