"""Is this process alive, and does the house do its work? Asked by load balancers and by `compose.yaml`."""

from django.db import Error
from django.http import HttpRequest, HttpResponse

from audit import log
from audit.anchors import trust


def healthz(request: HttpRequest) -> HttpResponse:
    """200 as long as this process answers: starting it anew would mend no database."""
    return HttpResponse("ok", content_type="text/plain")


def readyz(request: HttpRequest) -> HttpResponse:
    """200 while decisions can be stored and the log is vouched for; otherwise 503, with the reasons."""
    try:
        problems = _problems()
    except Error as error:
        problems = [f"The database does not take what a decision writes: {type(error).__name__}."]
    text = "\n".join(problems) or "ok"
    return HttpResponse(text, content_type="text/plain", status=503 if problems else 200)


def _problems() -> list[str]:
    log.rehearse()
    if trust.standing_problem():
        return ["The audit log does not extend its anchor: no checkpoint is signed. See /audit/."]
    return []
