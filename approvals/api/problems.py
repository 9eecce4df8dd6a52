"""How does a refusal look on the wire? Every one becomes RFC 9457 `application/problem+json` here."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

import structlog
from django.core.exceptions import RequestDataTooBig
from django.db import Error
from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError
from pydantic import ValidationError as BodyError
from pydantic_core import ErrorDetails

from approvals import exceptions
from approvals.exceptions import (
    FieldError,
    InvalidInput,
    LogKeyMissing,
    ReceiptNotReady,
    Refused,
    TooManyAttempts,
)
from patience.outcome import is_unavailable, may_be_stored

logger = structlog.get_logger(__name__)

CONTENT_TYPE = "application/problem+json"

STATUS = {
    exceptions.InvalidInput: 422,
    exceptions.LengthRequired: 411,
    exceptions.TooLarge: 413,
    exceptions.NotPermitted: 403,
    exceptions.StateConflict: 409,
    exceptions.ApprovalExpired: 410,
    exceptions.TooManyAttempts: 429,
    exceptions.LogKeyMissing: 503,
    exceptions.ReceiptUnavailable: 503,
}
TITLES = {
    401: "Not signed in",
    403: "Not permitted",
    404: "Not found",
    409: "Conflict",
    405: "Wrong method",
    408: "Too slow",
    410: "Expired",
    411: "Length required",
    413: "Too large",
    422: "Does not fit",
    429: "Too many",
    500: "Failed",
    503: "Unavailable",
}
BASE = "/api/v1/"
RETRY_SECONDS = 2

_NO_REQUEST = (
    "This key has no such request: check the id, and that it is of the same agent, of an action type and in a "
    "workflow that the key may use."
)
_TOO_LARGE = "The body is over 256 KiB: send less, and link to the rest."
_DETAILS = {
    404: "There is nothing at this address. The calls are listed at /api/docs.",
    405: "This address does not take that method. The calls are listed at /api/docs.",
    408: "The body did not arrive in time; the call was not carried out. Repeat it with the same Idempotency-Key.",
    413: _TOO_LARGE,
    500: "Something failed here. Repeat the call with the same Idempotency-Key.",
}
_UNAVAILABLE = {
    "unavailable": (
        "The database does not answer; this call was not carried out. Repeat it with the same Idempotency-Key."
    ),
    "outcome_unknown": (
        "The database stopped answering while this call was being stored, so it may be carried out or not. Repeat it "
        "with the same Idempotency-Key, which never carries it out twice, or read the request."
    ),
}


def register(api: NinjaAPI) -> None:
    """Make the endpoint answer every refusal with a problem."""
    api.exception_handler(Refused)(refusal)
    api.exception_handler(ValidationError)(_bad_parameters)
    api.exception_handler(AuthenticationError)(_unauthenticated)
    api.exception_handler(Http404)(_not_found)
    api.exception_handler(RequestDataTooBig)(_too_big)
    api.exception_handler(HttpError)(_other)
    api.exception_handler(Error)(_database_error)


def as_problems(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: what Django itself answers under the endpoint's address is a problem too."""

    def respond(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        is_ours = response.status_code < 400 or response.get("Content-Type", "").startswith(CONTENT_TYPE)
        if is_ours or not request.path.startswith(BASE):
            return response
        detail = _DETAILS.get(response.status_code, "The call was refused.")
        answer = problem(request, response.status_code, f"http_{response.status_code}", detail)
        if "Allow" in response:
            answer["Allow"] = response["Allow"]
        return answer

    return respond


def problem(
    request: HttpRequest, status: int, code: str, detail: str, errors: Sequence[FieldError] = ()
) -> HttpResponse:
    """A problem. `code` is a stable word for programs, and the last part of `type`."""
    body: dict[str, Any] = {
        "type": f"urn:countersign:problem:{code}",
        "title": TITLES.get(status, "Refused"),
        "status": status,
        "detail": detail,
        "instance": request.path,
    }
    if status == 422:
        body["errors"] = [{"pointer": e.pointer, "code": e.code, "message": e.message} for e in errors]
    response = HttpResponse(json.dumps(body), status=status, content_type=CONTENT_TYPE)
    if status == 401:
        response["WWW-Authenticate"] = "Bearer"
    return response


def body_errors(error: BodyError) -> InvalidInput:
    """What pydantic found wrong in a body, as one refusal that has a pointer for each place."""
    errors = [FieldError(_pointer(found["loc"]), found["type"], _sentence(found)) for found in error.errors()]
    places = ", ".join(dict.fromkeys(e.pointer or "the body" for e in errors))
    return InvalidInput(f"The body does not fit. See errors for {places}.", errors)


_SENTENCES = {
    "missing": "This field is required: send it.",
    "extra_forbidden": "There is no such field: remove it, or check its spelling.",
    "dict_type": "Send a JSON object here.",
    "value_error": "{msg}",
}


def _sentence(found: ErrorDetails) -> str:
    template = _SENTENCES.get(found["type"])
    if template is None:
        return f"{found['msg']}."
    return template.format(msg=str(found["msg"]).removeprefix("Value error, "))


def _pointer(location: tuple[int | str, ...]) -> str:
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in location)


