"""Does the table of used keys name every key that signed? A start without one of them is noticed by it alone."""

from __future__ import annotations

from collections.abc import Iterable

from audit import keys
from audit.models import Checkpoint, UsedKey
from audit.verify.rows import Tampered

_Noted = dict[tuple[str, str], bytes]


def check(key_ids: Iterable[str], *, keyless: bool = False) -> None:
    """`key_ids` signed events that a checkpoint covers: the sequencer noted them then. Raises Tampered.

    `keyless`: only that they are there, since their fingerprints take the keys.
    """
    noted: _Noted = {(one.purpose, one.key_id): bytes(one.fingerprint) for one in UsedKey.objects.all()}
    for key_id in sorted(key_ids):
        here = b"" if keyless else keys.fingerprint(key_id)
        _require(noted, UsedKey.Purpose.EVENTS, key_id, here)
    signed = Checkpoint.objects.order_by().values_list("key_id", flat=True).distinct()
    for key_id in sorted(signed):
        _require(noted, UsedKey.Purpose.CHECKPOINTS, key_id, keys.public_fingerprint(key_id))


def _require(noted: _Noted, purpose: UsedKey.Purpose, key_id: str, here: bytes) -> None:
    stored = noted.get((purpose, key_id))
    if stored is None:
        raise Tampered(
            f"The table of used keys lacks {key_id!r}, which signed {purpose}: its row was removed."
        )
    if stored and here and stored != here:
        raise Tampered(
            f"The table of used keys has another fingerprint for {key_id!r}, which signed {purpose}."
        )
