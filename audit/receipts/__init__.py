"""Evidence that leaves the house: a receipt of one request, which proves itself to an outsider."""

from audit.receipts.disclosure import hand_out
from audit.receipts.document import (
    NotProvenYet,
    Receipt,
    StillOpen,
    UnknownRequest,
    public_text,
    receipt_of,
)
from audit.receipts.summary import summarise

__all__ = [
    "NotProvenYet",
    "Receipt",
    "StillOpen",
    "UnknownRequest",
    "hand_out",
    "public_text",
    "receipt_of",
    "summarise",
]
