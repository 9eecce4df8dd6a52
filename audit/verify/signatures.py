"""Did the person sign this very decision with their passkey? Pure: an event's own words, no database, no other app.

A signed decision carries its manifest (what was signed, in words and hashes) and the browser's WebAuthn assertion. Its
challenge is the SHA-256 of the manifest's RFC 8785 bytes. `docs/audit.md` describes both, field by field.
"""

from __future__ import annotations

import hashlib
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.serialization import load_der_public_key

from audit.canonical import canonical

TYPES = frozenset({"approval.voted", "approval.granted", "approval.rejected"})
"""The events in which signed decisions stand."""

MOST_AGE = timedelta(minutes=5)
"""How long after it was asked for a signature may decide."""

ES256, ED25519, ES384, RS256 = ALGORITHMS = (-7, -8, -35, -257)
"""By COSE's numbers, what a passkey may sign with."""

_PRESENT, _VERIFIED = 0x01, 0x04
"""Flags of the authenticator: a person was there, and it made sure who."""


_UNREADABLE = (AttributeError, KeyError, RecursionError, TypeError, ValueError)
"""What is raised by what has another shape."""


class Misfit(Exception):
    """A signature is not of this decision; the sentence says what does not fit."""


def check(body: Mapping[str, Any]) -> None:
    """Every passkey's signature in an event's signed body. Raises Misfit."""
    try:
        _check_all(body)
    except _UNREADABLE:
        raise Misfit("what is said of the decision's signature cannot be read") from None


def signed(body: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The decisions in an event's body that a passkey signed."""
    return (decision for decision in _decisions(body) if decision.get("signature"))


def _check_all(body: Mapping[str, Any]) -> None:
    for decision in _decisions(body):
        manifest, signature = decision.get("manifest") or {}, decision.get("signature")
        if bool(signature) != (manifest.get("signed_with") == "passkey"):
            raise Misfit("the manifest and the signature disagree on whether a passkey signed")
        if signature:
            _check_place(manifest, decision, body)
            check_assertion(manifest, signature)


def check_assertion(manifest: Mapping[str, Any], signature: Mapping[str, Any]) -> None:
    """Whether a passkey signed this manifest, with its owner there and verified. Raises Misfit."""
    try:
        client_data = decoded(signature["client_data"])
        authenticator_data = decoded(signature["authenticator_data"])
        said = json.loads(client_data)
        _check_client(said, manifest)
        _check_authenticator(authenticator_data, manifest)
        signed = authenticator_data + hashlib.sha256(client_data).digest()
        _check_signature(signature, signed)
    except _UNREADABLE:
        raise Misfit("the passkey's signature cannot be read") from None


def challenge(manifest: Mapping[str, Any]) -> bytes:
    """What a passkey signs for it: the SHA-256 of its RFC 8785 bytes."""
    return hashlib.sha256(canonical(dict(manifest))).digest()


def words_sha256(decision: Mapping[str, Any]) -> str:
    """The SHA-256, in hex, of what the person wrote and ticked, as RFC 8785."""
    words = {
        "acknowledged": list(decision.get("acknowledged") or ()),
        "category": decision.get("category") or "",
        "comment": decision.get("comment") or "",
        "sentence": decision.get("sentence") or "",
    }
    return hashlib.sha256(canonical(words)).hexdigest()


def encoded(value: bytes) -> str:
    """base64url without padding, as WebAuthn writes bytes."""
    return urlsafe_b64encode(value).rstrip(b"=").decode()


def decoded(text: str) -> bytes:
    """The bytes of `encoded`. Raises ValueError."""
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _decisions(body: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    data = body.get("data") or {}
    yield data
    yield from data.get("votes") or ()


def _check_place(manifest: Mapping[str, Any], decision: Mapping[str, Any], body: Mapping[str, Any]) -> None:
    """The manifest is of this request, payload, person and verdict, and of the words that stand beside it."""
    person, principal = decision.get("person") or {}, decision.get("on_behalf_of") or {}
    wanted = {
        "request": body["subject"]["id"],
        "payload_version": body["payload_version"],
        "payload_sha256": body["payload_sha256"],
        "verdict": decision.get("verdict"),
        "resolution": decision.get("resolution") or "",
        "person": person.get("id"),
        "principal": principal.get("id"),
        "grant": decision.get("grant"),
        "words_sha256": words_sha256(decision),
    }
    if decision is body.get("data"):
        actor = body["actor"]
        wanted |= {"person": actor["id"], "name": actor["label"]}
    for name, value in wanted.items():
        if manifest.get(name) != value:
            raise Misfit(f"the manifest's {name} is not that of the event")
    _check_time(manifest, decision)


def _check_time(manifest: Mapping[str, Any], decision: Mapping[str, Any]) -> None:
    try:
        waited = datetime.fromisoformat(decision["decided_at"]) - datetime.fromisoformat(manifest["at"])
    except (KeyError, TypeError, ValueError):
        raise Misfit("the manifest's time cannot be read") from None
    if not timedelta() <= waited <= MOST_AGE:
        raise Misfit("the manifest is of another time than the decision")


def _check_client(said: Mapping[str, Any], manifest: Mapping[str, Any]) -> None:
    """What the browser says: that this challenge was signed on a page of this site."""
    if said.get("type") != "webauthn.get":
        raise Misfit("the passkey was not asked to sign")
    if said.get("challenge") != encoded(challenge(manifest)):
        raise Misfit("the passkey signed another manifest")
    if said.get("crossOrigin", False) is not False:
        raise Misfit("the passkey signed within another site's page")
    if urlsplit(said["origin"]).hostname != manifest.get("site"):
        raise Misfit("the passkey signed on another site")


def _check_authenticator(data: bytes, manifest: Mapping[str, Any]) -> None:
    if len(data) < 37:
        raise Misfit("the authenticator's words are cut off")
    if data[:32] != hashlib.sha256(str(manifest.get("site")).encode()).digest():
        raise Misfit("the passkey belongs to another site")
    if not data[32] & _PRESENT or not data[32] & _VERIFIED:
        raise Misfit("the authenticator did not verify who was there")


def _check_signature(signature: Mapping[str, Any], signed: bytes) -> None:
    key, tag = load_der_public_key(decoded(signature["public_key"])), decoded(signature["signature"])
    try:
        match signature["algorithm"], key:
            case (-7, ec.EllipticCurvePublicKey(curve=ec.SECP256R1())):
                key.verify(tag, signed, ec.ECDSA(hashes.SHA256()))
            case (-35, ec.EllipticCurvePublicKey(curve=ec.SECP384R1())):
                key.verify(tag, signed, ec.ECDSA(hashes.SHA384()))
            case (-8, ed25519.Ed25519PublicKey()):
                key.verify(tag, signed)
            case (-257, rsa.RSAPublicKey()):
                key.verify(tag, signed, padding.PKCS1v15(), hashes.SHA256())
            case _:
                raise Misfit("its algorithm is not one that decisions are signed with")
    except InvalidSignature:
        raise Misfit("the signature does not fit the passkey's public key") from None
