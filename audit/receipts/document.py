"""What is a receipt? One JSON text that proves by itself what a request's events say; docs/audit.md describes it."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.db import connection

from audit import checkpoint, keys, tree
from audit.canonical import canonical
from audit.message import Subject
from audit.models import Checkpoint, UsedKey
from audit.receipts.summary import DECIDED, summarise

TYPE = "countersign-receipt/1"
ABOUT = (
    "A receipt of one request: what was proposed, shown, changed, decided and reported. `summary` repeats what "
    "`events` say; each event stands there as the bytes that were signed. leaf = SHA-256(0x00, message, mac), "
    'message = "countersign-audit/1\\n" key_id "\\n" length "\\n" body; `proof` leads from the leaf to the root of '
    "`checkpoint` (RFC 6962), which `public_keys` check. verify_pack.py does all of that; compare its key with one "
    "from elsewhere."
)

FOR_AGENTS = frozenset(
    {
        *("approval.requested", "approval.not_required", "draft.recorded", "draft.used", "draft.discarded"),
        *("draft.replaced", "approval.voted", "approval.edited", "approval.votes_voided", "approval.granted"),
        *("approval.rejected", "approval.sla_breach", "approval.expired", "approval.cancelled"),
        *("approval.superseded", "approval.claimed", "execution.reported", "execution.mismatch"),
    }
)
"""Of all others, such as comments among reviewers, the agent's receipt has the hash alone."""

WITH_A_DECISION = frozenset({"approval.voted", "approval.edited", "approval.votes_voided"})
"""What people did on the way is for agents only where people decided, as in the API's `decision`."""

BY_PEOPLE = frozenset({"approval.granted", "approval.rejected"})

_SELECT = """
    SELECT event.type, event.key_id, event.mac, event.leaf, leaf.index, body.content, event.seq
    FROM audit_event AS event LEFT JOIN audit_leaf AS leaf USING (event_id)
        LEFT JOIN audit_eventbody AS body USING (event_id)
"""
_EVENTS = f"{_SELECT} WHERE subject_kind = %s AND subject_id = %s ORDER BY seq"  # nosec B608 - a constant
_ONE = f"{_SELECT} WHERE event_id = %s"  # nosec B608 - a constant


class UnknownRequest(LookupError):
    """The log holds nothing about it."""


class NotProvenYet(Exception):
    """No checkpoint covers all of its events: the next one will, within a minute or two.

    Its text names the events, for operators; `in_numbers` does not, for those who may not see each kind.
    """

    def __init__(self, waiting: Sequence[Stored], of: int) -> None:
        names = ", ".join(f"{one.type} (event {one.seq})" for one in waiting)
        when = "One is signed every minute: come back then."
        super().__init__(f"{names}: no signed checkpoint covers this yet. {when}")
        self.in_numbers = f"No signed checkpoint covers {len(waiting)} of its {of} events yet. {when}"


class StillOpen(Exception):
    """It is not decided yet, so there is nothing to hand out a receipt of."""


@dataclass(frozen=True, slots=True)
class Stored:
    """An event as its rows have it; `index` is None until the sequencer took it in, `body` where it was purged."""

    type: str
    key_id: str
    mac: bytes
    leaf: bytes
    index: int | None
    body: bytes | None
    seq: int


@dataclass(frozen=True, slots=True)
class Receipt:
    """`content` are its bytes: RFC 8785 and a line end. `document` is what they say."""

    request: str
    content: bytes
    document: dict[str, Any]

    @property
    def name(self) -> str:
        """What the file is called."""
        return f"receipt-{self.request}.json"


