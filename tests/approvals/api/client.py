"""An agent, as the tests see it: JSON over HTTP with a key."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

from django.http import HttpResponse
from django.test import Client

from tests.factories import make_key, make_policy

PROPOSAL: dict[str, Any] = {
    "actionType": "external_email",
    "action": "Send email to Head of Engineering, Acme Corp",
    "rationale": "The prospect recently posted about scaling challenges.",
    "evidence": [{"label": "Recipient", "value": "Head of Engineering", "tone": "slate", "url": None}],
    "payload": {"to": "eng@acme.example", "subject": "Q3", "body": "Hello."},
    "assignees": ["sales@example.com"],
}


class AgentClient:
    """Calls the endpoint with one key; `text` sends a body to the byte."""

    def __init__(self, token: str | None = None) -> None:
        self.token = token or make_key()[1]
        self.http = Client()

    def get(self, path: str, **query: Any) -> HttpResponse:
        return self.http.get(f"/api/v1{path}", query, headers=self._headers())  # type: ignore[return-value]

    def post(
        self, path: str, body: Any = None, *, text: str | bytes | None = None, key: str | None = ""
    ) -> HttpResponse:
        """`key` is the Idempotency-Key: "" for a fresh one, None for none."""
        content = text if text is not None else json.dumps(body) if body is not None else ""
        extra = {} if key is None else {"Idempotency-Key": key or str(uuid4())}
        return self.http.post(  # type: ignore[return-value]
            f"/api/v1{path}", content, content_type="application/json", headers={**self._headers(), **extra}
        )

    def submit(self, **changes: Any) -> dict[str, Any]:
        """A proposal that is taken, as the endpoint returns it."""
        response = self.post("/approvals", {**PROPOSAL, **changes})
        assert response.status_code == 201, response.content
        body: dict[str, Any] = json.loads(response.content)
        return body

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}


def agent_client() -> AgentClient:
    """An agent with a policy for what it proposes."""
    make_policy()
    return AgentClient()
