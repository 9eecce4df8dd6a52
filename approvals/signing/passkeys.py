"""Which passkeys may sign a critical decision, and did one sign what it was asked to?"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.internal.auth import get_server
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings
from django.utils.translation import gettext as _
from fido2.cose import CoseKey
from fido2.server import Fido2Server
from fido2.utils import websafe_encode
from fido2.webauthn import (
    AttestedCredentialData,
    AuthenticationResponse,
    AuthenticatorData,
    UserVerificationRequirement,
)

from approvals.exceptions import InvalidInput
from audit import clock
from audit.verify.signatures import ALGORITHMS, Misfit, check_assertion, encoded
from grants.models import User
from grants.models.user import SETTLING
from patience import statements

_UNREADABLE = (AttributeError, LookupError, RecursionError, TypeError, ValueError, struct.error)
"""What fido2 raises for what no authenticator says, and for a signature that does not fit."""
_MINUTES = 5


@dataclass(frozen=True, slots=True)
class Ways:
    """With what a person may sign a critical decision; `advice` says how to come to a passkey where one is wanted."""

    passkey: bool
    retyping: bool
    code: bool
    advice: str


def ways_of(person: User, at: datetime, *, passkeys_work: bool = True) -> Ways:
    """A passkey where they have one that is settled, and, unless REQUIRE_PASSKEY_FOR_CRITICAL, password or code.

    `passkeys_work`: whether the page was opened under the name that passkeys are bound to.
    """
    found = list(Authenticator.objects.filter(user=person))
    passkey = passkeys_work and bool(_settled(found, at))
    retyping = not settings.REQUIRE_PASSKEY_FOR_CRITICAL
    code = retyping and any(one.type == Authenticator.Type.TOTP for one in found)
    return Ways(passkey, retyping, code, "" if passkey or retyping else _advice(found, at))


def settled(person: User, at: datetime) -> list[Authenticator]:
    """The person's passkeys that sign: in their hands for a day, so that none slipped in a moment ago does."""
    return _settled(list(Authenticator.objects.filter(user=person)), at)


def options(passkeys: Sequence[Authenticator], challenge: bytes) -> dict[str, Any]:
    """What the browser is asked for, as JSON has it."""
    return {
        "challenge": encoded(challenge),
        "rpId": get_server().rp.id,
        "allowCredentials": [
            {"type": "public-key", "id": encoded(_credential_of(one).credential_id)} for one in passkeys
        ],
        "userVerification": "required",
        "timeout": _MINUTES * 60_000,
    }


def facts_of(passkey: Authenticator) -> dict[str, str]:
    """By which the log ties a signature to the person who added the passkey: nothing of it is secret."""
    credential = _credential_of(passkey)
    try:
        digest = hashlib.sha256(_spki(credential.public_key)).hexdigest()
    except _UNREADABLE:
        digest = ""  # of a kind with which no decision is signed
    return {"credential_id": encoded(credential.credential_id), "public_key_sha256": digest}


def site() -> str:
    """The name that passkeys are bound to."""
    return str(get_server().rp.id)


def verified(
    credential: Mapping[str, Any], manifest: Mapping[str, Any], challenge: bytes, *, by: User, at: datetime
) -> dict[str, Any]:
    """The signature as the event keeps it. Raises InvalidInput. The passkey's row is locked, and counts on."""
    found = _settled(_locked(by), at)
    passkeys = {_credential_of(one).credential_id: one for one in found}
    data = [_credential_of(one) for one in found]
    server = Fido2Server(get_server().rp, verify_origin=is_own_origin)
    state = {
        "challenge": websafe_encode(challenge),
        "user_verification": UserVerificationRequirement.REQUIRED,
    }
    try:
        said = AuthenticationResponse.from_dict(credential)
        used = server.authenticate_complete(state, data, credential)
        kept = _kept(said, used)
        check_assertion(manifest, kept)
    except (*_UNREADABLE, Misfit):
        raise refused(_("That passkey did not sign this decision. Press the button again.")) from None
    _count(passkeys[used.credential_id], said.response.authenticator_data.counter, at)
    return kept


def refused(sentence: str) -> InvalidInput:
    """Nothing was decided, since no passkey signed it."""
    return InvalidInput.at("passkey", "not_signed", sentence)


