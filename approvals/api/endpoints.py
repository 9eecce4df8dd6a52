"""Which calls can an agent make? Each one parses, looks up, asks the lifecycle and answers."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import Annotated, Any, TypeVar
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from ninja import Header, Query, Router
from pydantic import BaseModel, StringConstraints, ValidationError

from approvals import lifecycle, rates, strict_json, wakeups
from approvals.api import answers, described, problems
from approvals.api.representation import (
    approval_out,
    approvals_out,
    as_bytes,
    claim_out,
    evaluation_out,
    waited_for_out,
)
from approvals.api.shapes import OutcomeIn, SubmissionIn
from approvals.exceptions import LengthRequired, ReceiptNotReady, ReceiptUnavailable, TooLarge, TooManyOpen
from approvals.lifecycle import Report, Submission
from approvals.models import AgentKey, Approval, read_whole
from approvals.models.choices import Disposition, Status
from approvals.paging import cut
from audit import receipts
from audit.canonical import canonical

MAX_BODY = 256 * 1024  # bytes
PAGE = 50
RETRY_AFTER = "2"
"""Seconds after which an agent asks again, from a process that cannot wait for a decision."""

FULL_RETRY_SECONDS = 5
"""Seconds after which a key with too many waits asks again: the longest of them last 30."""

CHECKPOINT_SECONDS = 60
"""Seconds until the next checkpoint is signed, at most."""

router = Router(tags=["Approvals"], by_alias=True)
Body = TypeVar("Body", bound=BaseModel)
IdempotencyKey = Annotated[str, StringConstraints(pattern="^[ -~]{1,200}$")]
"""1 to 200 printable ASCII characters."""
Text = Annotated[str, StringConstraints(pattern=r"^[^\x00]*$", max_length=200)]
REFUSALS = frozenset({400, 401, 403, 404, 408, 409, 410, 411, 413, 422, 429, 503})


@router.post(
    "/approvals",
    response={200: answers.ApprovalOut, 201: answers.ApprovalOut, REFUSALS: answers.Problem},
    openapi_extra=described.body(SubmissionIn),
    summary="Propose an action",
)
def submit(request: HttpRequest, idempotency_key: Header[IdempotencyKey]) -> HttpResponse:
    """201 for a new request; 200 with the request as it now stands where the key came before."""
    key = _key(request)
    text, body = _read(request)
    sha256 = hashlib.sha256(canonical(body)).digest()
    if previous := lifecycle.find_previous(key, sha256):
        return _approval(key, previous)
    submission = _submission(text, body, sha256)
    approval, is_new = lifecycle.submit(submission, key=key, idempotency_key=idempotency_key)
    if not is_new:
        return _approval(key, approval.pk)
    return _json(approval_out(approval), status=HTTPStatus.CREATED)


@router.post(
    "/evaluate",
    response={200: answers.Evaluation, REFUSALS: answers.Problem},
    openapi_extra=described.body(SubmissionIn),
    summary="Ask what would come of a proposal",
)
def evaluate(request: HttpRequest) -> HttpResponse:
    """The body of a submission; nothing is stored, and nobody is told."""
    submission = _submission(*_read(request))
    return _json(evaluation_out(submission, lifecycle.judge(submission, key=_key(request))))


@router.get(
    "/approvals", response={200: answers.ApprovalPage, REFUSALS: answers.Problem}, summary="List own requests"
)
def list_approvals(
    request: HttpRequest,
    status: Status | None = None,
    run_id: Annotated[Text | None, Query(alias="runId")] = None,
    workflow: Text | None = None,
    cursor: UUID | None = None,
) -> HttpResponse:
    """The agent's own requests, newest first, in pages of 50; `cursor` is the `nextCursor` before."""
    found = Approval.objects.of_key(_key(request)).order_by("-id")
    wanted = {"status": status, "run_id": run_id, "workflow": workflow, "id__lt": cursor}
    found = found.filter(**{name: value for name, value in wanted.items() if value is not None})
    page, last = cut(read_whole(found[: PAGE + 1]), PAGE)
    return _json({"items": approvals_out(page), "nextCursor": str(last.pk) if last else None})


@router.get(
    "/approvals/{uuid:approval_id}",
    response={200: answers.ApprovalOut, REFUSALS: answers.Problem},
    summary="Read one",
)
def read(request: HttpRequest, approval_id: UUID) -> HttpResponse:
    """The request as it stands now."""
    return _approval(_key(request), approval_id)


@router.get(
    "/approvals/{uuid:approval_id}/wait",
    response={200: answers.ApprovalOut, REFUSALS: answers.Problem},
    summary="Wait for the decision",
)
def wait(
    request: HttpRequest,
    approval_id: UUID,
    timeout: Annotated[int, Query(ge=0, le=30)] = 25,
) -> HttpResponse:
    """The request once it has left `pending`, at the latest after `timeout` seconds.

    The waiting is done by `approvals.live` in front of this; asked directly, it answers at once, and
    `Retry-After` says that there is still something to wait for.
    """
    if wakeups.FULL_HEADER in request.headers:
        raise TooManyOpen(
            f"This key has {settings.AGENT_OPEN_WAITS:,} waits open, and may have no more here: end some, or wait for "
            "one request at a time.",
            wait=FULL_RETRY_SECONDS,
        )
    approval = _own_whole(_key(request), approval_id)
    out = waited_for_out([approval])[0]
    response = _json(out)
    if out["disposition"] == Disposition.WAIT:
        response["Retry-After"] = RETRY_AFTER
    return response


