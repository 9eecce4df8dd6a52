"""With which OpenID Connect providers do people sign in? Read from OIDC_PROVIDERS; a mistake stops the start."""

import json
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

from grants.providers import Provider, is_secure

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
_DOMAIN = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?")
_TEXTS = ("label", "server_url", "client_id", "client_secret")
_FLAGS = ("creates_people", "replaces_second_factor")
_LISTS = ("allowed_domains", "approvers", "auditors", "scopes")
_KNOWN = {*_TEXTS, *_FLAGS, *_LISTS, "group_claim"}


def providers(text: str) -> dict[str, Provider]:
    """By name, in their order. What stands in the text is never quoted: the secrets are in it."""
    if not text.strip():
        return {}
    try:
        said = json.loads(text)
    except ValueError:
        _stop('is no JSON. Write an object such as {"acme": {"label": "Acme", …}}.')
    if not isinstance(said, dict):
        _stop("must be an object, with a name for each provider.")
    return {name: _provider(name, terms) for name, terms in said.items()}


def _provider(name: str, terms: Any) -> Provider:
    def stop(sentence: str) -> None:
        _stop(f"{name!r} {sentence}")

    if not _NAME.fullmatch(name):
        stop("is no name: use small letters, digits and dashes, 40 at most.")
    if not isinstance(terms, dict):
        stop("must be an object.")
    if unknown := sorted(set(terms) - _KNOWN):
        stop(f"has terms that are not known: {', '.join(unknown)}.")
    _check_types(terms, stop)
    _check_meaning(terms, stop)
    scopes = ("openid", *(one for one in terms.get("scopes", ("profile", "email")) if one != "openid"))
    return Provider(
        name=name,
        **{term: terms[term].strip() for term in _TEXTS if term != "server_url"},
        server_url=terms["server_url"].strip().rstrip("/"),
        allowed_domains=frozenset(one.strip().removeprefix("@").lower() for one in terms["allowed_domains"]),
        group_claim=terms.get("group_claim", ""),
        approvers=frozenset(terms.get("approvers", ())),
        auditors=frozenset(terms.get("auditors", ())),
        scopes=scopes,
        **{flag: terms.get(flag, False) for flag in _FLAGS},
    )


def _check_types(terms: dict[str, Any], stop: Callable[[str], None]) -> None:
    for term in _TEXTS:
        if not isinstance(terms.get(term), str) or not terms[term].strip():
            stop(f"needs {term}, a text.")
    if not isinstance(terms.get("group_claim", ""), str):
        stop("has a group_claim that is no text.")
    for flag in _FLAGS:
        if not isinstance(terms.get(flag, False), bool):
            stop(f"has {flag} that is neither true nor false.")
    for term in _LISTS:
        values = terms.get(term, [])
        if not isinstance(values, list) or not all(isinstance(one, str) and one.strip() for one in values):
            stop(f"has {term} that is no list of texts.")


def _check_meaning(terms: dict[str, Any], stop: Callable[[str], None]) -> None:
    domains = terms.get("allowed_domains", [])
    if not domains:
        stop("needs allowed_domains: whose addresses it speaks for.")
    if not all(_DOMAIN.fullmatch(one.strip().removeprefix("@").lower()) for one in domains):
        stop("has an allowed domain that is none; write one such as example.com.")
    url = urlsplit(terms["server_url"].strip())
    if not is_secure(terms["server_url"].strip()):
        stop("has a server_url without https: only localhost may be asked in the clear.")
    if not url.hostname or url.query or url.fragment or url.username:
        stop("has a server_url that is no issuer; write one such as https://login.example.com.")
    if (terms.get("approvers") or terms.get("auditors")) and not terms.get("group_claim"):
        stop("names groups, so it needs group_claim: where its tokens say them.")


def _stop(sentence: str) -> None:
    raise ImproperlyConfigured(f"OIDC_PROVIDERS: {sentence}")
