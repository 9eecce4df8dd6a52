"""What does an action type need, and what does that make of a proposal?"""

from approvals.policy.candidate import ENOUGH, ShadowSummary, require_trial, shadow_summary
from approvals.policy.current import CANDIDATES, find
from approvals.policy.files import TEMPLATE, Loaded, export_table, load_table
from approvals.policy.proposal import Proposal
from approvals.policy.publishing import current_version, publish
from approvals.policy.reading import InvalidFile, read_table
from approvals.policy.trial import try_sample
from approvals.policy.verdict import Reviewer, Shadow, Verdict, evaluate
from approvals.policy.warnings import warnings_of_each, warnings_of_table

__all__ = [
    "CANDIDATES",
    "ENOUGH",
    "TEMPLATE",
    "InvalidFile",
    "Loaded",
    "Proposal",
    "Reviewer",
    "Shadow",
    "ShadowSummary",
    "Verdict",
    "current_version",
    "evaluate",
    "export_table",
    "find",
    "load_table",
    "publish",
    "read_table",
    "require_trial",
    "shadow_summary",
    "try_sample",
    "warnings_of_each",
    "warnings_of_table",
]
