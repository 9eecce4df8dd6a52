"""Which agent calls? `Authorization: Bearer cs_<prefix>_<secret>`."""

from __future__ import annotations

from django.http import HttpRequest
from ninja.security import HttpBearer

from approvals import keys
from approvals.models import AgentKey


class AgentKeyAuth(HttpBearer):
    """Gives a valid key as `request.auth`. Anything else is 401, always with the same body."""

    openapi_description = "An agent's key"

    def authenticate(self, request: HttpRequest, token: str) -> AgentKey | None:
        """The key. It is looked up on every call, so a revoked one is refused at once."""
        return keys.authenticate(token, idempotency_key=request.headers.get("Idempotency-Key", ""))
