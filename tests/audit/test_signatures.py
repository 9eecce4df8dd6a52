"""A passkey's signature is checked with the log: of this request, payload, person and words, or it is found."""

from __future__ import annotations

import json
from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from approvals import factors
from approvals.models import Approval
from audit import clock, keys, message
from audit.canonical import canonical
from audit.clock import rfc3339
from audit.message import Subject
from audit.models import Event
from audit.verify import Tampered, chain, registered, signatures
from audit.verify.signatures import Misfit
from tests.approvals.signing.test_passkeys import EDITED, SAM, asked, make_critical, signed, voted
from tests.audit.superuser import as_database_superuser
from tests.factories import approve, make_approval, make_user
from tests.passkeys import Passkey

pytestmark = [pytest.mark.django_db, pytest.mark.shows("a-passkey-signs-one-decision")]

Spoil = Callable[[dict[str, Any]], Any]


def make_signed(passkey: Passkey | None = None) -> Approval:
    """A critical request that Sam approved by passkey, with edits."""
    approval, sam = make_critical(), make_user(SAM)
    passkey = passkey or Passkey(sam)
    question, decide = asked(approval, sam, edited=EDITED)
    decide(signed(passkey, question))
    return approval


def forge(approval: Approval, change: Spoil) -> None:
    """Change the vote's event and sign it anew, with the stolen HMAC key; it is the last of its chain."""
    event = Event.objects.about("approval", approval.pk).get(type="approval.voted")
    body = voted(approval)
    change(body)
    key_id, key = keys.signing_key()
    content = canonical(body)
    said = message.message(key_id=key_id, body=content)
    tag = message.mac(key, said)
    as_database_superuser("UPDATE audit_eventbody SET content = %s WHERE event_id = %s", content, event.pk)
    as_database_superuser(
        "UPDATE audit_event SET key_id = %s, mac = %s, leaf = %s WHERE event_id = %s",
        *(key_id, tag, message.leaf(said, tag), event.pk),
    )


def test_signed_decisions_verify_with_the_log() -> None:
    approval = make_signed()

    assert len(chain(Subject("approval", str(approval.pk))).events) == 4


def test_a_signature_moved_to_another_record_is_found() -> None:
    passkey = Passkey(make_user(SAM))
    approval, other = make_signed(passkey), make_signed(passkey)
    theirs = voted(other)["data"]

    forge(
        approval, lambda body: body["data"].update(manifest=theirs["manifest"], signature=theirs["signature"])
    )

    with pytest.raises(Tampered, match="the manifest's request is not that of the event"):
        chain(Subject("approval", str(approval.pk)))


@pytest.mark.shows("tampering-is-found")
def test_words_changed_with_a_stolen_log_key_are_found_by_the_passkeys_signature() -> None:
    approval = make_signed()

    forge(approval, lambda body: body["data"]["manifest"].update(meaning="approved with 3 changes"))

    with pytest.raises(Tampered, match="the passkey signed another manifest"):
        chain(Subject("approval", str(approval.pk)))


def _set(*path: str, to: Any) -> Spoil:
    def spoil(body: dict[str, Any]) -> None:
        place = body
        for name in path[:-1]:
            place = place[name]
        place[path[-1]] = to

    return spoil


def _with_another_key(body: dict[str, Any]) -> None:
    key = ec.generate_private_key(ec.SECP256R1()).public_key()
    public = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    body["data"]["signature"]["public_key"] = signatures.encoded(public)


SPOILT: dict[str, Spoil] = {
    "another request": _set("subject", "id", to="00000000-0000-7000-8000-000000000000"),
    "another version": _set("payload_version", to=3),
    "another payload": _set("payload_sha256", to="0" * 64),
    "another actor": _set("actor", "id", to="9"),
    "another name": _set("actor", "label", to="Mallory"),
    "another verdict": _set("data", "verdict", to="reject"),
    "another comment": _set("data", "comment", to="Pay at once."),
    "another principal": _set("data", "on_behalf_of", to={"id": "9", "email": "", "name": ""}),
    "another time": _set("data", "decided_at", to="2020-01-01T00:00:00.000000Z"),
    "another nonce": _set("data", "manifest", "nonce", to="1"),
    "no signature": _set("data", "signature", to=None),
    "no manifest": _set("data", "manifest", to=None),
    "said to be a password's": _set("data", "manifest", "signed_with", to="password"),
    "no client data": _set("data", "signature", "client_data", to=""),
    "cut off": _set("data", "signature", "authenticator_data", to="AAAA"),
    "not base64": _set("data", "signature", "signature", to=3),
    "another algorithm": _set("data", "signature", "algorithm", to=-257),
    "another key": _with_another_key,
}


