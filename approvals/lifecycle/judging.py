"""May this key propose this, does it hold together, and what does the policy make of it?"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from approvals import payload, policy, strict_json
from approvals.exceptions import FieldError, InvalidInput, NotPermitted
from approvals.models import Agent, AgentKey, Policy
from approvals.payload import pointers

if TYPE_CHECKING:
    from approvals.lifecycle.submission import Submission


@dataclass(frozen=True, slots=True)
class Judgement:
    """The policy found, its verdict, and the payload's value."""

    found: Policy
    verdict: policy.Verdict
    value: Any


def judge(submission: Submission, *, key: AgentKey) -> Judgement:
    """What would come of a submission; nothing is stored. Raises NotPermitted (the key's scope), InvalidInput."""
    _check_scope(key.agent, submission)
    value = _check_payload(submission)
    found = policy.find(submission.action_type, submission.workflow)
    proposal = policy.Proposal(
        action_type=submission.action_type,
        workflow=submission.workflow,
        risk=submission.risk,
        sla_minutes=submission.sla_minutes,
        assignees=submission.assignees,
        confidence=submission.confidence,
        payload=value,
        evidence=submission.evidence,
        context=submission.context,
        agent=key.agent.name,
        initiated_by=submission.initiated_by,
    )
    return Judgement(found, policy.evaluate(found, proposal), value)


def _check_scope(agent: Agent, submission: Submission) -> None:
    if not agent.may_use_action_type(submission.action_type):
        raise NotPermitted(
            f"This agent may not propose {submission.action_type!r}. Ask its owner to allow that action type."
        )
    if not agent.may_use_workflow(submission.workflow):
        raise NotPermitted(
            f"This agent may not act in the workflow {submission.workflow!r}. Ask its owner to allow it."
        )


def _check_payload(submission: Submission) -> Any:
    """The payload's value. Raises InvalidInput where a lock names nothing, or the schema is unfit or refuses it."""
    value = strict_json.loads(submission.payload_source)
    _check_locks(value, submission.locked_fields)
    if not submission.schema_source:
        return value
    schema = strict_json.loads(submission.schema_source)
    try:
        payload.check_schema(schema)
    except InvalidInput as refusal:
        raise InvalidInput(str(refusal), _below("/payloadSchema", refusal.errors)) from None
    if errors := payload.validate(value, schema):
        raise InvalidInput("The payload does not fit its own payloadSchema.", _below("/payload", errors))
    return value


def _below(prefix: str, errors: Iterable[FieldError]) -> list[FieldError]:
    """The same errors, as seen from the body."""
    return [replace(error, pointer=prefix + error.pointer) for error in errors]


def _check_locks(value: Any, locked_fields: Sequence[str]) -> None:
    errors = [
        FieldError(
            f"/lockedFields/{index}",
            "no_such_field",
            f"The payload has no field at {pointer}: check the pointer.",
        )
        for index, pointer in enumerate(locked_fields)
        if pointers.find(value, pointer) is pointers.ABSENT
    ]
    if errors:
        raise InvalidInput("A locked field names nothing in the payload.", errors)
