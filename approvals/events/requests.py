"""Which events does the life of a request write, and what does its page's history say of each?"""

from __future__ import annotations

from django.utils.translation import pgettext_lazy

from approvals.events import sentences
from approvals.events.request_fields import (
    CHANGES,
    DRAFT,
    ID,
    INITIATOR,
    PAYLOAD,
    PERSON,
    PROPOSAL,
    REPORT,
    SESSION,
    SUPERSEDED,
    VOTE,
)
from approvals.events.sentences import RequestEventType
from audit.catalogue import Field

EVENTS = (
    RequestEventType(
        "approval.requested",
        "An agent proposed an action and people are asked.",
        says=pgettext_lazy("after a name", "asked for a decision"),
        data=PROPOSAL,
    ),
    RequestEventType(
        "approval.not_required",
        "An agent proposed an action and the policy let it run without asking anybody.",
        says=pgettext_lazy("after a name", "ran it: the policy let it run without a person"),
        data=PROPOSAL,
    ),
    RequestEventType(
        "draft.recorded",
        "An agent left a draft that a person may use by hand.",
        says=pgettext_lazy("after a name", "left a draft to use by hand"),
        data=PROPOSAL,
    ),
    RequestEventType(
        "draft.used",
        "A person used the draft by hand.",
        says=pgettext_lazy("after a name", "used the draft"),
        data=DRAFT,
    ),
    RequestEventType(
        "draft.discarded",
        "A person discarded the draft.",
        says=pgettext_lazy("after a name", "discarded the draft"),
        data=DRAFT,
    ),
    RequestEventType(
        "draft.replaced",
        "The agent left a newer draft, so this one is discarded.",
        says=pgettext_lazy("after a name", "left a newer draft in place of this one"),
        data=SUPERSEDED,
    ),
    RequestEventType(
        "approval.opened",
        "Somebody who may decide opened the request for the first time, at the latest by deciding it.",
        says=pgettext_lazy("after a name", "opened it"),
    ),
    RequestEventType(
        "approval.voted",
        "A person approved or rejected one version of the payload.",
        says=sentences.voted,
        words=("sentence", "comment"),
        data={
            **VOTE,
            "payload": Field("that version, whole", PAYLOAD),
            "initiated_by": INITIATOR,
            "session": SESSION,
        },
    ),
    RequestEventType(
        "approval.edited",
        "A person approved with a corrected payload, which is the next version.",
        says=sentences.edited,
        data={
            "payload": Field("the corrected payload, whole", PAYLOAD),
            "changes": Field("the changes against the version before, as RFC 6902", CHANGES),
        },
    ),
    RequestEventType(
        "approval.votes_voided",
        "An edit made the approvals of the version before void; their voters are asked again.",
        says=sentences.voided,
        data={
            "version": Field("the version they had approved", 1),
            "votes": Field("which votes, and whose", [{"vote": ID, "person": ID}]),
        },
    ),
    RequestEventType(
        "approval.granted",
        "The last approval came in: the agent may execute this payload. The actor gave that approval.",
        says=pgettext_lazy("after a name", "gave the last approval: the agent may act"),
        data={
            "payload": Field("the approved payload, whole", PAYLOAD),
            "changes": Field("its changes against what the agent proposed, as RFC 6902", CHANGES),
            "votes": Field("the approvals that count", [{name: f.example for name, f in VOTE.items()}]),
            "valid_until": Field("until when it may be claimed", "2026-04-13T09:05:00.000000Z"),
            "initiated_by": INITIATOR,
        },
    ),
    RequestEventType(
        "approval.rejected",
        "The request is rejected, which ends it. `resolution`, `category` and `comment` are the reason. Where "
        "the deadline rejected it the actor is the system, the resolution `sla_expired`, and there is no vote.",
        says=sentences.rejected,
        data={
            **VOTE,
            "payload": Field("the payload as it stood then, whole", PAYLOAD),
            "vote": Field("the vote's id, or null", ID),
            "person": Field("who voted, as named then, or null", PERSON),
            "on_behalf_of": Field("the person whose authority was used, as named then, or null", PERSON),
            "basis": Field("where that authority comes from, or empty", "assignee"),
            "verdict": Field("`reject`", "reject"),
            "resolution": Field("how it was rejected", "declined"),
            "decided_at": Field("when it was rejected", "2026-04-12T09:05:00.000000Z"),
            "initiated_by": INITIATOR,
        },
    ),
    RequestEventType(
        "approval.sla_breach",
        "The deadline passed without a decision. Written once for a request; the actor is the system.",
        says=sentences.breached,
        data={
            "run_id": Field("the agent's run, or empty", "run-2041"),
            "risk": Field("the effective risk", "high"),
            "deadline": Field("the deadline that passed", "2026-04-12T10:00:00.000000Z"),
            "elapsed_seconds": Field("seconds since the request was made", 3607),
            "assignees": Field("who was named and still asked", ["sales@example.com"]),
            "breach_action": Field("what follows: `notify`, `escalate` or `reject`", "escalate"),
        },
    ),
    RequestEventType(
        "approval.reassigned",
        "Another person is asked in a reviewer's place. Votes already cast stand.",
        says=sentences.reassigned,
        words=("reason",),
        names=("from",),
        data={
            "from": Field(
                "the address of the person whose place it was, or null where a place was added",
                "sam@example.com",
            ),
            "to": Field("the address of the person who is asked now", "ada@example.com"),
            "reason": Field("why, in words", "Sam is on leave."),
        },
    ),
    RequestEventType(
        "approval.taken_back",
        "The person who handed a request on took it back, before anybody had acted.",
        says=sentences.taken_back,
        names=("to",),
        data={
            "from": Field("the address of the person who is asked no more", "ada@example.com"),
            "to": Field(
                "the address of the person who is asked again, or null where a place had been added",
                "sam@example.com",
            ),
        },
    ),
    RequestEventType(
        "approval.commented",
        "A person wrote a comment, which the agent does not read.",
        says=sentences.commented,
        words=("text",),
        names=("told",),
        data={
            "comment": Field("the comment's id", ID),
            "text": Field("what it says", "@ada, is this the account of last year?"),
            "told": Field("the addresses of the people it mentions", ["ada@example.com"]),
        },
    ),
    RequestEventType(
        "approval.escalated",
        "A step of the escalation ladder was asked: its people are reviewers from now on.",
        says=sentences.escalated,
        data={
            "step": Field("which step of the ladder, from 1", 1),
            "after_minutes": Field("how long after the deadline it is asked", 0),
            "people": Field("whom it names", ["cfo@example.com"]),
        },
    ),
    RequestEventType(
        "approval.approvers_asked",
        "Those told could not give all the approvals that it takes, so the approvers were asked as well.",
        says=pgettext_lazy("after a name", "asked the approvers as well: those asked before are too few"),
        data={
            "people": Field("which of them, by address", ["ada@example.com"]),
            "wanted": Field("how many approvals were still to come", 2),
            "able": Field("how many of the people told before could give one", 1),
        },
    ),
    RequestEventType(
        "approval.understaffed",
        "Too few people could decide it, the approvers included, so the administrators were told.",
        says=pgettext_lazy("after a name", "told the administrators that too few people can decide it"),
        data={
            "people": Field("which of them, by address", ["admin@example.com"]),
            "wanted": Field("how many approvals were still to come", 2),
            "able": Field("how many people could give one", 1),
        },
    ),
    RequestEventType(
        "approval.expired",
        "The agent did not claim the approval within its validity, so it can never be executed.",
        says=pgettext_lazy(
            "after a name", "noted that the approval was not claimed in time: it cannot be executed any more"
        ),
        data={"valid_until": Field("until when it could be claimed", "2026-04-13T09:05:00.000000Z")},
    ),
    RequestEventType(
        "approval.cancelled",
        "The agent withdrew the request before anybody decided, or proposed it anew.",
        says=sentences.cancelled,
        data={**SUPERSEDED, "superseded_by": Field("the request that takes its place, or null", None)},
    ),
    RequestEventType(
        "approval.superseded",
        "The agent proposed anew what was decided before. An approval can be claimed no more after that.",
        says=pgettext_lazy("after a name", "proposed it again"),
        data=SUPERSEDED,
    ),
    RequestEventType(
        "approval.claimed",
        "The agent took the approved payload for execution, which it can do once.",
        says=pgettext_lazy("after a name", "took it for execution"),
        data={
            "claim": Field("the claim's id", ID),
            "key": Field("the prefix of the agent's key", "4f1d2c3b5a69"),
            "payload": Field("what the agent was handed, whole", PAYLOAD),
        },
    ),
    RequestEventType(
        "execution.reported",
        "The agent reported how the execution went.",
        says=sentences.reported,
        words=("detail",),
        data=REPORT,
    ),
    RequestEventType(
        "execution.mismatch",
        "The agent reported that it executed another payload than the approved one.",
        says=pgettext_lazy("after a name", "executed something else than was approved"),
        words=("detail",),
        data=REPORT,
    ),
)
