"""Which fields may an agent send? Types are strict, unknown fields are refused, and every bound is stated."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from urllib.parse import urlsplit
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints
from pydantic.alias_generators import to_camel

from approvals.addresses import in_one_form
from approvals.api.words import one_of
from approvals.models import Outcome
from approvals.models.approval import MOST_EVIDENCE
from approvals.models.choices import Risk, Tone
from approvals.models.policy_rules import NAME


def _not_blank(text: str) -> str:
    if not text.strip():
        raise ValueError("This must not be blank.")
    return text


def _email(text: str) -> str:
    try:
        validate_email(text)
    except ValidationError:
        raise ValueError("Send an e-mail address, such as sales@example.com.") from None
    return text.lower()


def _link(text: str) -> str:
    if urlsplit(text).scheme not in ("http", "https") or not urlsplit(text).hostname:
        raise ValueError("Send an http or https address with its host.")
    return text


def _moment(text: str) -> str:
    if datetime.fromisoformat(text).tzinfo is None:
        raise ValueError("Send a date and time with its zone, such as 2026-04-12T09:00:00Z.")
    return text


def _pointer(text: str) -> str:
    if not text.startswith("/"):
        raise ValueError("Send a JSON pointer to a field, such as /to.")
    return text


def _line(maximum: int) -> Any:
    return Annotated[str, StringConstraints(min_length=1, max_length=maximum), AfterValidator(_not_blank)]


Email = Annotated[str, StringConstraints(max_length=254), AfterValidator(_email)]
Person = Annotated[str, StringConstraints(max_length=254), AfterValidator(in_one_form)]
Link = Annotated[str, StringConstraints(max_length=2000), AfterValidator(_link)]
Moment = Annotated[str, StringConstraints(max_length=40), AfterValidator(_moment)]
Pointer = Annotated[str, StringConstraints(max_length=500), AfterValidator(_pointer)]
Word = Annotated[str, StringConstraints(pattern=f"^{NAME}$")]
Workflow = Annotated[str, StringConstraints(pattern=f"^({NAME})?$")]
Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class Shape(BaseModel):
    """camelCase on the wire, strict types, no unknown fields."""

    model_config = ConfigDict(alias_generator=to_camel, strict=True, extra="forbid")


class Evidence(Shape):
    """One thing that speaks for or against the action."""

    label: _line(120)  # type: ignore[valid-type]
    value: str = Field(max_length=2000)
    tone: one_of(Tone) = Tone.SLATE.value  # type: ignore[valid-type]
    url: Link | None = None


class Step(Shape):
    """An earlier step of the agent's run."""

    name: _line(200)  # type: ignore[valid-type]
    output: str = Field(default="", max_length=20_000)
    at: Moment | None = None


class Context(Shape):
    """What set the agent off, and what it did before."""

    trigger: str = Field(default="", max_length=2000)
    steps: list[Step] = Field(default=[], max_length=100)


class SubmissionIn(Shape):
    """A proposed action."""

    action_type: Word = Field(examples=["external_email"])
    action: _line(300) = Field(examples=["Send email to Head of Engineering, Acme Corp"])  # type: ignore[valid-type]
    rationale: _line(8000)  # type: ignore[valid-type]
    evidence: list[Evidence] = Field(max_length=MOST_EVIDENCE)
    payload: dict[str, Any]
    summary: str = Field(default="", max_length=1000)
    confidence: float | None = Field(default=None, ge=0, le=1, allow_inf_nan=False)
    risk: one_of(Risk) | None = None  # type: ignore[valid-type]
    sla_minutes: int | None = Field(default=None, gt=0, le=366 * 24 * 60)
    assignees: list[Email] = Field(default=[], max_length=20)
    payload_schema: dict[str, Any] | None = None
    locked_fields: list[Pointer] = Field(default=[], max_length=200)
    workflow: Workflow = ""
    run_id: str = Field(default="", max_length=200)
    context: Context | None = None
    initiated_by: Person | None = None
    supersedes: UUID | None = None


class OutcomeIn(Shape):
    """What became of a claimed approval."""

    claim_id: UUID
    status: one_of(Outcome.Status)  # type: ignore[valid-type]
    payload_sha256: Digest = Field(alias="payloadSha256")
    detail: str = Field(default="", max_length=8000)
