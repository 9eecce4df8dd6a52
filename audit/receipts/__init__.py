"""Evidence that leaves the house: a receipt of one request, which proves itself to an outsider."""

from audit.receipts.disclosure import CannotProve, decided, hand_out, hand_out_pack
from audit.receipts.document import (
    NotProvenYet,
    Receipt,
    StillOpen,
    UnknownRequest,
    evidence_of,
    public_text,
    receipt_of,
)
from audit.receipts.summary import summarise

__all__ = [
    "CannotProve",
    "NotProvenYet",
    "Receipt",
    "StillOpen",
    "UnknownRequest",
    "decided",
    "evidence_of",
    "hand_out",
    "hand_out_pack",
    "public_text",
    "receipt_of",
    "summarise",
]
