"""Is this process able to serve? Asked by load balancers and by `compose.yaml`."""

from django.db import connection
from django.http import HttpRequest, HttpResponse

from audit.anchors import trust


def healthz(request: HttpRequest) -> HttpResponse:
    """200 once the database answers; an error of the database is a 500."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("ok", content_type="text/plain")


def readyz(request: HttpRequest) -> HttpResponse:
    """200 once the site answers and vouches for its log; 503 while no checkpoint may be signed."""
    if trust.standing_problem():
        return HttpResponse(
            "The audit log does not extend its anchor: no checkpoint is signed. See /audit/.",
            content_type="text/plain",
            status=503,
        )
    return HttpResponse("ok", content_type="text/plain")
