"""Who may decide this, and on whose authority? Who may read it, and who may hand it on?

`may_decide` answers for one request, `decidable_by` for the table; `tests/approvals/authority/test_truth_table.py`
holds the two equal.
"""

from approvals.authority.handing_on import (
    acted_since,
    handed_on_by,
    is_restricted,
    may_hand_on,
    may_receive,
    may_replace,
    never_receives,
    objections,
    receivers,
    whom_to_ask,
)
from approvals.authority.held import Held, held_by
from approvals.authority.person import PersonAuthority, is_named_in_policy
from approvals.authority.quorum import Asked, Quorum, awaited, quorum_of, still_asked, waits_for_another
from approvals.authority.reading import (
    decidable_by,
    drafts_for,
    hands_on,
    may_read,
    may_read_policies,
    strangers_among,
    visible_to,
    would_cover,
)
from approvals.authority.ruling import (
    Ruling,
    barred_addresses,
    barred_among,
    fills_policy_seat,
    is_covered,
    joined_too_late,
    lost_meanwhile,
    may_decide,
    may_use_draft,
)
from approvals.authority.secrecy import hidden_from, hides_votes
from approvals.authority.stand_ins import StandIns

__all__ = [
    "Asked",
    "Held",
    "PersonAuthority",
    "Quorum",
    "Ruling",
    "StandIns",
    "acted_since",
    "awaited",
    "barred_addresses",
    "barred_among",
    "decidable_by",
    "drafts_for",
    "fills_policy_seat",
    "handed_on_by",
    "hands_on",
    "held_by",
    "hidden_from",
    "hides_votes",
    "is_covered",
    "is_named_in_policy",
    "is_restricted",
    "joined_too_late",
    "lost_meanwhile",
    "may_decide",
    "may_hand_on",
    "may_read",
    "may_read_policies",
    "may_receive",
    "may_replace",
    "may_use_draft",
    "never_receives",
    "objections",
    "quorum_of",
    "receivers",
    "still_asked",
    "strangers_among",
    "visible_to",
    "waits_for_another",
    "whom_to_ask",
    "would_cover",
]
