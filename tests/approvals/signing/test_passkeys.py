"""A passkey signs one critical decision: this request, this payload, these words, this person, once."""

from __future__ import annotations

import hashlib
import json
from base64 import urlsafe_b64decode
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_der_public_key

from approvals import factors, lifecycle, payload
from approvals.exceptions import InvalidInput, StaleVersion
from approvals.lifecycle import Attestation, Seen, Words
from approvals.models import Approval, Signing, Vote
from approvals.signing import Assertion
from audit import clock
from audit.models import Event
from grants.models import User
from tests.factories import EMAIL_PAYLOAD, make_approval, make_user, seen
from tests.passkeys import PRESENT, Passkey

pytestmark = [pytest.mark.django_db, pytest.mark.shows("a-passkey-signs-one-decision")]

EDITED = {**EMAIL_PAYLOAD, "subject": "Corrected", "body": "Corrected."}
SAM, ADA = "sales@example.com", "finance@example.com"


def make_critical() -> Approval:
    return make_approval(risk="critical", assignees=(SAM, ADA))


def asked(approval: Approval, by: User, *, edited: dict[str, Any] | None = None, comment: str = "") -> Any:
    """The question to the passkey, and the words of the decision that it would sign."""
    shown = seen(approval)
    if edited is not None:
        shown = Seen(shown.version, payload.digest(payload.canonical(edited)).hex())
    text = None if edited is None else json.dumps(edited)
    words = Attestation(comment=comment)
    question = lifecycle.prepare_approval(approval.pk, by=by, seen=shown, attestation=words, edited=text)

    def decide(proof: Assertion, **changes: Any) -> Approval:
        attestation = Attestation(comment=changes.pop("comment", comment), proof=proof)
        values = {"seen": shown, "edited": text, "by": by, **changes}
        return lifecycle.approve(changes.pop("pk", approval.pk), attestation=attestation, **values)

    return question, decide


def signed(passkey: Passkey, question: lifecycle.ToSign, **how: Any) -> Assertion:
    return Assertion(question.nonce, passkey.sign(question.options, **how))


def voted(approval: Approval) -> dict[str, Any]:
    event = Event.objects.about("approval", approval.pk).filter(type="approval.voted").last()
    assert event is not None
    body: dict[str, Any] = json.loads(bytes(event.body.content))
    return body


def test_a_passkey_signs_an_approval_with_edits() -> None:
    approval, sam = make_critical(), make_user(SAM)
    passkey = Passkey(sam)
    question, decide = asked(approval, sam, edited=EDITED)

    decide(signed(passkey, question))

    data = voted(approval)["data"]
    assert data["manifest"] == question.manifest
    assert data["manifest"]["meaning"] == "approved with 2 changes"
    assert data["manifest"]["payload_version"] == 2
    assert Vote.objects.get().signature == data["signature"]