def is_own_origin(origin: str) -> bool:
    """Whether a page of this site asked: PUBLIC_URL's own; a desk's, which has a number for a name, at localhost."""
    own, name = urlsplit(settings.PUBLIC_URL), site()
    if own.hostname == name:
        return origin == f"{own.scheme}://{own.netloc}"
    asked = urlsplit(origin)
    return (asked.scheme, asked.hostname) == ("http", name)


def _settled(found: Sequence[Authenticator], at: datetime) -> list[Authenticator]:
    return [one for one in found if one.created_at + SETTLING <= at and _signs(one)]


def _signs(one: Authenticator) -> bool:
    if one.type != Authenticator.Type.WEBAUTHN:
        return False
    key: CoseKey = _credential_of(one).public_key
    return key.get(3) in ALGORITHMS


def _credential_of(one: Authenticator) -> AttestedCredentialData:
    data: AuthenticatorData = one.wrap().authenticator_data  # type: ignore[no-untyped-call]
    if data.credential_data is None:
        raise ValueError("An authenticator registers with its credential.")
    return data.credential_data


def _locked(person: User) -> list[Authenticator]:
    rows = statements.fetch(_LOCK, [person.pk])
    return [statements.instance(Authenticator, row) for row in rows]


_LOCK = f"""
    SELECT {statements.columns(Authenticator, "factor")} FROM mfa_authenticator factor
    WHERE user_id = %s AND type = 'webauthn' ORDER BY id FOR UPDATE
"""  # nosec B608 # noqa: S608 - the model's own columns


def _count(passkey: Authenticator, count: int, at: datetime) -> None:
    """An authenticator that counts only goes up: one that does not was copied. Raises InvalidInput."""
    registered = passkey.wrap().authenticator_data.counter  # type: ignore[no-untyped-call]
    known = max(registered, passkey.data.get("sign_count", 0))
    if (count or known) and count <= known:
        raise refused(
            _("This passkey counted backwards, as a copy of it would: it signs nothing. Remove it.")
        )
    statements.execute(_COUNT, [count, at, passkey.pk])


_COUNT = """
    UPDATE mfa_authenticator SET data = jsonb_set(data, '{sign_count}', to_jsonb(%s::bigint)), last_used_at = %s
    WHERE id = %s
"""


def _kept(said: AuthenticationResponse, used: AttestedCredentialData) -> dict[str, Any]:
    return {
        "credential_id": encoded(used.credential_id),
        "algorithm": used.public_key[3],
        "public_key": encoded(_spki(used.public_key)),
        "authenticator_data": encoded(bytes(said.response.authenticator_data)),
        "client_data": encoded(bytes(said.response.client_data)),
        "signature": encoded(said.response.signature),
    }


def _spki(key: CoseKey) -> bytes:
    """The public key as DER, which every tool reads."""
    public: ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey | rsa.RSAPublicKey
    match key[3]:
        case -7 | -35:
            curve = ec.SECP256R1() if key[3] == -7 else ec.SECP384R1()
            x, y = int.from_bytes(key[-2], "big"), int.from_bytes(key[-3], "big")
            public = ec.EllipticCurvePublicNumbers(x, y, curve).public_key()
        case -8:
            public = ed25519.Ed25519PublicKey.from_public_bytes(key[-2])
        case _:
            n, e = int.from_bytes(key[-1], "big"), int.from_bytes(key[-2], "big")
            public = rsa.RSAPublicNumbers(e, n).public_key()
    return public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def _advice(found: Sequence[Authenticator], at: datetime) -> str:
    if _settled(found, at):
        return _(
            "Critical requests are decided with a passkey here. Yours works at %(site)s: open it there."
        ) % {"site": settings.PUBLIC_URL}
    mine = [one for one in found if _signs(one)]
    if not mine:
        return _(
            "Critical requests are decided with a passkey here, and you have none: add one under Preferences, "
            "Second factors. A day later it signs."
        )
    until = clock.in_words(min(one.created_at for one in mine) + SETTLING)
    return _(
        "Critical requests are decided with a passkey here. Yours is new: it signs from %(until)s on."
    ) % {"until": until}