@router.post(
    "/approvals/{uuid:approval_id}/cancel",
    response={200: answers.ApprovalOut, REFUSALS: answers.Problem},
    summary="Withdraw",
)
def cancel(request: HttpRequest, approval_id: UUID) -> HttpResponse:
    """Withdraw a pending request; repeating it is harmless."""
    with _own():
        lifecycle.cancel(approval_id, by=_key(request))
    return _approval(_key(request), approval_id)


@router.post(
    "/approvals/{uuid:approval_id}/claim",
    response={200: answers.ClaimOut, REFUSALS: answers.Problem},
    summary="Take an approval for execution, once",
)
def claim(
    request: HttpRequest, approval_id: UUID, idempotency_key: Header[IdempotencyKey | None] = None
) -> HttpResponse:
    """The approved payload and its hash. With an Idempotency-Key the call can be repeated."""
    with _own():
        taken = lifecycle.claim(approval_id, by=_key(request), idempotency_key=idempotency_key or "")
    return _json(claim_out(taken))


@router.post(
    "/approvals/{uuid:approval_id}/outcome",
    response={200: answers.ApprovalOut, REFUSALS: answers.Problem},
    openapi_extra=described.body(OutcomeIn),
    summary="Report how it went",
)
def outcome(request: HttpRequest, approval_id: UUID) -> HttpResponse:
    """`payloadSha256` is of what was executed; another than the approved one is recorded, and people are told."""
    said = _shape(OutcomeIn, _read(request)[0])
    report = Report(said.claim_id, said.status, bytes.fromhex(said.payload_sha256), said.detail)
    with _own():
        reported = lifecycle.report(approval_id, report, by=_key(request))
    return _json(approval_out(reported.claim.approval))


@router.get(
    "/approvals/{uuid:approval_id}/receipt",
    response={200: dict[str, Any], REFUSALS: answers.Problem},
    summary="Get the receipt",
)
def receipt(request: HttpRequest, approval_id: UUID) -> HttpResponse:
    """A document that proves by itself what was proposed, decided, claimed and reported (docs/audit.md).

    Keep its bytes as they are. 409 `receipt_not_ready` with `Retry-After` before a signed checkpoint covers all of it,
    which takes a minute or two, and without it while people decide.
    """
    rates.take_of_agent("receipts", _key(request).agent_id)
    if not Approval.objects.of_key(_key(request)).filter(pk=approval_id).exists():
        raise Http404
    found = _receipt(str(approval_id))
    receipts.hand_out(found, to=_key(request).agent.as_actor(), form="agent")
    return HttpResponse(found.content, content_type="application/json")


def _receipt(request: str) -> receipts.Receipt:
    """Raises Http404, ReceiptNotReady, ReceiptUnavailable."""
    try:
        return receipts.decided(request, for_agent=True)
    except receipts.UnknownRequest:
        raise Http404 from None
    except receipts.StillOpen as error:
        raise ReceiptNotReady(str(error)) from None
    except receipts.NotProvenYet as error:
        raise ReceiptNotReady(error.in_numbers, wait=CHECKPOINT_SECONDS) from None
    except receipts.CannotProve as error:
        raise ReceiptUnavailable(str(error)) from None


def _key(request: HttpRequest) -> AgentKey:
    key: AgentKey = request.auth  # type: ignore[attr-defined]
    return key


def _own_whole(key: AgentKey, approval_id: UUID) -> Approval:
    """The key's own request with everything that its answer shows, in one query. Raises Http404."""
    found = read_whole(Approval.objects.of_key(key).filter(pk=approval_id))
    if not found:
        raise Http404
    return found[0]


@contextmanager
def _own() -> Iterator[None]:
    """Another agent's request, or one that the key does not cover, is as one that is not there. Raises Http404."""
    try:
        yield
    except Approval.DoesNotExist:
        raise Http404 from None


def _read(request: HttpRequest) -> tuple[str, Any]:
    """The body's text and value. Raises LengthRequired, TooLarge, or InvalidInput if it is no strict JSON."""
    if "Transfer-Encoding" in request.headers and not request.body:
        raise LengthRequired("Send the body with its Content-Length: it did not arrive in pieces.")
    if int(request.headers.get("Content-Length") or 0) > MAX_BODY:
        raise TooLarge("The body is over 256 KiB: send less, and link to the rest.")
    value = strict_json.loads(request.body, max_bytes=MAX_BODY)
    return request.body.decode(), value


def _shape(shape: type[Body], text: str) -> Body:
    try:
        return shape.model_validate_json(text)
    except ValidationError as error:
        raise problems.body_errors(error) from None


def _submission(text: str, body: Any, sha256: bytes = b"") -> Submission:
    """The proposal in a body that `_read` gave. Raises InvalidInput if its shape is wrong."""
    sent = _shape(SubmissionIn, text)
    fields = sent.model_dump(exclude={"payload", "payload_schema", "initiated_by"})
    return Submission(
        **fields,
        initiated_by=sent.initiated_by or "",
        payload=body["payload"],
        payload_source=strict_json.member_text(text, "payload"),
        schema_source=strict_json.member_text(text, "payloadSchema") if sent.payload_schema else "",
        request_sha256=sha256,
    )


def _approval(key: AgentKey, approval_id: UUID) -> HttpResponse:
    return _json(approval_out(_own_whole(key, approval_id)))


def _json(body: dict[str, Any], *, status: int = HTTPStatus.OK) -> HttpResponse:
    return HttpResponse(as_bytes(body), status=status, content_type="application/json")
