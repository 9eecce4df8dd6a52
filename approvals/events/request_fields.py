"""Which fields do several events of a request share? With the examples that `docs/audit-events.md` shows."""

from __future__ import annotations

from audit.catalogue import Field

HASH = "41deab3b0e8a5a4d3e3a6f9b38d26f3c4b7d5c6a1f0e9d8c7b6a594837261504"
ID = "019aae5c-3c1e-7d42-9a51-7f6b1c0d2e3f"
PERSON = {"id": ID, "email": "sales@example.com", "name": "Sam Sales"}
CHANGES = [{"op": "replace", "path": "/body", "value": "Dear Ada, ..."}]

PAYLOAD = {"to": "ada@acme.example", "body": "Dear Ada, ..."}

INITIATOR = Field("the person on whose behalf the agent runs, or empty", "ops@example.com")

SESSION = Field(
    "how the person had signed in: since when, and what they showed at which time, or null where it is not "
    "known; what was shown for this decision alone stands in `manifest`",
    {
        "since": "2026-04-12T08:55:01.500000Z",
        "ways": [
            {"with": "password", "at": "2026-04-12T08:54:40.250000Z"},
            {"with": "totp", "at": "2026-04-12T08:55:01.250000Z"},
        ],
    },
)

MANIFEST = {
    "v": 1,
    "request": ID,
    "payload_version": 2,
    "payload_sha256": HASH,
    "verdict": "approve",
    "meaning": "approved with 1 change",
    "changes": 1,
    "resolution": "",
    "name": "Sam Sales",
    "person": ID,
    "principal": ID,
    "on_behalf_of": None,
    "grant": None,
    "words_sha256": HASH,
    "signed_with": "password",
    "at": "2026-04-12T09:05:00.000000Z",
    "nonce": None,
    "site": None,
}

PROPOSAL = {
    "payload": Field("what the agent proposes to do it with, whole", PAYLOAD),
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
    "initiated_by": INITIATOR,
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
    "policy": Field("the policy's version that judged it", {"id": ID, "version": 3}),
    "locked_fields": Field("JSON pointers to fields that nobody edits", ["/account"]),
    "sla_minutes": Field("how many minutes there are to decide, or null", 60),
    "remind_at": Field("when people are reminded, or null", "2026-04-12T09:45:00.000000Z"),
    "barred": Field(
        "who may not decide it beside the person it runs for: the agent's owner, the key's, and who made the key",
        {"agent_owner": ID, "key_owner": ID, "key_minter": None},
    ),
    "payload_schema": Field("the payload's JSON Schema, as the text that came, or empty", ""),
    "payload_schema_sha256": Field("the SHA-256 of the payload's JSON Schema as it came", HASH),
    "request_sha256": Field("the SHA-256 of the agent's whole body, as RFC 8785", HASH),
    "key": Field("the prefix of the agent's key", "4f1d2c3b5a69"),
}
VOTE = {
    "vote": Field("the vote's id", ID),
    "person": Field("who voted, as named then", PERSON),
    "on_behalf_of": Field("the person whose authority was used, as named then", PERSON),
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
    "manifest": Field(
        "what the decision says of itself, or null on votes from before there was one", MANIFEST
    ),
    "signature": Field("the assertion of the voter's passkey over the manifest, or null", None),
}
REPORT = {
    "claim": Field("the claim under which it ran", ID),
    "status": Field("`succeeded` or `failed`", "succeeded"),
    "detail": Field("what the agent says about it, or empty", "Message id 1182"),
    "executed_sha256": Field("the SHA-256 of the payload that the agent executed", HASH),
}
DRAFT = {
    "action_type": Field("the kind of action", "external_email"),
    "on_behalf_of": Field("the person whose authority was used, as named then", PERSON),
    "payload": Field("the draft's payload, whole", PAYLOAD),
}
SUPERSEDED = {
    "key": Field("the prefix of the agent's key", "4f1d2c3b5a69"),
    "payload": Field("the payload as it stood then, whole", PAYLOAD),
    "superseded_by": Field("the request that takes its place", ID),
}
