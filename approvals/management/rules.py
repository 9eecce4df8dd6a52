"""Which rules never bend? One sentence each, under the name by which code and tests cite it; see `docs/rules.md`."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of the house. `rooms` are the files or folders that hold it, the one to open first in front."""

    name: str
    sentence: str
    rooms: tuple[str, ...]


WHETHER = (
    Rule(
        "agents-only-raise-risk",
        "The risk of a request is the higher of the agent's and the policy's.",
        ("approvals/policy/verdict.py",),
    ),
    Rule(
        "agents-only-tighten",
        "What an agent asks for makes a policy stricter: its assignees join the policy's reviewers, its SLA may only "
        "be the shorter one, and it has no say in the quorum.",
        ("approvals/policy/verdict.py", "approvals/migrations/0014_agents_never_lengthen.py"),
    ),
    Rule(
        "agents-stay-in-scope",
        "An agent proposes only the action types, in only the workflows, that an administrator opened to it.",
        ("approvals/lifecycle/judging.py",),
    ),
    Rule(
        "keys-stay-in-scope",
        "A key makes only the calls of its scopes, for only its own action types and workflows among those of its "
        "agent; what it may not touch is to it as if it were not there.",
        ("approvals/api/scopes.py", "approvals/lifecycle/execution.py", "approvals/live/together.py"),
    ),
    Rule(
        "keys-never-grow",
        "What a key may do never changes, its end only comes earlier, and a revocation stands: more takes another key.",
        ("approvals/keys/minting.py", "approvals/migrations/0042_owners_and_alarms.py"),
    ),
    Rule(
        "keys-stop-with-their-owner",
        "While the account of a person who answers for an agent or its key is closed, the key opens nothing; the "
        "administrators are told, and what was proposed stays for people.",
        ("approvals/models/agent.py", "approvals/keys/owners.py"),
    ),
    Rule(
        "no-policy-no-action",
        "An action type without a policy is refused with the list of those that have one, unless a policy for "
        "everything exists.",
        ("approvals/policy/verdict.py",),
    ),
    Rule(
        "the-most-particular-policy-counts",
        "A policy for the action type in this workflow comes first, then one for the action type, then the one for "
        "everything.",
        ("approvals/policy/verdict.py",),
    ),
    Rule(
        "open-requests-keep-their-policy",
        "A request keeps the policy version that judged it, so a later version weakens nothing that is open.",
        ("approvals/policy/publishing.py", "approvals/migrations/0002_guards.py"),
    ),
    Rule(
        "doubt-asks-a-person",
        "An action runs unattended only if its confidence reaches the policy's threshold and no condition matches; "
        "where either gives no answer, a person looks.",
        ("approvals/policy/autonomy.py", "approvals/conditions/"),
    ),
    Rule(
        "letting-go-takes-evidence",
        "A gate becomes exception-based only after thirty decided requests that show what its condition would have "
        "done, or with a reason that the log keeps.",
        ("approvals/policy/candidate.py",),
    ),
    Rule(
        "critical-never-runs-alone",
        "No pattern, confidence or condition lets a critical action run without people.",
        ("approvals/policy/verdict.py", "approvals/migrations/0002_guards.py"),
    ),
    Rule(
        "critical-takes-two",
        "A critical request takes the approvals of at least two people.",
        ("approvals/policy/verdict.py", "approvals/migrations/0002_guards.py"),
    ),
    Rule(
        "high-risk-names-a-reviewer",
        "A request of high or critical risk names at least one reviewer; the approvers' group alone is not enough.",
        ("approvals/policy/proposal.py",),
    ),
    Rule(
        "drafts-never-run",
        "A draft is used or discarded by a person; no agent ever claims one.",
        ("approvals/lifecycle/drafting.py",),
    ),
)

