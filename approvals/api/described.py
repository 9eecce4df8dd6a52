"""What does the OpenAPI description say where our own parsing and refusing goes around Ninja's?"""

from __future__ import annotations

from typing import Any

from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema
from pydantic import BaseModel

from approvals.api import problems
from approvals.api.scopes import scope_of
from approvals.api.shapes import OutcomeIn, SubmissionIn
from approvals.models import Scope

_REFERENCE = "#/components/schemas/{model}"
BODIES: tuple[type[BaseModel], ...] = (SubmissionIn, OutcomeIn)


def body(shape: type[BaseModel]) -> dict[str, Any]:
    """The part for a body, which our own strict parser reads instead of Ninja."""
    schema = _schema(shape)
    schema.pop("$defs", None)
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}


class DescribedAPI(NinjaAPI):
    """Headers are named as they are sent, refusals are problems, and what a body refers to is there."""

    def get_openapi_schema(self, **options: Any) -> OpenAPISchema:
        found = super().get_openapi_schema(**options)
        for path, calls in found["paths"].items():
            for method, call in calls.items():
                _name_headers(call)
                _say_scope(call, scope_of(method.upper(), path))
                _say_problem(call["responses"])
        for shape in BODIES:
            found["components"]["schemas"].update(_schema(shape).get("$defs", {}))
        return found


def _schema(shape: type[BaseModel]) -> dict[str, Any]:
    return shape.model_json_schema(by_alias=True, ref_template=_REFERENCE)


def _name_headers(call: dict[str, Any]) -> None:
    for parameter in call.get("parameters", []):
        if parameter["in"] == "header":
            parameter["name"] = problems.header_name(parameter["name"])


def _say_scope(call: dict[str, Any], scope: Scope) -> None:
    call["description"] = f"{call.get('description', '')}\n\nTakes a key with the scope `{scope}`.".strip()


def _say_problem(responses: dict[Any, Any]) -> None:
    for status, response in responses.items():
        if int(status) >= 400:
            response["content"] = {problems.CONTENT_TYPE: response["content"]["application/json"]}