@pytest.fixture
def body() -> dict[str, Any]:
    return voted(make_signed())


@pytest.mark.parametrize("spoil", SPOILT.values(), ids=SPOILT)
def test_whatever_does_not_fit_is_found(spoil: Spoil, body: dict[str, Any]) -> None:
    spoilt = deepcopy(body)
    spoil(spoilt)
    signatures.check(body)

    with pytest.raises(Misfit):
        signatures.check(spoilt)


@pytest.mark.parametrize(
    "spoil",
    {
        "another person's": _set("data", "manifest", "person", to="00000000-0000-7000-8000-000000000000"),
        "before it was registered": _set("data", "decided_at", to="2020-01-01T00:00:00.000000Z"),
        "another passkey": _set("data", "signature", "credential_id", to="AAAA"),
        "another key": _with_another_key,
    }.values(),
)
def test_a_passkey_that_the_log_does_not_give_to_the_person_is_found(
    spoil: Spoil, body: dict[str, Any]
) -> None:
    registered.check(body)
    spoil(body)

    with pytest.raises(Misfit, match="no such passkey"):
        registered.check(body)


def test_a_passkey_that_was_removed_before_is_found(body: dict[str, Any]) -> None:
    factor = Authenticator.objects.get()
    factors.remove(factor.user, factor, by=factor.user.as_actor())
    registered.check(body)

    body["data"]["decided_at"] = rfc3339(clock.now())

    with pytest.raises(Misfit):
        registered.check(body)


def test_where_the_log_does_not_name_passkeys_yet_nothing_is_asked(body: dict[str, Any]) -> None:
    event = Event.objects.get(type="person.factor_added")
    said = json.loads(bytes(event.body.content))
    del said["data"]["credential_id"]
    as_database_superuser(
        "UPDATE audit_eventbody SET content = %s WHERE event_id = %s", canonical(said), event.pk
    )

    registered.check(body)


def test_a_vote_signed_anew_by_another_passkey_is_found() -> None:
    """The thief holds the log's key, and a passkey that signs the same words."""
    approval = make_signed()

    forge(approval, _sign_anew)

    with pytest.raises(Tampered, match="no such passkey"):
        chain(Subject("approval", str(approval.pk)))


def _sign_anew(body: dict[str, Any]) -> None:
    passkey = Passkey(make_user("thief@example.com"))
    posted = passkey.sign({"challenge": signatures.encoded(signatures.challenge(body["data"]["manifest"]))})
    key = passkey.key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    said = posted["response"]
    body["data"]["signature"] |= {
        "credential_id": posted["id"],
        "public_key": signatures.encoded(key),
        "authenticator_data": said["authenticatorData"],
        "client_data": said["clientDataJSON"],
        "signature": said["signature"],
    }


def test_the_last_approval_carries_every_signature_that_counts() -> None:
    approval = make_critical()
    for email in (SAM, "finance@example.com"):
        person = make_user(email)
        passkey = Passkey(person)
        question, decide = asked(approval, person)
        decide(signed(passkey, question))

    granted = Event.objects.about("approval", approval.pk).get(type="approval.granted").content
    signatures.check(granted)

    assert [vote["manifest"]["signed_with"] for vote in granted["data"]["votes"]] == ["passkey"] * 2
    granted["data"]["votes"].reverse()
    granted["data"]["votes"][0]["signature"] = granted["data"]["votes"][1]["signature"]
    with pytest.raises(Misfit):
        signatures.check(granted)


def test_a_decision_from_before_there_were_manifests_verifies() -> None:
    approve(make_approval(), by=make_user())
    body = Event.objects.get(type="approval.voted").content
    old = json.loads(json.dumps(body))
    del old["data"]["manifest"], old["data"]["signature"]

    signatures.check(body)
    signatures.check(old)