WHEN = (
    Rule(
        "every-gate-has-a-deadline",
        "A request that waits for people has a deadline; an SLA of zero, or none at all, is refused.",
        ("approvals/policy/proposal.py", "approvals/models/policy.py"),
    ),
    Rule(
        "breach-never-approves",
        "A deadline that passes tells people, escalates or rejects; time never approves anything.",
        ("approvals/lifecycle/breach.py", "approvals/models/choices.py"),
    ),
    Rule(
        "critical-is-held",
        "A critical request whose deadline has passed stays open and is escalated, whatever its policy says.",
        ("approvals/models/policy.py", "approvals/lifecycle/breach.py"),
    ),
    Rule(
        "a-breach-is-noted-once",
        "A passed deadline is one event, however many sweeps and decisions meet it.",
        ("approvals/lifecycle/breach.py", "approvals/migrations/0009_deadline_guards.py"),
    ),
    Rule(
        "a-late-decision-follows-its-breach",
        "A decision that comes after the deadline notes the breach first, and then counts as late or is refused.",
        ("approvals/lifecycle/deadline.py",),
    ),
    Rule(
        "the-database-tells-the-time",
        "Deadlines, expiries and the order of events follow the database's clock, stored as instants in UTC.",
        ("audit/clock.py", "approvals/lifecycle/sla.py"),
    ),
)

