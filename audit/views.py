"""How does the log stand? For auditors and administrators: the last checkpoint, its anchors, and what is wrong."""

from __future__ import annotations

from datetime import timedelta

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from audit import checkpoint, clock, keys, readers
from audit.anchors import trust
from audit.models import Anchor, Checkpoint, UsedKey

LATE = timedelta(minutes=10)
"""After so long without a checkpoint, the clock's worker or the beat does not run."""


@require_safe
@login_required
def log(request: HttpRequest) -> HttpResponse:
    """A page to look at only: what is done about the log is done at the command line."""
    if not readers.may_read(request.user):
        raise PermissionDenied
    last = Checkpoint.objects.order_by("-number").first()
    context = {
        "problem": trust.open_problem(),
        "checkpoint": last,
        "is_late": last is None or clock.now() - last.at > LATE,
        "anchors": Anchor.objects.exclude(sent=None, attempts=0).select_related("sent"),
        "public_key": _public_key(last),
    }
    return render(request, "audit/log.html", context)


def _public_key(last: Checkpoint | None) -> str:
    """Of the key that signs now; where this process does not hold it, of the last that did, as the signer noted it."""
    if keys.signs_checkpoints():
        key_id, key = keys.checkpoint_key()
        return checkpoint.public_text(key_id, key.public_key())
    noted = last and UsedKey.objects.filter(purpose=UsedKey.Purpose.CHECKPOINTS, key_id=last.key_id).first()
    if not noted:
        return ""
    return checkpoint.public_text(noted.key_id, Ed25519PublicKey.from_public_bytes(bytes(noted.fingerprint)))
