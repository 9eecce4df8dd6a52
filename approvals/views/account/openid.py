"""How is a sign-in provider asked, and when is its answer believed? OpenID Connect's code flow, with PKCE and a nonce.

Every token's signature is checked against the provider's keys, also where TLS would do: OpenID Connect Core 3.1.3.7.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from secrets import token_urlsafe
from typing import Any
from urllib.parse import urlencode, urlsplit

import jwt
import requests
from allauth.socialaccount.internal import statekit
from allauth.socialaccount.providers.oauth2.utils import generate_code_challenge
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.crypto import constant_time_compare

from grants.providers import Provider, is_secure

PATIENCE = 5
"""Seconds for one answer of the provider."""
SKEW = 60
"""Seconds that its clock may differ from ours."""
_ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
"""Of key pairs only: a secret that both know proves nothing to us, and `none` to nobody."""


class Failed(Exception):
    """The provider did not answer as it must; the text is for the log, without any of its secrets."""


class Cancelled(Failed):
    """The person, or the provider, stopped it there."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the provider said of who signed in, and for what they were sent there."""

    claims: dict[str, Any]
    is_again: bool
    next: str
    kept: str
    sent_at: float


def way_to(request: HttpRequest, provider: Provider, *, is_again: bool, onward: str, kept: str) -> str:
    """The provider's page, with what binds its answer to this session. `is_again`: it asks the person anew."""
    challenge = generate_code_challenge()
    nonce = token_urlsafe(32)
    state = {
        "nonce": nonce,
        "verifier": challenge["code_verifier"],
        "is_again": is_again,
        "next": onward,
        "kept": kept,
        "at": time.time(),
    }
    page = _described(provider)["authorization_endpoint"]
    terms = {
        "response_type": "code",
        "client_id": provider.client_id,
        "redirect_uri": _callback(provider),
        "scope": " ".join(provider.scopes),
        "nonce": nonce,
        "code_challenge": challenge["code_challenge"],
        "code_challenge_method": "S256",
        "state": statekit.stash_state(
            request, provider_id=provider.name, state=state, state_id=token_urlsafe(32)
        ),
        **({"prompt": "login", "max_age": "0"} if is_again else {}),
    }
    return f"{page}{'&' if urlsplit(page).query else '?'}{urlencode(terms)}"


def answer(request: HttpRequest, provider: Provider) -> Answer:
    """What stands in the provider's answer, once. Raises Failed."""
    state = statekit.unstash_state(request, provider_id=provider.name, state_id=request.GET.get("state", ""))
    if state is None:
        raise Failed("the state is none of this session")
    if "error" in request.GET:
        raise Cancelled("the provider refused")
    described = _described(provider)
    tokens = _tokens(provider, described, code=request.GET.get("code", ""), verifier=state["verifier"])
    claims = _believed(provider, described, tokens.get("id_token"))
    if not constant_time_compare(str(claims.get("nonce", "")), state["nonce"]):
        raise Failed("the nonce is another one")
    return Answer(
        claims=_joined(_told(described, tokens, claims["sub"]), claims),
        is_again=state["is_again"],
        next=state["next"],
        kept=state["kept"],
        sent_at=state["at"],
    )


def _callback(provider: Provider) -> str:
    return f"{settings.PUBLIC_URL}{reverse('provider-callback', args=[provider.name])}"


def _described(provider: Provider) -> dict[str, Any]:
    """The provider's own description; every address in it is secure, and it is the issuer that was named."""
    found = _json("GET", f"{provider.server_url}/.well-known/openid-configuration")
    if str(found.get("issuer", "")).rstrip("/") != provider.server_url:
        raise Failed("the issuer is another one")
    for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
        _require_secure(found.get(name))
    return found


def _tokens(provider: Provider, described: dict[str, Any], *, code: str, verifier: str) -> dict[str, Any]:
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": _callback(provider),
        "code_verifier": verifier,
    }
    secret = {"client_id": provider.client_id, "client_secret": provider.client_secret}
    if "client_secret_post" in described.get("token_endpoint_auth_methods_supported", ()):
        return _json("POST", described["token_endpoint"], data={**form, **secret})
    return _json(
        "POST", described["token_endpoint"], data=form, auth=(provider.client_id, provider.client_secret)
    )


def _believed(provider: Provider, described: dict[str, Any], token: Any) -> dict[str, Any]:
    """The claims of a token that this provider signed for us, and that holds now."""
    try:
        key = _key(described, token)
        claims: dict[str, Any] = jwt.decode(
            token,
            key=key.key,
            algorithms=[key.algorithm_name] if key.algorithm_name in _ALGORITHMS else [],
            audience=provider.client_id,
            issuer=described["issuer"],
            leeway=SKEW,
            options={"require": ["exp", "iat", "iss", "aud", "sub"]},
        )
    except (jwt.PyJWTError, TypeError, ValueError) as error:
        raise Failed(f"the token is not to be believed: {type(error).__name__}") from None
    is_for_others = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
    if is_for_others and claims.get("azp") != provider.client_id:
        raise Failed("the token was made for another")
    if not isinstance(claims["sub"], str) or not 0 < len(claims["sub"]) <= 191:
        raise Failed("the subject is none")
    return claims


def _key(described: dict[str, Any], token: Any) -> jwt.PyJWK:
    keys = jwt.PyJWKSet.from_dict(_json("GET", described["jwks_uri"])).keys
    named = jwt.get_unverified_header(token).get("kid")
    fitting = [key for key in keys if named is None or key.key_id == named]
    if len(fitting) != 1:
        raise Failed("no key of the provider fits")
    return fitting[0]


def _told(described: dict[str, Any], tokens: dict[str, Any], subject: str) -> dict[str, Any]:
    """What it says besides, of the same person only; where the two differ, what is signed counts."""
    page, token = described.get("userinfo_endpoint"), tokens.get("access_token")
    if not page or not token:
        return {}
    _require_secure(page)
    told = _json("GET", page, headers={"Authorization": f"Bearer {token}"})
    if told.get("sub") != subject:
        raise Failed("the provider told of somebody else")
    return told


def _joined(told: dict[str, Any], signed: dict[str, Any]) -> dict[str, Any]:
    """What is signed counts. An address and whether it was verified come from one document; the moment is signed."""
    apart = {"auth_time", *(("email", "email_verified") if "email" in signed else ())}
    return {**{name: value for name, value in told.items() if name not in apart}, **signed}


def _require_secure(address: Any) -> None:
    if not isinstance(address, str) or not is_secure(address):
        raise Failed("an address of the provider is not secure")


def _json(method: str, address: str, **also: Any) -> dict[str, Any]:
    """Redirects are not followed: they would carry the secret elsewhere."""
    try:
        response = requests.request(method, address, timeout=PATIENCE, allow_redirects=False, **also)
        found = response.json() if response.ok else None
    except (requests.RequestException, ValueError) as error:
        raise Failed(f"the provider did not answer: {type(error).__name__}") from None
    if not isinstance(found, dict):
        raise Failed(f"the provider answered {response.status_code}")
    return found