WHO = (
    Rule(
        "only-authority-decides",
        "A request is decided by a named reviewer, an approver, or a delegate of one of them: no flag of an account, "
        "no permission and no API key counts.",
        ("approvals/authority/ruling.py",),
    ),
    Rule(
        "administrators-decide-nothing",
        "An administrator looks everything up and decides nothing: no page of the administration changes what people "
        "decided, nor the address by which requests know a person.",
        ("approvals/admin/approvals.py", "audit/admin.py", "grants/admin.py"),
    ),
    Rule(
        "credentials-belong-to-people",
        "Nobody sets another person's password, factor or address: an administrator invites and asks for a reset that "
        "only the owner of the mailbox completes. Each change is an event, and its owner is told.",
        (
            "approvals/credentials.py",
            "approvals/factors.py",
            "approvals/views/account/",
            "approvals/admin/people.py",
        ),
    ),
    Rule(
        "an-address-is-proven-first",
        "An account is active only once its mailbox is proven, and then does not decide critical requests that were "
        "open before: naming an address gives nobody authority.",
        ("grants/models/user.py", "approvals/credentials.py", "approvals/authority/ruling.py"),
    ),
    Rule(
        "an-identity-is-joined-once",
        "A sign-in provider's word counts by its issuer and subject. An address joins the two only at the first "
        "sign-in, only where the provider verified it and may speak for its domain, and never for a second subject.",
        ("approvals/identities.py", "approvals/views/account/openid.py"),
    ),
    Rule(
        "groups-govern",
        "Where a provider's groups are mapped to the approvers or auditors, they alone say whether a person with an "
        "identity there belongs: at each sign-in, on record, and no administrator here changes it by hand.",
        ("approvals/identities.py", "grants/providers.py", "grants/membership.py", "grants/accounts.py"),
    ),
    Rule(
        "new-credentials-wait",
        "For 24 hours after a password was replaced, or a factor or identity added, removed or replaced, its person "
        "decides and lends nothing of high or critical risk: time for the owner to hear of it. A first factor holds "
        "nothing up.",
        (
            "approvals/authority/ruling.py",
            "approvals/delegation.py",
            "approvals/factors.py",
            "grants/models/user.py",
        ),
    ),
    Rule(
        "loosening-takes-two",
        "Nobody becomes an approver, auditor or administrator, or gets a role, by one administrator: a second one "
        "agrees, neither the person concerned nor a newcomer. Nor is a rule loosened by one: a policy that asks for "
        "less, an agent that may do more or gets another owner, a policy's channel, an account opened again. The "
        "second one sees the difference, and what tightens counts at once. Where there is none it waits, and "
        "everybody concerned is told.",
        (
            "approvals/four_eyes.py",
            "approvals/held/policies.py",
            "approvals/held/agents.py",
            "approvals/held/channels.py",
            "approvals/policy/strength.py",
            "grants/second.py",
            "grants/membership.py",
            "grants/accounts.py",
        ),
    ),
    Rule(
        "roles-are-separate",
        "Entering the administration opens none of it: a role opens the accounts, one the policies, one the agents and "
        "their keys, one what happened, to be looked at. Who asks for a loosening has the role for it, and who agrees "
        "has it, too, or, where nobody else has, another with which something is loosened; any of these refuses. "
        "A role is given by two and taken by one, somebody always keeps accounts, and Django's superuser flag stands "
        "for none.",
        (
            "grants/roles.py",
            "audit/admin.py",
            "audit/readers.py",
            "approvals/four_eyes.py",
            "approvals/alone.py",
            "grants/accounts.py",
            "grants/second.py",
        ),
    ),
    Rule(
        "workflows-never-weaken",
        "A workflow's policy asks for no less than the action type's own, unless two administrators agreed to that. "
        "Where the action type's policy becomes stricter, the workflow's is raised with it in each term in which it "
        "was not weaker before.",
        ("approvals/policy/overrides.py", "approvals/policy/publishing.py"),
    ),
    Rule(
        "nobody-decides-their-own-proposal",
        "The person an agent acts for and the owners of the agent and its key decide its requests neither in person "
        "nor through a delegate, unless the policy allows it at low or medium risk.",
        ("approvals/authority/ruling.py",),
    ),
    Rule(
        "owners-stay-barred",
        "Owners of the agent and its key are barred as they were at submission and as they are now.",
        ("approvals/authority/ruling.py", "approvals/migrations/0015_frozen_owners.py"),
    ),
    Rule(
        "the-minter-is-barred",
        "A person who made an agent's key decides nothing that comes in with it, whoever owns the key: the database "
        "keeps who made it with the key and with the request.",
        ("approvals/authority/ruling.py", "approvals/migrations/0030_key_minters.py"),
    ),
    Rule(
        "authors-leave-critical-alone",
        "A person who wrote the version of the policy that judges a critical request does not decide that request.",
        ("approvals/authority/ruling.py",),
    ),
    Rule(
        "one-form-of-an-address",
        "The address of the person an agent runs for is kept in one form and bars its whole mailbox; one that could "
        "pass for another is refused, and so is an unknown person where the policy wants to know who it is.",
        ("approvals/addresses.py", "approvals/lifecycle/judging.py"),
    ),
    Rule(
        "latecomers-leave-critical-alone",
        "A person who joins the approvers after a critical request was opened does not decide that request.",
        ("approvals/authority/ruling.py",),
    ),
    Rule(
        "authority-holds-at-the-vote",
        "Authority is derived inside the deciding transaction with the grants locked: what ended while the reviewer "
        "was reading does not count.",
        ("approvals/lifecycle/beats.py", "approvals/migrations/0007_lent_vote_guards.py"),
    ),
    Rule(
        "only-own-authority-is-lent",
        "A grant lends what its grantor may decide in their own right at the moment of the vote, and nothing that "
        "was lent to them.",
        ("approvals/authority/ruling.py",),
    ),
    Rule(
        "a-grant-has-limits",
        "A grant goes to another person, ends at a stated time, and covers a stated scope; “everything” is said "
        "explicitly.",
        ("approvals/delegation.py", "grants/models/grant.py", "grants/migrations/0003_grant_guards.py"),
    ),
    Rule(
        "authority-is-on-record",
        "Joining or leaving the approvers, and every grant from its start to its end, is in the audit log.",
        ("grants/membership.py", "approvals/delegation.py"),
    ),
    Rule(
        "nobody-fills-two-seats",
        "An approval takes a seat for its voter and one for the person whose authority it uses, and no person has "
        "two seats on one payload.",
        ("approvals/lifecycle/ballot.py", "approvals/migrations/0012_place_and_seat.py"),
    ),
    Rule(
        "agents-never-pick-their-judges-alone",
        "Where the policy names reviewers, one approval at least comes from one of them, a person asked in their "
        "place, an escalation target or an approver.",
        ("approvals/authority/quorum.py",),
    ),
    Rule(
        "strangers-learn-nothing",
        "A request that a person may not read answers like one that does not exist; a person who may read it and not "
        "act gets 403.",
        ("approvals/authority/reading.py", "approvals/views/request/access.py"),
    ),
    Rule(
        "voters-stay-hidden",
        "On a critical request, who has voted and what they wrote is hidden from each person who may decide it, "
        "until they have voted; so is each row of the administration that would tell.",
        ("approvals/authority/secrecy.py", "approvals/admin/veiled.py"),
    ),
    Rule(
        "handing-on-keeps-the-judges",
        "People who may decide in their own right, and administrators, hand a place on, never to themselves or a "
        "party; at high and critical risk only to a reviewer of the policy, an escalation target or an approver.",
        ("approvals/authority/handing_on.py", "approvals/lifecycle/reassignment.py"),
    ),
    Rule(
        "votes-stand",
        "A vote counts for what it counted for when it was cast, whatever happens to its voter, place or grant later.",
        ("approvals/lifecycle/ballot.py",),
    ),
    Rule(
        "enough-people-are-asked",
        "Where the people who were told and may decide are fewer than the quorum still needs, the approvers are "
        "told, and then the administrators.",
        ("approvals/lifecycle/asking.py", "approvals/reach/"),
    ),
)

