"""What may an agent send, and what does it get back? The JSON endpoint, version 1, under `/api/v1`."""

from __future__ import annotations

from approvals.api import problems
from approvals.api.auth import AgentKeyAuth
from approvals.api.described import DescribedAPI
from approvals.api.endpoints import router

api = DescribedAPI(
    title="Countersign",
    version="1.0.0",
    description="An agent proposes an action, waits for people to decide, and gets exactly what they approved.",
    docs_url="/docs",
    openapi_url="/v1/openapi.json",
    urls_namespace="api",
    auth=AgentKeyAuth(),
)
api.add_router("/v1", router)
problems.register(api)
