"""Which events tell of people and the authority that they hold? Drawn into `docs/audit-events.md`."""

from __future__ import annotations

from audit.catalogue import EventType, Field

_EMAIL = {"email": Field("the person's address then", "ada@example.com")}
_ACCOUNT = {
    **_EMAIL,
    "name": Field("the person's name", "Ada Auditor"),
    "is_active": Field("whether the account opens anything", True),
    "is_staff": Field("whether it opens the administration", False),
    "is_superuser": Field("Django's flag, which decides nothing here", False),
    "is_auditor": Field("whether it may read every request", True),
    "keeps_accounts": Field("whether it has the role for people and approvers", False),
    "keeps_policies": Field("whether it has the role for policies and their channels", False),
    "keeps_agents": Field("whether it has the role for agents and keys", False),
    "reads_audit": Field("whether it has the role for looking things up", False),
}
_FACTOR = {
    **_ACCOUNT,
    "factor": Field("`app`, which makes codes, `passkey` or `recovery_codes`", "passkey"),
    "factor_name": Field("what its owner called it; empty for the others", "Work laptop"),
    "credential_id": Field(
        "by which a passkey's signatures name it, base64url; empty for the others", "eF2k..."
    ),
    "public_key_sha256": Field("of its public key as DER (SPKI), hex; empty for the others", "9f86d081..."),
}

_IDENTITY = {
    **_ACCOUNT,
    "provider": Field("the provider's name in OIDC_PROVIDERS", "acme"),
    "issuer": Field("the address under which it signs", "https://login.acme.example"),
}

_VOTES = {"votes": Field("how many votes were cast under it", 2)}
_PERSON = {"id": "019aae5c-3c1e-7d42-9a51-7f6b1c0d2e3f", "email": "ada@example.com", "name": "Ada Auditor"}
_AUTHORITY = {
    **_EMAIL,
    "becomes": Field("approver, auditor, administrator, account, or the role as above", "approver"),
    "asked_by": Field("who asked for it", _PERSON),
    "takes_effect_at": Field(
        "when it counts by itself, where there is no second administrator; or null", None
    ),
}

EVENTS = (
    EventType(
        "grant.given",
        "grant",
        "A person lent another their own authority, for a scope and a time.",
        {
            "grantor": Field("who lends", {**_PERSON, "email": "grace@example.com", "name": "Grace Grantor"}),
            "grantee": Field("who may decide in their place", _PERSON),
            "everything": Field("whether it is for every kind of request, which is said explicitly", False),
            "workflows": Field("the workflows it is for; empty for any", ["finance"]),
            "action_types": Field("the kinds of action it is for; empty for any", ["payment_terms"]),
            "highest_risk": Field("the highest risk that it covers", "high"),
            "starts_at": Field("from when it lends", "2026-04-12T09:00:00.000000Z"),
            "expires_at": Field("until when", "2026-04-26T09:00:00.000000Z"),
            "reason": Field("why, in words", "On leave."),
        },
    ),
    EventType("grant.revoked", "grant", "A grant was ended before its expiry. The actor ended it.", _VOTES),
    EventType("grant.expired", "grant", "A grant ran out. The actor is the system.", _VOTES),
    EventType("approvers.joined", "person", "A person became an approver.", _EMAIL),
    EventType("approvers.left", "person", "A person left the approvers.", _EMAIL),
    EventType(
        "person.added",
        "person",
        "An account was made, in the administration or by a provider that may.",
        _ACCOUNT,
    ),
    EventType("person.changed", "person", "An account was changed in the administration.", _ACCOUNT),
    EventType(
        "person.password_set",
        "person",
        "The administration set a person's password. It cannot any more: only older logs have this.",
        _ACCOUNT,
    ),
    EventType(
        "authority.asked",
        "person",
        "An administrator asked that a person becomes an approver, auditor or administrator.",
        _AUTHORITY,
    ),
    EventType(
        "authority.agreed",
        "person",
        "A second administrator agreed, or the system where there is none and the time was up: it counts.",
        _AUTHORITY,
    ),
    EventType(
        "authority.refused",
        "person",
        "An administrator refused it, or took back what they asked for.",
        _AUTHORITY,
    ),
    EventType(
        "authority.lapsed",
        "person",
        "Nobody answered within a week. The actor is the system.",
        _AUTHORITY,
    ),
    EventType(
        "person.link_sent",
        "person",
        "A link to choose a password was sent to the person's address. The actor asked for it and did not see it.",
        _ACCOUNT,
    ),
    EventType(
        "person.confirmed",
        "person",
        "A person followed the link in their mail and chose a password: the address is proven, the account open.",
        _ACCOUNT,
    ),
    EventType(
        "person.credentials_changed",
        "person",
        "A person's password or another factor was replaced; neither it nor its hash is recorded.",
        _ACCOUNT,
    ),
    EventType(
        "person.factor_added",
        "person",
        "A person added another way to prove who they are, or made new recovery codes; no secret of it is recorded.",
        _FACTOR,
    ),
    EventType("person.factor_removed", "person", "A person removed one of these.", _FACTOR),
    EventType(
        "person.identity_joined",
        "person",
        "A person signed in by a provider for the first time, which opens the account from now on. The actor is it.",
        _IDENTITY,
    ),
    EventType("person.identity_removed", "person", "A person removed one of these.", _IDENTITY),
)
