"""Which events does the life of a request write?"""

from __future__ import annotations

from audit.catalogue import EventType, Field

_HASH = "41deab3b0e8a5a4d3e3a6f9b38d26f3c4b7d5c6a1f0e9d8c7b6a594837261504"
_ID = "019aae5c-3c1e-7d42-9a51-7f6b1c0d2e3f"
_PERSON = {"id": _ID, "email": "sales@example.com", "name": "Sam Sales"}
_CHANGES = [{"op": "replace", "path": "/body", "value": "Dear Ada, ..."}]

_PAYLOAD = {"to": "ada@acme.example", "body": "Dear Ada, ..."}

_PROPOSAL = {
    "payload": Field("what the agent proposes to do it with, whole", _PAYLOAD),
    "action_type": Field("the kind of action, which chose the policy", "external_email"),
    "action": Field("the action in plain words", "Send email to Ada at Acme Corp"),
    "summary": Field("the agent's summary, or empty", ""),
    "rationale": Field("why the agent proposes it", "She asked for a quote."),
    "confidence": Field("the agent's confidence from 0 to 1, or null", 0.92),
    "evidence": Field(
        "what the agent showed: label, value, tone, address",
        [{"label": "Contract", "value": "CON-4821", "tone": "emerald", "url": None}],
    ),
    "context": Field("further facts from the agent, or null", None),
    "workflow": Field("the agent's workflow, or empty", "outbound"),
    "run_id": Field("the agent's run, or empty", "run-2041"),
    "initiated_by": Field("the person on whose behalf the agent runs, or empty", "ops@example.com"),
    "supersedes": Field("the request that this one replaces, or null", None),
    "pattern": Field("how much people oversee it", "approval_gate"),
    "risk": Field("the effective risk", "medium"),
    "reasons": Field("why the policy judged so, in sentences", ["The policy asks people every time."]),
    "quorum": Field("how many different people must approve", 1),
    "breach_action": Field("what follows when nobody decides in time, or empty", "notify"),
    "shadow": Field("what a candidate condition would have done, or null", None),
    "deadline": Field("until when a decision is due, or null", "2026-04-12T10:00:00.000000Z"),
    "reviewers": Field(
        "whom it names, and who named them", [{"email": "sales@example.com", "source": "policy"}]
    ),
    "policy": Field("the policy's version that judged it", {"id": _ID, "version": 3}),
    "locked_fields": Field("JSON pointers to fields that nobody edits", ["/account"]),
    "payload_schema_sha256": Field("the SHA-256 of the payload's JSON Schema as it came", _HASH),
    "request_sha256": Field("the SHA-256 of the agent's whole body, as RFC 8785", _HASH),
    "key": Field("the prefix of the agent's key", "4f1d2c3b5a69"),
}
_VOTE = {
    "vote": Field("the vote's id", _ID),
    "person": Field("who voted, as named then", _PERSON),
    "on_behalf_of": Field("the person whose authority was used, as named then", _PERSON),
    "grant": Field("the delegated grant that lends it, or null where it is the voter's own", None),
    "basis": Field("where that authority comes from", "assignee"),
    "policy_seat": Field("whether it is more than the agent's choice: the policy wants one such", True),
    "verdict": Field("`approve` or `reject`", "approve"),
    "version": Field("the version of the payload voted on", 2),
    "resolution": Field("how it was rejected, or empty", ""),
    "category": Field("the reason chosen from the list, or empty", ""),
    "comment": Field("what the person wrote", "Please keep the account manager in copy."),
    "sentence": Field("what the person wrote to confirm a risky approval, or empty", ""),
    "acknowledged": Field("which items of the evidence were ticked, by position", [1]),
    "notified_at": Field(
        "when the first message to the person was sent, or null", "2026-04-12T09:00:04.120000Z"
    ),
    "opened_at": Field("when the person first opened the request, or null", "2026-04-12T09:03:10.000000Z"),
    "decided_at": Field("when the vote was cast", "2026-04-12T09:05:00.000000Z"),
    "late": Field("whether the deadline had passed", False),
}
_REPORT = {
    "claim": Field("the claim under which it ran", _ID),
    "status": Field("`succeeded` or `failed`", "succeeded"),
    "detail": Field("what the agent says about it, or empty", "Message id 1182"),
    "executed_sha256": Field("the SHA-256 of the payload that the agent executed", _HASH),
}
_DRAFT = {
    "action_type": Field("the kind of action", "external_email"),
    "on_behalf_of": Field("the person whose authority was used, as named then", _PERSON),
    "payload": Field("the draft's payload, whole", _PAYLOAD),
}
_SUPERSEDED = {
    "key": Field("the prefix of the agent's key", "4f1d2c3b5a69"),
    "payload": Field("the payload as it stood then, whole", _PAYLOAD),
    "superseded_by": Field("the request that takes its place", _ID),
}