def refusal(request: HttpRequest, error: Refused) -> HttpResponse:
    """The problem that says what was refused, and why."""
    status = next((STATUS[kind] for kind in type(error).__mro__ if kind in STATUS), 400)
    errors = error.errors if isinstance(error, InvalidInput) else ()
    response = problem(request, status, error.code, str(error), errors)
    if isinstance(error, TooManyAttempts | ReceiptNotReady | LogKeyMissing) and error.wait is not None:
        response["Retry-After"] = str(error.wait)
    if isinstance(error, TooManyAttempts):
        # `rates` logs the first of each, and a flood would fill the log.
        response._has_been_logged = True  # type: ignore[attr-defined]
    return response


def _bad_parameters(request: HttpRequest, error: ValidationError) -> HttpResponse:
    # The location is ("query" | "header" | "path", name, …). The agent knows the name as it sends it.
    errors = [FieldError(_parameter(e["loc"]), e["type"], f"{e['msg']}.") for e in error.errors]
    names = ", ".join(dict.fromkeys(e.pointer for e in errors))
    return problem(request, 422, "invalid", f"A parameter does not fit: {names}.", errors)


def _parameter(location: tuple[int | str, ...]) -> str:
    kind, name = str(location[0]), str(location[1])
    return header_name(name) if kind == "header" else name


def header_name(name: str) -> str:
    """A header as it is sent: `Idempotency-Key` for `idempotency_key`."""
    return "-".join(part.capitalize() for part in name.split("_"))


def _unauthenticated(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
    detail = (
        "Send a valid key: Authorization: Bearer cs_<prefix>_<secret>. It may be wrong, expired or revoked, or "
        "the account of its owner closed."
    )
    return problem(request, 401, "unauthenticated", detail)


def _not_found(request: HttpRequest, error: Http404) -> HttpResponse:
    return problem(request, 404, "not_found", _NO_REQUEST)


def _too_big(request: HttpRequest, error: RequestDataTooBig) -> HttpResponse:
    return problem(request, 413, "too_large", _TOO_LARGE)


def _other(request: HttpRequest, error: HttpError) -> HttpResponse:
    return problem(request, error.status_code, "refused", str(error))


def failure(request: HttpRequest, error: BaseException | None) -> HttpResponse:
    """An unforeseen failure, or a database that does not answer: then it says whether the call may be stored."""
    if not is_unavailable(error):
        return problem(request, 500, "http_500", _DETAILS[500])
    code = "outcome_unknown" if may_be_stored(request) else "unavailable"
    response = problem(request, 503, code, _UNAVAILABLE[code])
    response["Retry-After"] = str(RETRY_SECONDS)
    return response


def _database_error(request: HttpRequest, error: Error) -> HttpResponse:
    logger.error("database_error", exc_info=error)
    return failure(request, error)
