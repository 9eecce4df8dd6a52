"""A passkey without a browser: a key of its own that answers as an authenticator does."""

from __future__ import annotations

import hashlib
import json
import os
import struct
from base64 import urlsafe_b64encode
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from allauth.mfa.models import Authenticator
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from django.db import transaction
from fido2 import cbor
from fido2.cose import ES256

from approvals import signing
from audit import clock
from grants import accounts
from grants.models import User

SITE, ORIGIN = "localhost", "http://localhost:8000"
PRESENT, VERIFIED, NEW = 0x01, 0x04, 0x40


def encoded(value: bytes) -> str:
    return urlsafe_b64encode(value).rstrip(b"=").decode()


@dataclass
class Passkey:
    """Its `owner` registered it two days ago, unless told otherwise; each signature counts one further."""

    owner: User
    created_at: datetime = field(default_factory=lambda: clock.now() - timedelta(days=2))
    count: int = 1
    id: bytes = field(default_factory=lambda: os.urandom(16))
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    def __post_init__(self) -> None:
        public = ES256.from_cryptography_key(self.key.public_key())
        held = bytes(16) + struct.pack(">H", len(self.id)) + self.id + cbor.encode(dict(public))
        data = _data(PRESENT | VERIFIED | NEW, self.count) + held
        made = cbor.encode({"fmt": "none", "attStmt": {}, "authData": data})
        browser = _said("webauthn.create", b"", ORIGIN)
        response = {"clientDataJSON": encoded(browser), "attestationObject": encoded(made)}
        credential = {
            "id": encoded(self.id),
            "rawId": encoded(self.id),
            "type": "public-key",
            "response": response,
        }
        self.row = Authenticator.objects.create(
            user=self.owner,
            type=Authenticator.Type.WEBAUTHN,
            created_at=self.created_at,
            data={"name": "Laptop", "credential": credential},
        )
        with transaction.atomic():
            said = {"factor": "passkey", "factor_name": "Laptop", **signing.facts_of(self.row)}
            accounts.note(self.owner, "person.factor_added", by=self.owner.as_actor(), **said)

    def sign(
        self, options: dict[str, Any], *, flags: int = PRESENT | VERIFIED, origin: str = ORIGIN
    ) -> dict[str, Any]:
        """What the browser posts, for what it was asked."""
        self.count += 1
        return self.sign_bytes(_unpadded(options["challenge"]), flags=flags, origin=origin)

    def sign_bytes(self, challenge: bytes, *, flags: int, origin: str) -> dict[str, Any]:
        said, data = _said("webauthn.get", challenge, origin), _data(flags, self.count)
        tag = self.key.sign(data + hashlib.sha256(said).digest(), ec.ECDSA(hashes.SHA256()))
        response = {
            "clientDataJSON": encoded(said),
            "authenticatorData": encoded(data),
            "signature": encoded(tag),
            "userHandle": None,
        }
        return {
            "id": encoded(self.id),
            "rawId": encoded(self.id),
            "type": "public-key",
            "response": response,
            "clientExtensionResults": {},
        }


def _unpadded(text: str) -> bytes:
    from base64 import urlsafe_b64decode

    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _data(flags: int, count: int) -> bytes:
    return hashlib.sha256(SITE.encode()).digest() + struct.pack(">BI", flags, count)


def _said(kind: str, challenge: bytes, origin: str) -> bytes:
    said = {"type": kind, "challenge": encoded(challenge), "origin": origin, "crossOrigin": False}
    return json.dumps(said).encode()
