"""An event is written with what it tells, or neither is."""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import datetime

import pytest
from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.transaction import TransactionManagementError

from audit import clock, log, message
from audit.catalogue import UnknownEvent
from audit.message import SYSTEM, NewEvent, Subject
from audit.models import Event
from audit.verify import links
from audit.verify.waiting import check_waiting

SUBJECT = Subject("person", "test")
SAYS = {"email": "ü@example.com"}


def joined(subject: Subject = SUBJECT, *, at: datetime | None = None) -> NewEvent:
    """A new event that the catalogue describes."""
    return NewEvent(subject, "approvers.joined", actor=SYSTEM, at=at or clock.now(), data=SAYS)


@pytest.mark.django_db
def test_an_event_is_signed_over_its_exact_bytes() -> None:
    event = log.record(joined())

    body = bytes(Event.objects.get().body.content)
    signed = b"countersign-audit/1\n%s\n%d\n%s" % (event.key_id.encode(), len(body), body)
    tag = hmac.new(settings.AUDIT_HMAC_KEYS[event.key_id], signed, "sha256").digest()

    assert bytes(event.mac) == tag
    assert bytes(event.leaf) == hashlib.sha256(b"\0" + signed + tag).digest()
    assert json.loads(body)["data"] == SAYS


@pytest.mark.django_db
def test_each_event_names_the_leaf_before_it() -> None:
    first = log.record(joined())
    second = log.record(joined())
    other = log.record(joined(Subject("person", "other")))

    assert (first.seq, bytes(first.prev)) == (1, message.ROOT)
    assert (second.seq, bytes(second.prev)) == (2, bytes(first.leaf))
    assert (other.seq, bytes(other.prev)) == (1, message.ROOT)


@pytest.mark.django_db
def test_the_head_that_was_looked_up_with_the_clock_is_the_end_of_the_chain() -> None:
    _, nothing = log.look(SUBJECT)
    first = log.record(joined())
    before = clock.now()
    at, head = log.look(SUBJECT)
    second = log.record(joined(at=at), after=head)

    assert nothing == message.START
    assert before < at < clock.now()
    assert head == first.as_head()
    assert (second.seq, bytes(second.prev)) == (2, bytes(first.leaf))


@pytest.mark.django_db
def test_a_head_that_is_not_the_end_any_more_writes_nothing() -> None:
    _, head = log.look(SUBJECT)
    log.record(joined())

    with pytest.raises(IntegrityError), transaction.atomic():
        log.record(joined(), after=head)


@pytest.mark.django_db
def test_many_events_at_once_follow_each_other_as_one_by_one() -> None:
    at, other = clock.now(), Subject("person", "other")
    first = log.record(joined(at=at))

    second, third, elsewhere = log.record_many(
        [
            NewEvent(subject, name, actor=SYSTEM, at=at, data=SAYS)
            for subject, name in (
                (SUBJECT, "approvers.left"),
                (SUBJECT, "approvers.joined"),
                (other, "approvers.joined"),
            )
        ]
    )

    assert [event.seq for event in (second, third, elsewhere)] == [2, 3, 1]
    assert bytes(second.prev) == bytes(first.leaf)
    assert bytes(third.prev) == bytes(second.leaf)
    links.check()
    assert check_waiting(0, None).types.total() == 4


@pytest.mark.django_db
def test_none_of_many_is_written_where_one_is_unknown() -> None:
    events = [
        NewEvent(SUBJECT, name, actor=SYSTEM, at=clock.now(), data=SAYS)
        for name in ("approvers.joined", "person.vanished")
    ]

    with pytest.raises(UnknownEvent):
        log.record_many(events)

    assert log.record_many([]) == []
    assert not Event.objects.exists()


@pytest.mark.shows("no-change-without-its-event")
@pytest.mark.django_db(transaction=True)
def test_an_event_outside_a_transaction_is_refused() -> None:
    with pytest.raises(TransactionManagementError):
        log.record(joined())


@pytest.mark.shows("no-change-without-its-event")
@pytest.mark.django_db(transaction=True)
def test_an_event_goes_with_a_rollback() -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        log.record(joined())
        1 / 0

    assert not Event.objects.exists()


@pytest.mark.parametrize(
    ("subject", "event", "data", "sentence"),
    [
        (SUBJECT, "person.vanished", {}, "No event is called 'person.vanished'"),
        (SUBJECT, "approvers.joined", {**SAYS, "why": "a bet"}, "differ in why"),
        (SUBJECT, "approvers.joined", {}, "differ in email"),
        (Subject("agent", "test"), "approvers.joined", SAYS, "is about a subject of kind person"),
    ],
)
@pytest.mark.django_db
def test_an_event_that_the_catalogue_does_not_describe_is_refused(
    subject: Subject, event: str, data: dict[str, str], sentence: str
) -> None:
    with pytest.raises(UnknownEvent, match=sentence):
        log.record(NewEvent(subject, event, actor=SYSTEM, at=clock.now(), data=data))

    assert not Event.objects.exists()
