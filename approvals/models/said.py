"""What does a request's first event hold under the names of its columns?"""

from __future__ import annotations

SAID = (
    "action_type",
    "action",
    "summary",
    "rationale",
    "confidence",
    "evidence",
    "context",
    "workflow",
    "run_id",
    "initiated_by",
)
"""What the agent said."""

RULED = ("pattern", "risk", "quorum")
"""What the verdict ruled, under its own names too."""

FOLLOWED = ("reasons", "breach_action", "locked_fields")
"""What followed from both."""
