"""Which scope does each call take? A key without it is refused (docs/rules.md: keys-stay-in-scope)."""

from __future__ import annotations

import re
from collections.abc import Mapping

from django.http import HttpRequest

from approvals.exceptions import MissingScope
from approvals.models import AgentKey, Scope

TAKES: Mapping[tuple[str, str], Scope] = {
    ("POST", "/approvals"): Scope.SUBMIT,
    ("POST", "/approvals/{id}/cancel"): Scope.SUBMIT,
    ("POST", "/evaluate"): Scope.EVALUATE,
    ("GET", "/approvals"): Scope.READ,
    ("GET", "/approvals/{id}"): Scope.READ,
    ("GET", "/approvals/{id}/wait"): Scope.READ,
    ("GET", "/approvals/{id}/receipt"): Scope.READ,
    ("POST", "/approvals/{id}/claim"): Scope.CLAIM,
    ("POST", "/approvals/{id}/outcome"): Scope.CLAIM,
}
"""By method and address. Who proposes may withdraw; who takes an approval reports what came of it.

`approvals.live` answers waits itself, and asks for the scope of that call.
"""

_PART = re.compile(r"[<{][^>}]*[>}]")


def scope_of(method: str, route: str) -> Scope:
    """What the call takes, by its address as Django or Ninja writes it. Raises KeyError for one without a row above."""
    return TAKES[method, _PART.sub("{id}", "/" + route.strip("/").removeprefix("api/").removeprefix("v1/"))]


def require(request: HttpRequest, key: AgentKey) -> None:
    """Raises MissingScope where the key may not make this call."""
    assert request.resolver_match is not None  # nosec B101 # noqa: S101 - a view is being called
    wanted = scope_of(request.method or "", request.resolver_match.route)
    if wanted not in key.scopes:
        has = "scope" if len(key.scopes) == 1 else "scopes"
        raise MissingScope(
            f"This call takes the scope {str(wanted)!r}, and this key has the {has} {', '.join(key.scopes)}. What a "
            "key may do never changes: ask the agent's owner to have an administrator create a key with that scope."
        )