WHAT = (
    Rule(
        "a-vote-names-its-payload",
        "A vote is on one payload version, by number and SHA-256; a decision on any other is refused with 409 and "
        "the request as it stands.",
        ("approvals/lifecycle/ballot.py", "approvals/migrations/0002_guards.py"),
    ),
    Rule(
        "an-edit-asks-again",
        "A new payload version comes only with a vote; it voids earlier approvals, tells those voters and asks again.",
        ("approvals/lifecycle/decision.py",),
    ),
    Rule(
        "an-edit-stays-in-its-form",
        "An edit changes what the form offered and nothing else: unknown, repeated and locked fields are refused.",
        ("approvals/payload/form/guard.py",),
    ),
    Rule(
        "agents-get-what-was-approved",
        "An agent receives the approved payload version, its hash, and what was changed against its own.",
        ("approvals/lifecycle/execution.py", "approvals/api/representation.py"),
    ),
    Rule(
        "claimed-once",
        "An approval is claimed once, within its validity, and never after.",
        ("approvals/lifecycle/execution.py", "approvals/lifecycle/expiry.py"),
    ),
    Rule(
        "superseded-never-runs",
        "Of a request and the one that supersedes it, at most one is ever claimed.",
        ("approvals/lifecycle/superseding.py", "approvals/migrations/0020_successor.py"),
    ),
    Rule(
        "one-key-one-request",
        "A call repeated under one Idempotency-Key is carried out once; another body under that key is refused.",
        ("approvals/lifecycle/judging.py",),
    ),
    Rule(
        "typing-is-kept",
        "What a reviewer typed is saved as they type and never overwritten unseen; a post means what its page showed.",
        ("approvals/lifecycle/keeping.py", "approvals/views/request/keeping.py"),
    ),
    Rule(
        "friction-grows-with-risk",
        "The higher the risk, the more an approval takes: items to tick, a sentence, and for critical the password.",
        ("approvals/lifecycle/safeguards.py",),
    ),
    Rule(
        "each-signing-takes-its-own-proof",
        "Each decision on a critical request takes a proof of its own of who decides, used once: a password or code "
        "typed with it, or a passkey's signature. No session counts, however fresh. Where "
        "REQUIRE_PASSKEY_FOR_CRITICAL is set, only a passkey does.",
        ("approvals/signing/checking.py", "approvals/migrations/0031_signed_decisions.py"),
    ),
    Rule(
        "a-passkey-signs-one-decision",
        "A passkey signs one decision: this person's, on this request, payload, verdict and words, once and within "
        "five minutes. `verify_audit` checks it, and so can anybody who has the event.",
        ("approvals/signing/passkeys.py", "approvals/signing/manifest.py", "audit/verify/signatures.py"),
    ),
    Rule(
        "every-decision-says-what-it-means",
        "Each decision carries the printed name, the time and what it means, on the page, in the JSON and in the log.",
        ("approvals/signing/manifest.py", "approvals/lifecycle/ballot.py"),
    ),
    Rule(
        "decided-is-final",
        "A request moves only along the table of transitions, and what has ended never changes.",
        ("approvals/models/approval.py", "approvals/migrations/0002_guards.py"),
    ),
)

