"""The rows of a request's life. What they know about themselves is here; what changes them is `lifecycle`."""

from approvals.models.agent import EVERY_SCOPE, Agent, AgentKey, Earlier, Ended, Scope
from approvals.models.approval import Approval
from approvals.models.assignment import Assignment
from approvals.models.away import Away
from approvals.models.channel import Channel, ChannelTest, Choice
from approvals.models.comment import Comment
from approvals.models.decision import Opening, Vote, VoteSeat
from approvals.models.execution import Claim, Outcome
from approvals.models.heartbeat import Heartbeat
from approvals.models.in_hand import assignments_in_hand, put_in_hand
from approvals.models.kept_policies import policies_with_ids
from approvals.models.loosening import Loosening
from approvals.models.notification import Notification
from approvals.models.origin import Origin
from approvals.models.payload import PayloadVersion, WorkingCopy
from approvals.models.policy import Policy
from approvals.models.signing import Signing
from approvals.models.whole import WHOLE, from_rows, read_whole, read_whole_by_id
from audit.field_names import name_fields

__all__ = [
    "EVERY_SCOPE",
    "WHOLE",
    "Agent",
    "AgentKey",
    "Approval",
    "Assignment",
    "Away",
    "Channel",
    "ChannelTest",
    "Choice",
    "Claim",
    "Comment",
    "Earlier",
    "Ended",
    "Heartbeat",
    "Loosening",
    "Notification",
    "Opening",
    "Origin",
    "Outcome",
    "PayloadVersion",
    "Policy",
    "Scope",
    "Signing",
    "Vote",
    "VoteSeat",
    "WorkingCopy",
    "assignments_in_hand",
    "from_rows",
    "policies_with_ids",
    "put_in_hand",
    "read_whole",
    "read_whole_by_id",
]

name_fields(
    Agent, Approval, Assignment, Channel, Claim, Notification, Opening, Outcome, PayloadVersion, Policy, Vote
)