EVENTS = (
    EventType(
        "approval.requested", "approval", "An agent proposed an action and people are asked.", _PROPOSAL
    ),
    EventType(
        "approval.not_required",
        "approval",
        "An agent proposed an action and the policy let it run without asking anybody.",
        _PROPOSAL,
    ),
    EventType(
        "draft.recorded", "approval", "An agent left a draft that a person may use by hand.", _PROPOSAL
    ),
    EventType("draft.used", "approval", "A person used the draft by hand.", _DRAFT),
    EventType("draft.discarded", "approval", "A person discarded the draft.", _DRAFT),
    EventType(
        "draft.replaced", "approval", "The agent left a newer draft, so this one is discarded.", _SUPERSEDED
    ),
    EventType(
        "approval.opened",
        "approval",
        "Somebody who may decide opened the request for the first time, at the latest by deciding it.",
    ),
    EventType(
        "approval.voted",
        "approval",
        "A person approved or rejected one version of the payload.",
        {**_VOTE, "payload": Field("that version, whole", _PAYLOAD)},
    ),
    EventType(
        "approval.edited",
        "approval",
        "A person approved with a corrected payload, which is the next version.",
        {
            "payload": Field("the corrected payload, whole", _PAYLOAD),
            "changes": Field("the changes against the version before, as RFC 6902", _CHANGES),
        },
    ),
    EventType(
        "approval.votes_voided",
        "approval",
        "An edit made the approvals of the version before void; their voters are asked again.",
        {
            "version": Field("the version they had approved", 1),
            "votes": Field("which votes, and whose", [{"vote": _ID, "person": _ID}]),
        },
    ),
    EventType(
        "approval.granted",
        "approval",
        "The last approval came in: the agent may execute this payload. The actor gave that approval.",
        {
            "payload": Field("the approved payload, whole", _PAYLOAD),
            "changes": Field("its changes against what the agent proposed, as RFC 6902", _CHANGES),
            "votes": Field("the approvals that count", [{name: f.example for name, f in _VOTE.items()}]),
            "valid_until": Field("until when it may be claimed", "2026-04-13T09:05:00.000000Z"),
        },
    ),
    EventType(
        "approval.rejected",
        "approval",
        "The request is rejected, which ends it. `resolution`, `category` and `comment` are the reason. Where "
        "the deadline rejected it the actor is the system, the resolution `sla_expired`, and there is no vote.",
        {
            **_VOTE,
            "payload": Field("the payload as it stood then, whole", _PAYLOAD),
            "vote": Field("the vote's id, or null", _ID),
            "person": Field("who voted, as named then, or null", _PERSON),
            "on_behalf_of": Field("the person whose authority was used, as named then, or null", _PERSON),
            "basis": Field("where that authority comes from, or empty", "assignee"),
            "verdict": Field("`reject`", "reject"),
            "resolution": Field("how it was rejected", "declined"),
            "decided_at": Field("when it was rejected", "2026-04-12T09:05:00.000000Z"),
        },
    ),
    EventType(
        "approval.sla_breach",
        "approval",
        "The deadline passed without a decision. Written once for a request; the actor is the system.",
        {
            "run_id": Field("the agent's run, or empty", "run-2041"),
            "risk": Field("the effective risk", "high"),
            "deadline": Field("the deadline that passed", "2026-04-12T10:00:00.000000Z"),
            "elapsed_seconds": Field("seconds since the request was made", 3607),
            "assignees": Field("who was named and still asked", ["sales@example.com"]),
            "breach_action": Field("what follows: `notify`, `escalate` or `reject`", "escalate"),
        },
    ),
    EventType(
        "approval.reassigned",
        "approval",
        "Somebody else is asked in a reviewer's place. Votes already cast stand.",
        {
            "from": Field(
                "the address of whose place it was, or null where it is a place more", "sam@example.com"
            ),
            "to": Field("the address of who is asked now", "ada@example.com"),
            "reason": Field("why, in words", "Sam is on leave."),
        },
    ),
    EventType(
        "approval.taken_back",
        "approval",
        "Who handed a request on took that back, before anybody had acted.",
        {
            "from": Field("the address of who is asked no more", "ada@example.com"),
            "to": Field("whose place is theirs again, or null where it was a place more", "sam@example.com"),
        },
    ),
    EventType(
        "approval.commented",
        "approval",
        "A person wrote a comment, which the agent does not read.",
        {
            "comment": Field("the comment's id", _ID),
            "text": Field("what it says", "@ada, is this the account of last year?"),
            "told": Field("the addresses of whoever it mentions", ["ada@example.com"]),
        },
    ),
    EventType(
        "approval.escalated",
        "approval",
        "A step of the escalation ladder was asked: its people are reviewers from now on.",
        {
            "step": Field("which step of the ladder, from 1", 1),
            "after_minutes": Field("how long after the deadline it is asked", 0),
            "people": Field("whom it names", ["cfo@example.com"]),
        },
    ),
    EventType(
        "approval.approvers_asked",
        "approval",
        "Those told could not give all the approvals that it takes, so the approvers were asked as well.",
        {
            "people": Field("which of them, by address", ["ada@example.com"]),
            "wanted": Field("how many approvals were still to come", 2),
            "able": Field("how many of the people told before could give one", 1),
        },
    ),
    EventType(
        "approval.understaffed",
        "approval",
        "Too few people could decide it, the approvers included, so the administrators were told.",
        {
            "people": Field("which of them, by address", ["admin@example.com"]),
            "wanted": Field("how many approvals were still to come", 2),
            "able": Field("how many people could give one", 1),
        },
    ),
    EventType(
        "approval.expired",
        "approval",
        "The agent did not claim the approval within its validity, so it can never be executed.",
        {"valid_until": Field("until when it could be claimed", "2026-04-13T09:05:00.000000Z")},
    ),
    EventType(
        "approval.cancelled",
        "approval",
        "The agent withdrew the request before anybody decided, or proposed it anew.",
        {**_SUPERSEDED, "superseded_by": Field("the request that takes its place, or null", None)},
    ),
    EventType(
        "approval.superseded",
        "approval",
        "The agent proposed anew what was decided before. An approval can be claimed no more after that.",
        _SUPERSEDED,
    ),
    EventType(
        "approval.claimed",
        "approval",
        "The agent took the approved payload for execution, which it can do once.",
        {
            "claim": Field("the claim's id", _ID),
            "key": Field("the prefix of the agent's key", "4f1d2c3b5a69"),
            "payload": Field("what the agent was handed, whole", _PAYLOAD),
        },
    ),
    EventType("execution.reported", "approval", "The agent reported how the execution went.", _REPORT),
    EventType(
        "execution.mismatch",
        "approval",
        "The agent reported that it executed another payload than the approved one.",
        _REPORT,
    ),
)
