"""Is the log what was written, and all of it? Checks signatures, chains, tree, checkpoints and anchor."""

from audit.verify.latest import Said, said_of
from audit.verify.rows import Tampered, Verified
from audit.verify.single import Chain, chain
from audit.verify.waiting import overdue
from audit.verify.whole import NoSuchCheckpoint, Report, everything

__all__ = [
    "Chain",
    "NoSuchCheckpoint",
    "Report",
    "Said",
    "Tampered",
    "Verified",
    "chain",
    "everything",
    "overdue",
    "said_of",
]
