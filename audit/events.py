"""Which events does the log write about itself? `docs/audit-events.md` shows them."""

from __future__ import annotations

from audit.catalogue import EventType, Field

_HASH = "41deab3b0e8a5a4d3e3a6f9b38d26f3c4b7d5c6a1f0e9d8c7b6a594837261504"
_PERSON = {"id": "019aae5c-3c1e-7d42-9a51-7f6b1c0d2e3f", "email": "ada@example.com", "name": "Ada Auditor"}

EVENTS = (
    EventType(
        "key.rotated",
        "log",
        "A new key was made for the log. It signs from the next start on; the one before verifies only.",
        {
            "purpose": Field("`events` (HMAC) or `checkpoints` (Ed25519)", "checkpoints"),
            "from": Field("the id of the key before", "2026a"),
            "to": Field("the id of the new key", "2027a"),
            "public_key": Field(
                "the new public key as note verifiers read it, or null for events",
                "2027a+5f7e1c22+AQECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8g",
            ),
        },
    ),
    EventType(
        "receipt.issued",
        "log",
        "Somebody was shown or given the receipt of a request. These events are a chain of their own, `disclosures`.",
        {
            "request": Field("the request's id", "019aae5c-3c1e-7d42-9a51-7f6b1c0d2e3f"),
            "form": Field(
                "`page`, `file` (both of an auditor), `command` (at the command line) or `agent` (its own request)",
                "page",
            ),
            "sha256": Field("the SHA-256 of the receipt's bytes", _HASH),
        },
    ),
    EventType(
        "pack.exported",
        "log",
        "Somebody took an evidence pack out of the house. In the chain `disclosures`, like `receipt.issued`.",
        {
            "from": Field("from when on requests were made, or null", "2026-01-01T00:00:00.000000Z"),
            "to": Field("before when they were made", "2026-04-01T00:00:00.000000Z"),
            "filters": Field(
                "what narrowed it: ids of requests, of an actor, a kind of action",
                {"approval": [], "actor": None, "policy": "external_email"},
            ),
            "sample": Field("how many were drawn, or null", 25),
            "population": Field("among how many", 2041),
            "receipts": Field("how many receipts it has", 25),
            "sha256": Field("the SHA-256 of the file", _HASH),
        },
    ),
    EventType(
        "audit.recovered",
        "log",
        "Two people let checkpoints be signed again although the log does not extend what was anchored: "
        "what the anchor alone still tells of is lost.",
        {
            "people": Field("who they were; the first is the actor", [_PERSON]),
            "reason": Field("what they say happened", "The database was restored from last night's copy."),
            "problem": Field("why signing had stopped", "The log does not hold the checkpoint that ..."),
            "evidence": Field("the SHA-256 of the anchored checkpoint that the log does not extend", _HASH),
            "anchored_size": Field("how many events that checkpoint covered", 2041),
            "size": Field("how many events were still covered", 1987),
        },
    ),
)
