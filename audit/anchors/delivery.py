"""Which checkpoint goes where now, and again after a crash?"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import structlog
from django.conf import settings
from django.db import transaction

from audit import clock
from audit.anchors import file, mail, trust, webhook
from audit.anchors.failure import DeliveryFailed
from audit.models import Anchor, Checkpoint

logger = structlog.get_logger(__name__)

DAILY = timedelta(hours=24)
"""A mailbox gets one checkpoint a day: each covers all that came before it."""


def write() -> None:
    """Bring the newest checkpoint to the anchor file, if the settings name one; the next run repeats what fails."""
    _bring(Anchor.Kind.FILE, _to_file)


def send() -> None:
    """Send the newest checkpoint to the other anchors that the settings name; the next run repeats what fails."""
    _bring(Anchor.Kind.WEBHOOK, webhook.send)
    _bring(Anchor.Kind.EMAIL, mail.send)


def _bring(kind: Anchor.Kind, how: Callable[[Checkpoint], None]) -> None:
    if _is_named(kind) and _choose(kind):
        _send(kind, how)


def _is_named(kind: Anchor.Kind) -> bool:
    named = {
        Anchor.Kind.FILE: settings.AUDIT_ANCHOR_FILE,
        Anchor.Kind.WEBHOOK: settings.AUDIT_ANCHOR_WEBHOOK,
        Anchor.Kind.EMAIL: settings.AUDIT_ANCHOR_EMAIL,
    }
    return bool(named[kind])


@transaction.atomic
def _choose(kind: Anchor.Kind) -> bool:
    """Settle which checkpoint is sent, before it is sent; True if there is one.

    A checkpoint that was chosen before is sent again, under its id, until it has arrived.
    """
    Anchor.objects.get_or_create(kind=kind)
    anchor = Anchor.objects.select_for_update(of=("self",)).select_related("sent").get(kind=kind)
    if anchor.sending_id is not None:
        return True
    newest = Checkpoint.objects.order_by("-number").first()
    if newest is None or not _is_due(anchor, newest):
        return False
    anchor.sending = newest
    anchor.save(update_fields=["sending"])
    return True


def _is_due(anchor: Anchor, newest: Checkpoint) -> bool:
    if anchor.sent is None:
        return True
    if anchor.kind == Anchor.Kind.EMAIL:
        return newest.at - anchor.sent.at >= DAILY
    return newest.number > anchor.sent.number


@transaction.atomic
def _send(kind: Anchor.Kind, send: Callable[[Checkpoint], None]) -> None:
    """The row stays locked while it is sent, so that two workers never write to one file at once."""
    anchors = Anchor.objects.select_for_update(of=("self",), skip_locked=True).select_related("sending")
    anchor = anchors.filter(kind=kind, sending__isnull=False).first()
    if anchor is None or anchor.sending is None:
        return
    try:
        send(anchor.sending)
    except DeliveryFailed as error:
        anchor.attempts, anchor.last_error = anchor.attempts + 1, str(error)[:2000]
        anchor.save(update_fields=["attempts", "last_error"])
        logger.warning("checkpoint_not_anchored", anchor=kind.value, error=str(error))
        return
    anchor.sent, anchor.sending, anchor.sent_at = anchor.sending, None, clock.now()
    anchor.delivered, anchor.attempts, anchor.last_error = anchor.delivered + 1, 0, ""
    anchor.save(update_fields=["sent", "sending", "sent_at", "delivered", "attempts", "last_error"])


def _to_file(one: Checkpoint) -> None:
    """Nothing is added below notes that this log does not extend: they are the evidence."""
    where = file.path()
    if where is None or not trust.is_extended():
        raise DeliveryFailed("The log does not extend this file, so nothing is added to it.")
    try:
        last = file.last_note(where)
        if last is None or last.source != one.note:
            file.append(where, one.note)
    except OSError as error:
        raise DeliveryFailed(f"{where} cannot be written: {error.strerror}.") from error
