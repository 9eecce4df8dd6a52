"""Does this process hold every key that signed what is stored? Asked at the start, in whole sentences."""

from __future__ import annotations

import structlog
from django.core.exceptions import ImproperlyConfigured
from django.db import OperationalError, ProgrammingError, connection

from audit import keys
from audit.models import Checkpoint, Event, UsedKey
from audit.sequencer import MARGIN

logger = structlog.get_logger(__name__)


def require() -> None:
    """Stop the start where a key is missing: raises ImproperlyConfigured.

    A database that is not there yet, or not migrated, holds nothing signed.
    """
    try:
        sentences = missing()
    except ProgrammingError:
        return
    except OperationalError as error:
        logger.warning("audit_keys_not_checked", error=str(error))
        return
    finally:
        connection.close()
    if sentences:
        raise ImproperlyConfigured("\n".join(sentences))


def missing() -> list[str]:
    """One sentence for each key that signed something stored and is missing here, or differs.

    A process that signs no checkpoints need not hold the public halves either.
    """
    used = [*UsedKey.objects.order_by("purpose", "key_id")]
    noted = {one.key_id for one in used if one.purpose == UsedKey.Purpose.EVENTS}
    recent = sorted(_recent() - noted)
    found = [_sentence(one) for one in used] + [
        _absent_hmac(id_) for id_ in recent if not keys.fingerprint(id_)
    ]
    return [sentence for sentence in found if sentence]


def _recent() -> set[str]:
    """Ids of the keys that signed events which the sequencer has not taken in yet."""
    last = Checkpoint.objects.order_by("-number").first()
    events = Event.objects.filter(at__gte=last.horizon - MARGIN) if last else Event.objects.all()
    return set(events.order_by().values_list("key_id", flat=True).distinct())


def _sentence(one: UsedKey) -> str:
    stored = bytes(one.fingerprint)
    if one.purpose == UsedKey.Purpose.EVENTS:
        here, absent, variable = keys.fingerprint(one.key_id), _absent_hmac(one.key_id), "AUDIT_HMAC_KEYS"
    else:
        here, absent = keys.public_fingerprint(one.key_id), _absent_public(one.key_id)
        variable = "AUDIT_CHECKPOINT_KEY"
    if not here:
        is_others = one.purpose == UsedKey.Purpose.CHECKPOINTS and not keys.signs_checkpoints()
        return "" if is_others else absent
    if stored and here != stored:
        return f"The key {one.key_id!r} in {variable} is not the key that signed the log under that id."
    return ""


def _absent_hmac(key_id: str) -> str:
    return (
        f"Events in the log are signed with the key {key_id!r}, which AUDIT_HMAC_KEYS does not hold. "
        "Add it back behind the first one: without it nobody can verify them."
    )


def _absent_public(key_id: str) -> str:
    return (
        f"Checkpoints of the log are signed with the key {key_id!r}, which neither AUDIT_CHECKPOINT_KEY nor "
        "AUDIT_CHECKPOINT_PUBLIC_KEYS holds. Add its public half back: without it nobody can verify them."
    )
