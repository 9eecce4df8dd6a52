"""Which agent calls, and does it leave room for others? `Authorization: Bearer cs_<prefix>_<secret>`."""

from __future__ import annotations

from django.http import HttpRequest
from ninja.security import HttpBearer

from approvals import keys, rates
from approvals.models import AgentKey

_COUNTED_APART = {("POST", "submit"): "submissions", ("POST", "evaluate"): "evaluations"}
"""By the method and the address's name; what else an agent calls is counted together."""


class AgentKeyAuth(HttpBearer):
    """Gives a valid key as `request.auth`. Anything else is 401, always with the same body."""

    openapi_description = "An agent's key"

    def authenticate(self, request: HttpRequest, token: str) -> AgentKey | None:
        """The key. It is looked up on every call, so a revoked one is refused at once. Raises RateExceeded.

        An agent that was refused a moment ago is refused again before anything is looked up.
        """
        what = _what(request)
        rates.refuse_spent(what, token=token)
        key = keys.authenticate(token, idempotency_key=request.headers.get("Idempotency-Key", ""))
        if key:
            rates.take_of_agent(what, key.agent_id, token=token)
        return key


def _what(request: HttpRequest) -> str:
    name = request.resolver_match.url_name if request.resolver_match else None
    return _COUNTED_APART.get((request.method or "", name or ""), "calls")
