"""What does an action type need, and what does that make of a proposal?

`files`, `publishing` and `warnings` are rooms of their own: `from approvals.policy import publishing`.
"""

from approvals.policy.trial import try_sample
from approvals.policy.verdict import CRITICAL_QUORUM, Proposal, Reviewer, Shadow, Verdict, evaluate, find

__all__ = [
    "CRITICAL_QUORUM",
    "Proposal",
    "Reviewer",
    "Shadow",
    "Verdict",
    "evaluate",
    "find",
    "try_sample",
]
