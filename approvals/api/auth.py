"""Which agent calls? `Authorization: Bearer cs_<prefix>_<secret>`."""

from __future__ import annotations

from django.http import HttpRequest
from ninja.security import HttpBearer

from approvals import keys
from approvals.models import AgentKey


class AgentKeyAuth(HttpBearer):
    """A valid key, as `request.auth`; anything else is 401 with one and the same body."""

    openapi_description = "An agent's key"

    def authenticate(self, request: HttpRequest, token: str) -> AgentKey | None:
        """The key, looked up on every call: a revoked one is refused at once."""
        return keys.authenticate(token)
