"""Which agent calls, and does it leave room for others? `Authorization: Bearer cs_<prefix>_<secret>`."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from ninja.security import HttpBearer

from approvals import keys, rates, wakeups
from approvals.api import problems, scopes
from approvals.callers import address_of
from approvals.exceptions import RateExceeded
from approvals.models import AgentKey

_COUNTED_APART = {
    ("POST", f"{problems.BASE}approvals"): "submissions",
    ("POST", f"{problems.BASE}evaluate"): "evaluations",
}
"""By method and path; what else an agent calls is counted together."""
_BEARER = "Bearer "


class AgentKeyAuth(HttpBearer):
    """Gives a valid key as `request.auth`. Anything else is 401, always with the same body."""

    openapi_description = "An agent's key"

    def authenticate(self, request: HttpRequest, token: str) -> AgentKey | None:
        """The key. It is looked up on every call, so a revoked one is refused at once.

        Raises RateExceeded, and MissingScope where the key may not make this call.
        """
        earlier = request.headers.get("Idempotency-Key", "")
        key = keys.authenticate(
            token,
            idempotency_key=earlier,
            address=address_of(request.META),
            was_let_in=wakeups.was_let_in(request),
        )
        if key:
            rates.take_of_agent(_what(request), key.agent_id, token=token)
            scopes.require(request, key)
        return key


def spent_refused(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: a key that was refused a moment ago is refused again, before anything else is done for it."""

    def respond(request: HttpRequest) -> HttpResponse:
        sent = request.META.get("HTTP_AUTHORIZATION", "")
        if sent.startswith(_BEARER) and request.path.startswith(problems.BASE):
            try:
                rates.refuse_spent(_what(request), token=sent.removeprefix(_BEARER))
            except RateExceeded as error:
                return problems.refusal(request, error)
        return get_response(request)

    return respond


def _what(request: HttpRequest) -> str:
    return _COUNTED_APART.get((request.method or "", request.path), "calls")