def receipt_of(
    request: str, *, for_agent: bool = False, only_decided: bool = False, under: Checkpoint | None = None
) -> Receipt:
    """The receipt of one request, under the first checkpoint that covers all of its events, or `under` that one.

    So it stays the same, byte for byte, while no event follows. With `for_agent`, events that are not for agents are
    shown by their hash. Raises UnknownRequest, StillOpen (with `only_decided`), NotProvenYet, tree.NodeMissing.
    """
    subject = Subject("approval", request)
    stored = _stored(subject)
    if not stored:
        raise UnknownRequest(f"The log holds nothing about the request {request}.")
    if only_decided and not DECIDED & {one.type for one in stored}:
        raise StillOpen("This request is not decided yet. A receipt is of a decision.")
    last = _covering(stored, under)
    shown = _for_agents(stored) if for_agent else None
    proofs = tree.inclusion_proofs([one.index for one in stored if one.index is not None], last.size)
    document = document_of(
        request,
        stored,
        note=last.note,
        public_key=public_text(last.key_id),
        proof=proofs.__getitem__,
        is_shown=lambda one: shown is None or one.type in shown,
    )
    return Receipt(request, canonical(document) + b"\n", document)


def _for_agents(stored: Sequence[Stored]) -> frozenset[str]:
    """The types shown to the agent: one that cancels does not learn by its receipt how people had voted."""
    decisions = [one.type for one in stored if one.type in DECIDED]
    return FOR_AGENTS if decisions[-1:] and decisions[-1] in BY_PEOPLE else FOR_AGENTS - WITH_A_DECISION


def document_of(
    request: str,
    stored: Sequence[Stored],
    *,
    note: str,
    public_key: str,
    proof: Callable[[int], list[bytes]],
    is_shown: Callable[[Stored], bool] = lambda _: True,
) -> dict[str, Any]:
    """What a receipt says. `proof` gives the hashes from a leaf to the root of the note."""
    bodies = [json.loads(one.body) for one in stored if one.body is not None and is_shown(one)]
    return {
        "v": 1,
        "type": TYPE,
        "about": ABOUT,
        "subject": {"kind": "approval", "id": request},
        "summary": summarise(request, bodies),
        "events": [_event(one, proof(one.index or 0), is_shown=is_shown(one)) for one in stored],
        "checkpoint": note,
        "public_keys": [public_key],
    }


def public_text(key_id: str) -> str:
    """A public key as note verifiers read it; noted by the signer where this process does not hold it."""
    try:
        key = keys.public_key(key_id)
    except keys.UnknownKey:
        noted = UsedKey.objects.filter(purpose=UsedKey.Purpose.CHECKPOINTS, key_id=key_id).first()
        if noted is None:
            raise
        key = Ed25519PublicKey.from_public_bytes(bytes(noted.fingerprint))
    return checkpoint.public_text(key_id, key)


def _stored(subject: Subject) -> list[Stored]:
    with connection.cursor() as cursor:
        cursor.execute(_EVENTS, [subject.kind, subject.id])
        return [_read(row) for row in cursor.fetchall()]


def _read(row: tuple[Any, ...]) -> Stored:
    type_, key_id, mac, leaf, index, body, seq = row
    return Stored(type_, key_id, bytes(mac), bytes(leaf), index, body and bytes(body), seq)


def _covering(stored: Sequence[Stored], under: Checkpoint | None) -> Checkpoint:
    if under is None:
        size = max((one.index + 1 for one in stored if one.index is not None), default=0)
        under = Checkpoint.objects.filter(size__gte=size).order_by("number").first()
    size = under.size if under else 0
    waiting = [one for one in stored if one.index is None or one.index >= size]
    if waiting or under is None:
        raise NotProvenYet(waiting, len(stored))
    return under


def evidence_of(event_id: UUID, size: int) -> dict[str, Any] | None:
    """One event as a receipt shows it, in the tree over `size` leaves; None where that does not hold it."""
    with connection.cursor() as cursor:
        cursor.execute(_ONE, [event_id])
        stored = _read(cursor.fetchone())
    if stored.index is None or stored.index >= size:
        return None
    return _event(stored, tree.inclusion_proof(stored.index, size), is_shown=True)


def _event(one: Stored, proof: list[bytes], *, is_shown: bool) -> dict[str, Any]:
    body = one.body if is_shown else None
    return {
        "body": b64encode(body).decode() if body is not None else None,
        "key_id": one.key_id if body is not None else None,
        "mac": one.mac.hex() if body is not None else None,
        "leaf": one.leaf.hex(),
        "leaf_index": one.index,
        "proof": [hash_.hex() for hash_ in proof],
    }
