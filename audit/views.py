"""How does the log stand? For auditors and administrators: the last checkpoint, its anchors, and what is wrong."""

from __future__ import annotations

from datetime import timedelta

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from audit import checkpoint, clock, keys
from audit.anchors import trust
from audit.models import Anchor, Checkpoint

LATE = timedelta(minutes=10)
"""After so long without a checkpoint, the clock's worker or the beat does not run."""


@require_safe
@login_required
def log(request: HttpRequest) -> HttpResponse:
    """A page to look at only: what is done about the log is done at the command line."""
    if not (getattr(request.user, "is_staff", False) or getattr(request.user, "is_auditor", False)):
        raise PermissionDenied
    last = Checkpoint.objects.order_by("-number").first()
    key_id = keys.checkpoint_key()[0]
    context = {
        "problem": trust.open_problem(),
        "checkpoint": last,
        "is_late": last is None or clock.now() - last.at > LATE,
        "anchors": Anchor.objects.exclude(sent=None, attempts=0).select_related("sent"),
        "public_key": checkpoint.public_text(key_id, keys.public_key(key_id)),
    }
    return render(request, "audit/log.html", context)
