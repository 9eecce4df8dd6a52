"""What did an agent send, may its key propose that, does it hold together, and what does the policy make of it?"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from approvals import payload, policy, strict_json
from approvals.addresses import in_one_form, spellings
from approvals.exceptions import FieldError, InvalidInput, NotPermitted
from approvals.lifecycle.strangers import strangers_among
from approvals.models import AgentKey, Policy
from approvals.payload import ABSENT, find
from grants.models import User


@dataclass(frozen=True, kw_only=True, slots=True)
class Submission(policy.Proposal):
    """A proposal with everything else that the agent sent, checked for shape.

    `payload_source` and `schema_source` are its exact JSON texts, and `payload` is the value of the first.
    """

    action: str
    rationale: str
    evidence: Sequence[Mapping[str, Any]]
    payload: Mapping[str, Any]
    payload_source: str
    schema_source: str = ""
    locked_fields: Sequence[str] = ()
    summary: str = ""
    run_id: str = ""
    supersedes: UUID | None = None
    request_sha256: bytes = b""

    @property
    def initiator(self) -> str:
        """The address of the person on whose behalf the agent runs, in one form; empty where it names nobody."""
        return in_one_form(self.initiated_by) if self.initiated_by else ""


@dataclass(frozen=True, slots=True)
class Judgement:
    """The policy found, its verdict, and which assignees are outside the organisation, as the policy allows."""

    found: Policy
    verdict: policy.Verdict
    strangers: Sequence[str] = ()


def judge(
    submission: Submission,
    *,
    key: AgentKey,
    among: Iterable[Policy] | None = None,
    known: Collection[str] | None = None,
) -> Judgement:
    """What would come of a submission; nothing is stored. Raises NotPermitted (the key's scope), InvalidInput.

    `among` are the policies among which `policy.find` chooses, and `known` the addresses with an active account, where
    they were read already.
    """
    _check_scope(key, submission)
    _check_locks(submission)
    _check_schema(submission)
    found = policy.find(submission.action_type, submission.workflow, among=among)
    _check_initiator(submission, found, known)
    verdict = policy.evaluate(found, replace(submission, agent=key.agent.name))
    return Judgement(found, verdict, _strangers(submission, found, known))


def _check_initiator(submission: Submission, found: Policy, known: Collection[str] | None) -> None:
    """Where the policy wants to know on whose behalf the agent runs, that is a person who has proven their address."""
    if not (found.require_initiated_by and submission.initiator):
        return
    known_as = {submission.initiator, *spellings(submission.initiator)}
    if known is None:
        is_known = User.objects.filter(email__in=known_as, is_active=True, proven_at__isnull=False).exists()
    else:
        is_known = not known_as.isdisjoint(known)
    if not is_known:
        sentence = (
            f"The policy for {found.name} asks for a person who has an active, confirmed account here: send in "
            "initiatedBy the address of the person on whose behalf the agent runs."
        )
        raise InvalidInput.at("/initiatedBy", "unknown_initiator", sentence)


def _strangers(submission: Submission, found: Policy, known: Collection[str] | None) -> list[str]:
    """Raises InvalidInput where the policy does not allow them. Whom it names itself is no stranger."""
    named = [one for one in submission.assignees if one.lower() not in found.reviewers]
    strangers = strangers_among(named, known=known)
    if strangers and not found.allow_outside_assignees:
        errors = [
            FieldError(
                f"/assignees/{submission.assignees.index(address)}",
                "outside_assignee",
                f"{address} has no account and is outside the organisation's domains: name somebody inside, or ask an "
                f"administrator to allow it in the policy for {found.name}.",
            )
            for address in strangers
        ]
        raise InvalidInput(errors[0].message if len(errors) == 1 else _SEVERAL_STRANGERS, errors)
    return strangers


_SEVERAL_STRANGERS = (
    "Some assignees are outside the organisation, which the policy does not allow: see errors."
)


def _check_scope(key: AgentKey, submission: Submission) -> None:
    agent = key.agent
    if not agent.may_use_action_type(submission.action_type):
        raise NotPermitted(
            f"This agent may not propose {submission.action_type!r}. Ask its owner to allow that action type."
        )
    if not agent.may_use_workflow(submission.workflow):
        raise NotPermitted(
            f"This agent may not act in the workflow {submission.workflow!r}. Ask its owner to allow it."
        )
    if not key.may_use_action_type(submission.action_type):
        raise NotPermitted(
            f"The agent may propose {submission.action_type!r}, but not with this key, which is for "
            f"{', '.join(key.action_types)}. Use the agent's other key, or ask its owner for one."
        )
    if not key.may_use_workflow(submission.workflow):
        raise NotPermitted(
            f"The agent may act in the workflow {submission.workflow!r}, but not with this key, which is for "
            f"{', '.join(key.workflows)}. Use the agent's other key, or ask its owner for one."
        )


def _check_locks(submission: Submission) -> None:
    errors = [
        FieldError(
            f"/lockedFields/{index}",
            "no_such_field",
            f"The payload has no field at {pointer}: check the pointer.",
        )
        for index, pointer in enumerate(submission.locked_fields)
        if find(submission.payload, pointer) is ABSENT
    ]
    if errors:
        raise InvalidInput("A locked field names nothing in the payload.", errors)


def _check_schema(submission: Submission) -> None:
    """Raises InvalidInput where the schema is invalid, or the payload does not fit it."""
    if not submission.schema_source:
        return
    schema = strict_json.loads(submission.schema_source)
    try:
        payload.check_schema(schema)
    except InvalidInput as refusal:
        raise InvalidInput(str(refusal), _below("/payloadSchema", refusal.errors)) from None
    if errors := payload.validate(submission.payload, schema):
        raise InvalidInput("The payload does not fit its own payloadSchema.", _below("/payload", errors))


def _below(prefix: str, errors: Iterable[FieldError]) -> list[FieldError]:
    """These errors with their pointers into the body."""
    return [replace(error, pointer=prefix + error.pointer) for error in errors]