RECORD = (
    Rule(
        "no-change-without-its-event",
        "A change of state and its audit event are stored in one transaction, or neither is: the database asks for it.",
        (
            "audit/log.py",
            "audit/migrations/0005_bound_to_transactions.py",
            "approvals/migrations/0041_bound_to_events.py",
            "grants/migrations/0010_bound_to_events.py",
            "approvals/lifecycle/",
        ),
    ),
    Rule(
        "the-record-only-grows",
        "Votes, payload versions and audit events are never updated or deleted, by the application, its "
        "administration or plain SQL.",
        ("audit/migrations/0002_append_only.py", "approvals/migrations/0002_guards.py"),
    ),
    Rule(
        "the-application-owns-nothing",
        "The application's role in the database owns no table, is no superuser, and only adds to the record: it can "
        "neither change nor switch off what guards it.",
        ("approvals_site/roles/",),
    ),
    Rule(
        "clocks-are-the-databases",
        "The moments by which a rule waits or bars are written when they happen: the application's role adds no "
        "membership, grant, vote, loosening, key, policy, factor or proof of an address from another time, moves none, "
        "and submits no request from the future.",
        ("grants/migrations/0009_clocks.py", "approvals/migrations/0040_clocks.py"),
    ),
    Rule(
        "guards-look-where-they-were-written-to",
        "What a trigger reads is the tables of its own schema, whatever a session puts in front of them.",
        ("approvals/migrations/0033_guards_of_their_own.py",),
    ),
    Rule(
        "authority-stays-with-its-person",
        "An account keeps its address, an assignment its person, and a membership its person and the moment it began; "
        "it is left once.",
        ("grants/migrations/0007_kept_addresses.py", "approvals/migrations/0033_guards_of_their_own.py"),
    ),
    Rule(
        "english-is-stored",
        "Whatever language a page is read in, what is stored, signed or sent to an agent is written in "
        "English, so that it reads and verifies alike everywhere.",
        ("approvals/views/own_form.py", "audit/log.py"),
    ),
    Rule(
        "tampering-is-found",
        "Verification finds every event that was changed, removed, inserted or moved.",
        ("audit/verify/",),
    ),
    Rule(
        "receipts-prove-themselves",
        "A receipt proves itself to an outsider with the public key alone, and with any changed byte it is refused.",
        ("audit/receipts/", "audit/pack/verify_pack.py"),
    ),
    Rule(
        "only-auditors-read-receipts",
        "Auditors read and save receipts, on record; neither administrators nor reviewers do.",
        ("audit/receipts/pages.py", "audit/receipts/disclosure.py"),
    ),
    Rule(
        "nobody-picks-the-sample",
        "Which requests a sample has follows from the last checkpoint of its time, and anybody can draw it again.",
        ("audit/pack/selection.py", "audit/pack/verify_pack.py"),
    ),
    Rule(
        "the-tables-say-what-the-log-says",
        "Verification names the first row that differs from what the log says, is gone, or that no event tells of.",
        ("audit/verify/tables.py", "approvals/compared/", "grants/compared.py"),
    ),
    Rule(
        "bound-to-the-log",
        "No agent is told to proceed, and nothing is handed out, unless the log says so: a signed event that names "
        "these very bytes.",
        ("approvals/lifecycle/warrant.py", "audit/verify/latest.py"),
    ),
    Rule(
        "signing-extends-the-anchor",
        "No checkpoint is signed over a log that lacks what an anchor outside the database has seen.",
        ("audit/anchors/trust.py",),
    ),
)

TELLING = (
    Rule(
        "a-message-is-a-row-first",
        "A message is a row in the transaction of what it tells, is sent after the commit, and again after a crash, "
        "under one id.",
        ("approvals/notifications/telling.py", "approvals/notifications/outbox.py"),
    ),
    Rule(
        "links-decide-nothing",
        "A link in a message opens a page; only a signed-in person who presses a button decides.",
        ("approvals/views/request/decisions.py", "approvals/notifications/message.py"),
    ),
    Rule(
        "redis-may-lose-everything",
        "Redis lost costs time, and no answer, decision or message.",
        ("approvals/wakeups.py", "approvals/live/"),
    ),
    Rule(
        "one-bad-row-stops-nothing",
        "A request that cannot be swept, or a message that cannot be sent, holds up no other.",
        ("approvals/lifecycle/sla.py", "approvals/notifications/outbox.py"),
    ),
)

SECTIONS = {
    "Whether people look": WHETHER,
    "By when": WHEN,
    "Who decides": WHO,
    "What was approved": WHAT,
    "The record": RECORD,
    "Telling people": TELLING,
}
RULES = {rule.name: rule for rules in SECTIONS.values() for rule in rules}
