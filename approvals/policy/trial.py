"""What would the policy make of this sample? For a person who tries a policy; nothing is stored."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from approvals import strict_json
from approvals.exceptions import FieldError, InvalidInput
from approvals.models import Policy
from approvals.models.choices import Risk, Tone
from approvals.policy.verdict import Proposal, Verdict, evaluate


@dataclass(frozen=True, slots=True)
class _Field:
    """A field of the sample: its name in the proposal, which values fit, and what to write."""

    name: str
    fits: Callable[[Any], bool]
    what: str


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _are_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) for one in value)


def _is_evidence(value: Any) -> bool:
    return isinstance(value, list) and all(
        isinstance(one, dict)
        and isinstance(one.get("label"), str)
        and one.get("tone", Tone.SLATE) in Tone.values
        for one in value
    )


_FIELDS = {
    "risk": _Field("risk", lambda value: value in Risk.values, "low, medium, high or critical"),
    "confidence": _Field("confidence", lambda value: _is_number(value) and 0 <= value <= 1, "0 to 1"),
    "slaMinutes": _Field(
        "sla_minutes",
        lambda value: isinstance(value, int) and value is not True and value > 0,
        "minutes above 0",
    ),
    "assignees": _Field("assignees", _are_texts, "a list of addresses"),
    "payload": _Field("payload", lambda value: isinstance(value, dict), "an object"),
    "evidence": _Field(
        "evidence", _is_evidence, "a list of objects, each with a label, and a tone that there is"
    ),
    "context": _Field("context", lambda value: isinstance(value, dict), "an object"),
    "workflow": _Field("workflow", lambda value: isinstance(value, str), "a text"),
    "agent": _Field("agent", lambda value: isinstance(value, str), "the agent's name"),
    "initiatedBy": _Field("initiated_by", lambda value: isinstance(value, str), "an address"),
}
_UNSAID = {"value": "", "tone": Tone.SLATE.value, "url": None}
"""What an item of evidence is taken to say where it does not."""
_IGNORED = (
    "actionType",
    "action",
    "summary",
    "rationale",
    "runId",
    "payloadSchema",
    "lockedFields",
    "supersedes",
)
"""What a submission carries and no policy looks at: whoever pastes one keeps it."""


def try_sample(found: Policy, sample: str) -> Verdict:
    """Judge a sample proposal, a JSON text as for `POST /approvals`. Raises InvalidInput."""
    return evaluate(found, _read(found, sample))


def _read(found: Policy, sample: str) -> Proposal:
    value = strict_json.loads(sample)
    if not isinstance(value, dict):
        raise InvalidInput("Write the sample as a JSON object, like the body of a submission.")
    errors = [
        FieldError(
            f"/{name}", "unknown_field", f"There is no field {name}: remove it, or check its spelling."
        )
        for name in value
        if name not in _FIELDS and name not in _IGNORED
    ]
    given = {name: one for name, one in value.items() if name in _FIELDS and one is not None}
    errors += [
        FieldError(f"/{name}", "unfit", f"{name} does not fit: write {_FIELDS[name].what}.")
        for name, one in given.items()
        if not _FIELDS[name].fits(one)
    ]
    if errors:
        raise InvalidInput(errors[0].message if len(errors) == 1 else "The sample does not fit.", errors)
    if "evidence" in given:
        given["evidence"] = [{**_UNSAID, **item} for item in given["evidence"]]
    fields = {_FIELDS[name].name: one for name, one in given.items()}
    return Proposal(action_type=found.action_type, **{"workflow": found.workflow, **fields})
