"""Is this process alive, and does the house do its work? Asked by load balancers and supervisors."""

from datetime import datetime

from django.db import Error
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import Max
from django.http import HttpRequest, HttpResponse

from approvals.models import Heartbeat, heartbeat
from approvals_site.schedule import overdue_after
from audit import clock, log
from audit.anchors import trust
from audit.models import Checkpoint


def healthz(request: HttpRequest) -> HttpResponse:
    """200 as long as this process answers: a restart would mend no database."""
    return HttpResponse("ok", content_type="text/plain")


def readyz(request: HttpRequest) -> HttpResponse:
    """200 while decisions can be stored, deadlines are looked at and the log is signed; otherwise 503 and why."""
    try:
        problems = _problems()
    except Error as error:
        problems = [f"The database does not take what a decision writes: {type(error).__name__}."]
    text = "\n".join(problems) or "ok"
    return HttpResponse(text, content_type="text/plain", status=503 if problems else 200)


def _problems() -> list[str]:
    log.rehearse()
    now, installed = clock.now(), _installed_at()
    swept = Heartbeat.objects.filter(name=heartbeat.SWEEP).values_list("at", flat=True).first()
    signed = Checkpoint.objects.order_by("-number").values_list("at", flat=True).first()
    found = [_overdue("approvals.sweep", "Deadlines were last looked at", swept or installed, now)]
    if trust.open_problem():
        found.append("The audit log does not extend its anchor: no checkpoint is signed. See /audit/.")
    else:
        found.append(_overdue("audit.sequence", "The audit log was last signed", signed or installed, now))
    return [sentence for sentence in found if sentence]


def _overdue(task: str, sentence: str, last: datetime, now: datetime) -> str:
    late = (now - last).total_seconds()
    if late <= overdue_after(task):
        return ""
    return f"{sentence} {late / 60:.0f} minutes ago: do the beat and the clock's worker run?"


def _installed_at() -> datetime:
    """When the database was last prepared: what has never run since then is due from that moment on."""
    applied = MigrationRecorder.Migration.objects.aggregate(last=Max("applied"))["last"]
    moment: datetime = applied
    return moment