def test_an_outsider_verifies_it_with_cryptography_alone() -> None:
    approval, sam = make_critical(), make_user(SAM)
    passkey = Passkey(sam)
    question, decide = asked(approval, sam, edited=EDITED, comment="Für Ada.")
    decide(signed(passkey, question))

    body = voted(approval)
    manifest, kept = body["data"]["manifest"], body["data"]["signature"]
    client_data, data, tag, key = (
        urlsafe_b64decode(kept[name] + "==")
        for name in ("client_data", "authenticator_data", "signature", "public_key")
    )
    digest = hashlib.sha256(
        json.dumps(manifest, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    ).digest()
    public = load_der_public_key(key)

    assert isinstance(public, ec.EllipticCurvePublicKey)
    public.verify(tag, data + hashlib.sha256(client_data).digest(), ec.ECDSA(hashes.SHA256()))
    assert urlsafe_b64decode(json.loads(client_data)["challenge"] + "==") == digest
    assert manifest["request"] == body["subject"]["id"]
    assert (manifest["payload_version"], manifest["payload_sha256"]) == (2, body["payload_sha256"])


def test_a_passkey_signs_a_rejection() -> None:
    approval, sam = make_critical(), make_user(SAM)
    passkey = Passkey(sam)
    words = Words("Not now.", resolution="declined")
    question = lifecycle.prepare_rejection(approval.pk, by=sam, seen=seen(approval), words=words)

    lifecycle.reject(
        approval.pk,
        by=sam,
        seen=seen(approval),
        resolution="declined",
        comment="Not now.",
        proof=signed(passkey, question),
    )

    manifest = voted(approval)["data"]["manifest"]
    assert (manifest["meaning"], manifest["signed_with"]) == ("rejected", "passkey")


def test_a_signature_decides_once() -> None:
    approval, sam = make_critical(), make_user(SAM)
    passkey = Passkey(sam)
    question, decide = asked(approval, sam)
    proof = signed(passkey, question)
    decide(proof)
    assert not Signing.objects.exists()

    with pytest.raises(InvalidInput, match="out of date"):
        lifecycle.reject(approval.pk, by=sam, seen=seen(approval), resolution="declined", proof=proof)


def test_a_signature_of_another_request_decides_nothing() -> None:
    one, other, sam = make_critical(), make_critical(), make_user(SAM)
    passkey = Passkey(sam)
    question, _ = asked(one, sam)
    asked_of_other, decide = asked(other, sam)

    for nonce in (question.nonce, asked_of_other.nonce):
        with pytest.raises(InvalidInput):
            decide(Assertion(nonce, passkey.sign(question.options)))

    assert not Vote.objects.exists()


def test_a_signature_of_another_payload_or_other_words_decides_nothing() -> None:
    approval, sam = make_critical(), make_user(SAM)
    passkey = Passkey(sam)
    question, decide = asked(approval, sam)
    proof = signed(passkey, question)
    shown = Seen(1, payload.digest(payload.canonical(EDITED)).hex())

    for changes in ({"comment": "Other words."}, {"seen": shown, "edited": json.dumps(EDITED)}):
        with pytest.raises(InvalidInput, match="did not sign this decision"):
            decide(proof, **changes)

    assert not Vote.objects.exists()


def test_what_was_signed_before_anothers_edit_is_stale() -> None:
    approval, sam, ada = make_critical(), make_user(SAM), make_user(ADA)
    mine, hers = Passkey(sam), Passkey(ada)
    question, decide = asked(approval, sam)
    proof = signed(mine, question)
    theirs, decide_first = asked(approval, ada, edited=EDITED)
    decide_first(signed(hers, theirs))

    with pytest.raises(StaleVersion):
        decide(proof)


def test_anothers_passkey_signs_nothing() -> None:
    approval, sam = make_critical(), make_user(SAM)
    Passkey(sam)
    question, decide = asked(approval, sam)

    with pytest.raises(InvalidInput):
        decide(signed(Passkey(make_user(ADA)), question))


def test_a_passkey_added_today_signs_nothing() -> None:
    approval, sam = make_critical(), make_user(SAM)
    Passkey(sam)
    question, decide = asked(approval, sam)
    new = Passkey(sam, created_at=clock.now() - timedelta(hours=23))

    with pytest.raises(InvalidInput):
        decide(signed(new, question))


def test_nobody_is_asked_to_sign_with_a_passkey_added_today() -> None:
    approval, sam = make_critical(), make_user(SAM)
    Passkey(sam, created_at=clock.now() - timedelta(hours=23))

    with pytest.raises(InvalidInput, match="no passkey"):
        asked(approval, sam)


HOW: list[tuple[str, dict[str, Any]]] = [
    ("nobody was verified", {"flags": PRESENT}),
    ("another site", {"origin": "https://evil.example"}),
    ("a site below", {"origin": "http://evil.localhost:8000"}),
    ("another scheme", {"origin": "ftp://localhost"}),
]


@pytest.mark.parametrize("how", [how for _, how in HOW], ids=[name for name, _ in HOW])
def test_a_signature_made_another_way_decides_nothing(how: dict[str, Any]) -> None:
    approval, sam = make_critical(), make_user(SAM)
    passkey = Passkey(sam)
    question, decide = asked(approval, sam)

    with pytest.raises(InvalidInput, match="did not sign this decision"):
        decide(signed(passkey, question, **how))


def _without_signature(said: dict[str, Any]) -> Any:
    return {**said, "response": {**said["response"], "signature": "AAAA"}}


@pytest.mark.parametrize("spoil", [_without_signature, lambda said: {}, lambda said: {"rawId": 3}])
def test_what_no_passkey_says_decides_nothing(spoil: Callable[[dict[str, Any]], Any]) -> None:
    approval, sam = make_critical(), make_user(SAM)
    passkey = Passkey(sam)
    question, decide = asked(approval, sam)

    with pytest.raises(InvalidInput):
        decide(Assertion(question.nonce, spoil(passkey.sign(question.options))))


def test_a_passkey_that_counts_backwards_signs_nothing() -> None:
    one, other, sam = make_critical(), make_critical(), make_user(SAM)
    passkey = Passkey(sam, count=7)
    question, decide = asked(one, sam)
    decide(signed(passkey, question))
    passkey.row.refresh_from_db()
    assert passkey.row.data["sign_count"] == 8
    question, decide = asked(other, sam)
    passkey.count = 7

    with pytest.raises(InvalidInput, match="counted backwards"):
        decide(signed(passkey, question))


def test_a_question_of_more_than_five_minutes_ago_is_not_answered() -> None:
    approval, sam = make_critical(), make_user(SAM)
    passkey = Passkey(sam)
    question, decide = asked(approval, sam)
    proof = signed(passkey, question)
    Signing.objects.update(made_at=clock.now() - timedelta(minutes=6))

    with pytest.raises(InvalidInput, match="out of date"):
        decide(proof)


def test_the_log_says_whose_passkey_it_is() -> None:
    approval, sam = make_critical(), make_user(SAM)
    added: list[Passkey] = []

    def store(person: User) -> Authenticator:
        added.append(Passkey(person))
        return added[0].row

    factors.add(sam, store, by=sam.as_actor())
    question, decide = asked(approval, sam)
    decide(signed(added[0], question))

    _, event = Event.objects.with_content().filter(type="person.factor_added").order_by("seq")
    told = event.content["data"]
    signature = voted(approval)["data"]["signature"]
    key = urlsafe_b64decode(signature["public_key"] + "==")
    assert told["credential_id"] == signature["credential_id"]
    assert told["public_key_sha256"] == hashlib.sha256(key).hexdigest()
