"""Could a decision be told from its events alone, had the tables burnt? Payloads to the byte, and all that was said."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
import rfc8785
from hypothesis import given, settings
from hypothesis import strategies as st

from approvals import lifecycle, signing
from audit.message import ROOT, SYSTEM, Entry, NewEvent, Subject
from audit.models import Event
from tests.approvals.lifecycle.test_log import bodies
from tests.approvals.views.browse import client_of
from tests.factories import attest, make_approval, make_user, seen
from tests.naughty import naughty

pytestmark = pytest.mark.django_db

_PLAIN = st.characters(exclude_categories=("Cs",), exclude_characters="\0")
_TEXT = st.text(_PLAIN, max_size=20)
_FRACTIONS = st.floats(-1e300, 1e300).filter(lambda one: not one.is_integer())
_NUMBERS = st.integers(-(2**53) + 1, 2**53 - 1) | _FRACTIONS | st.sampled_from([-0.0, 1.0, 1e15])
_JSON = st.recursive(
    st.none() | st.booleans() | _NUMBERS | _TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_TEXT, inner, max_size=4),
    max_leaves=20,
)


def sha256_of(payload: Any) -> str:
    return hashlib.sha256(rfc8785.dumps(payload)).hexdigest()


@given(payload=st.dictionaries(_TEXT, _JSON, max_size=5))
@settings(deadline=None, max_examples=200)
def test_the_hash_of_any_payload_comes_out_of_its_event_again(payload: dict[str, Any]) -> None:
    event = NewEvent(
        Subject("approval", "one"),
        "approval.sla_breach",
        actor=SYSTEM,
        at=datetime(2026, 4, 12, tzinfo=UTC),
        payload_sha256=hashlib.sha256(rfc8785.dumps(payload)).digest(),
        data={"payload": payload},
    )

    body = json.loads(Entry(event_id=uuid4(), seq=1, prev=ROOT, event=event).body())

    assert sha256_of(body["data"]["payload"]) == body["payload_sha256"]


@pytest.mark.parametrize(
    "payload",
    [
        '{"amount": 1.0, "tiny": 1e-7, "huge": 1e15, "minus": -0.0, "third": 0.1}',
        json.dumps({"é": 1, "\U0001f600": 2, "ﬃ": 3, "z": 4}),
        json.dumps({"text": [one for one in naughty() if "\0" not in one][:400]}),
        json.dumps({"body": "ä" * 60_000, "rows": [{"n": n / 8} for n in range(4_000)]}, ensure_ascii=False),
    ],
    ids=["numbers", "keys", "naughty", "large"],
)
def test_a_payload_as_agents_send_it_is_in_each_event_to_the_byte(payload: str) -> None:
    approval = make_approval(payload=payload)
    lifecycle.approve(
        approval.pk,
        by=make_user(),
        seen=seen(approval),
        attestation=attest(approval, by=make_user()),
    )
    lifecycle.claim(approval.pk, by=approval.key)

    said = [event.content for event in Event.objects.about("approval", approval.pk).with_content()]

    shown = [one for one in said if "payload" in one["data"]]
    assert len(shown) == 4  # asked, voted, granted, claimed
    assert {sha256_of(one["data"]["payload"]) for one in shown} == {approval.version().digest}
    assert {one["payload_sha256"] for one in shown} == {approval.version().digest}


def test_the_first_event_has_what_the_form_was_made_of_and_who_was_barred() -> None:
    schema = {"type": "object", "properties": {"body": {"type": "string"}}}
    approval = make_approval(schema=schema, risk="medium")

    data = bodies(approval, "approval.requested")[0]["data"]

    assert json.loads(data["payload_schema"]) == schema
    assert hashlib.sha256(data["payload_schema"].encode()).hexdigest() == data["payload_schema_sha256"]
    assert data["barred"]["agent_owner"] == str(approval.agent.owner_id)
    assert data["sla_minutes"] == approval.sla_minutes


def test_a_vote_says_how_and_when_its_person_had_signed_in() -> None:
    approval, person = make_approval(), make_user()
    at = datetime(2026, 4, 12, 9, tzinfo=UTC)

    lifecycle.approve(
        approval.pk,
        by=person,
        seen=seen(approval),
        attestation=attest(approval, by=person),
        session=signing.SignedIn(at, (("password", at), ("totp", at))),
    )

    session = bodies(approval, "approval.voted")[0]["data"]["session"]
    assert session["since"] == "2026-04-12T09:00:00.000000Z"
    assert [way["with"] for way in session["ways"]] == ["password", "totp"]


def test_a_vote_on_a_page_takes_that_from_the_session() -> None:
    approval, person = make_approval(), make_user()
    form = {"version": 1, "payload_sha256": approval.version().digest, "verdict": "approve"}

    answer = client_of(person).post(f"/approvals/{approval.pk}/decision/", form)

    assert answer.status_code == 303
    session = bodies(approval, "approval.voted")[0]["data"]["session"]
    assert session["since"] is not None
