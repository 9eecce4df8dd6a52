"""What happens when a request is submitted, opened, decided, withdrawn, claimed, reported or left too long?

Each function has five beats in one transaction: lock the request's row, rule on it, change it, record the event,
notify. The pages and the JSON endpoint share these functions.
"""

from approvals.lifecycle.asking import ask_enough
from approvals.lifecycle.ballot import Words
from approvals.lifecycle.beats import require_pending
from approvals.lifecycle.breach import breach
from approvals.lifecycle.commenting import comment
from approvals.lifecycle.deadline import breach_if_overdue
from approvals.lifecycle.decision import Seen, approve, reject
from approvals.lifecycle.departure import close_account
from approvals.lifecycle.drafting import discard_draft, use_draft
from approvals.lifecycle.escalation import Step as EscalationStep
from approvals.lifecycle.escalation import asked_by_escalation, escalate, ladder
from approvals.lifecycle.execution import Report, cancel, claim, report
from approvals.lifecycle.expiry import expire
from approvals.lifecycle.judging import Judgement, Submission, judge
from approvals.lifecycle.keeping import Edits, discard_edits, keep_edits
from approvals.lifecycle.opening import open_request
from approvals.lifecycle.preparing import ToSign, prepare_approval, prepare_rejection
from approvals.lifecycle.reassignment import reassign
from approvals.lifecycle.reminding import remind
from approvals.lifecycle.safeguards import Attestation, Safeguards, safeguards_of
from approvals.lifecycle.sla import sweep
from approvals.lifecycle.submission import find_previous, submit
from approvals.lifecycle.taking_back import take_back
from approvals.lifecycle.warrant import SENTENCE as NOT_IN_LOG
from approvals.lifecycle.warrant import unproven

__all__ = [
    "NOT_IN_LOG",
    "Attestation",
    "Edits",
    "EscalationStep",
    "Judgement",
    "Report",
    "Safeguards",
    "Seen",
    "Submission",
    "ToSign",
    "Words",
    "approve",
    "ask_enough",
    "asked_by_escalation",
    "breach",
    "breach_if_overdue",
    "cancel",
    "claim",
    "close_account",
    "comment",
    "discard_draft",
    "discard_edits",
    "escalate",
    "expire",
    "find_previous",
    "judge",
    "keep_edits",
    "ladder",
    "open_request",
    "prepare_approval",
    "prepare_rejection",
    "reassign",
    "reject",
    "remind",
    "report",
    "require_pending",
    "safeguards_of",
    "submit",
    "sweep",
    "take_back",
    "unproven",
    "use_draft",
]
