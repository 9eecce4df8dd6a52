"""What must never happen, and what keeps it so? One sentence each; see `docs/threats.md`."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Threat:
    """Something that must never happen.

    `rules` names the rules that prevent it; `defence` says what else does, and `rooms` are the files that hold that.
    A threat with none of these has no defence yet.
    """

    name: str
    sentence: str
    defence: str = ""
    rooms: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()

    @property
    def is_met(self) -> bool:
        return bool(self.defence or self.rules)


DECIDING = (
    Threat(
        "a-superuser-decides",
        "A superuser or administrator decides by their flag.",
        rules=("only-authority-decides",),
    ),
    Threat(
        "an-administrator-edits-a-decision",
        "An administrator changes or deletes a decision.",
        rules=("administrators-decide-nothing", "the-record-only-grows"),
    ),
    Threat(
        "an-administrator-joins-the-approvers",
        "An administrator makes themselves an approver to decide a critical request.",
        rules=("loosening-takes-two", "latecomers-leave-critical-alone", "authority-is-on-record"),
    ),
    Threat(
        "one-administrator-does-everything",
        "An administrator for one thing uses pages for another: who looks after policies makes accounts or keys.",
        rules=("roles-are-separate", "loosening-takes-two"),
    ),
    Threat(
        "a-taken-account",
        "An administrator sets a reviewer's password, factor or address, and decides as that person.",
        rules=("credentials-belong-to-people", "new-credentials-wait"),
    ),
    Threat(
        "a-loosened-gate",
        "An administrator weakens a policy, widens an agent or moves its owner, and so lets an action through; or an "
        "agent names a workflow whose policy asks for less.",
        rules=("loosening-takes-two", "workflows-never-weaken"),
    ),
    Threat(
        "an-account-behind-a-named-address",
        "An administrator makes an account for an address that open requests already name, and decides with it.",
        rules=("an-address-is-proven-first",),
    ),
    Threat(
        "an-agent-decides",
        "An agent decides its own request, or forges a decision, with its key.",
        "A key opens the agents' endpoint alone, which has no way to decide.",
        ("approvals/api/auth.py", "approvals/views/page.py"),
        ("only-authority-decides",),
    ),
    Threat(
        "self-approval",
        "A person approves what an agent does for them or under their responsibility.",
        rules=(
            "nobody-decides-their-own-proposal",
            "owners-stay-barred",
            "authors-leave-critical-alone",
            "one-form-of-an-address",
        ),
    ),
    Threat(
        "a-key-in-anothers-name",
        "The bar is lifted by changing an owner afterwards, or a key is made in another owner's name.",
        rules=("owners-stay-barred", "the-minter-is-barred"),
    ),
    Threat(
        "one-person-two-seats",
        "One person fills two seats of a quorum.",
        rules=("nobody-fills-two-seats",),
    ),
    Threat(
        "authority-ends-while-reading",
        "A grant runs out or is revoked while its delegate reads, and the vote still counts.",
        rules=("authority-holds-at-the-vote",),
    ),
    Threat(
        "chained-grants",
        "Lent authority is lent on, or comes back through a circle of grants.",
        rules=("only-own-authority-is-lent",),
    ),
    Threat(
        "rubber-stamping",
        "Tired reviewers approve without looking.",
        "Each request is approved on a page of its own: there is no bulk approval.",
        ("approvals/urls.py",),
        ("friction-grows-with-risk", "voters-stay-hidden"),
    ),
    Threat(
        "decisions-race",
        "Two decisions at one moment both win, or leave the request stuck between them.",
        "Every decision locks the request's row before it looks.",
        ("approvals/lifecycle/beats.py",),
    ),
)

PAYLOAD = (
    Threat(
        "the-payload-changes-underneath",
        "A reviewer approves a payload that another reviewer has changed meanwhile.",
        rules=("a-vote-names-its-payload", "an-edit-asks-again"),
    ),
    Threat(
        "something-else-is-executed",
        "An agent executes another payload than the one approved, or one payload twice.",
        "The outcome names the hash of what was executed; a mismatch is recorded and people are told.",
        ("approvals/lifecycle/execution.py",),
        ("agents-get-what-was-approved", "claimed-once"),
    ),
    Threat(
        "smuggled-fields",
        "A forged post changes fields that its form did not offer.",
        rules=("an-edit-stays-in-its-form",),
    ),
    Threat(
        "an-edit-is-lost",
        "Back, a double click, a second tab or an ended session loses an edit, or approves another payload.",
        rules=("typing-is-kept",),
    ),
    Threat(
        "bodies-that-burn",
        "A deep, huge or endless body takes a process down.",
        "Size, depth and numbers are bounded before anything is parsed.",
        ("approvals/strict_json.py", "approvals/payload/bounds.py", "approvals_site/bodies.py"),
    ),
    Threat(
        "slow-bodies",
        "Many connections that send heads or bodies slowly, or nothing, hold every thread of the web process.",
        "A body is read whole before a thread is taken, within a time and a size; a head has 30 seconds.",
        (
            "approvals_site/bodies.py",
            "approvals_site/threads.py",
            "approvals_site/launcher.py",
            "docs/operations.md",
        ),
    ),
    Threat(
        "forged-proxy-headers",
        "A client sends X_Forwarded_Proto or X_Forwarded_For, which passes for the proxy's own header.",
        "A header whose name has an underscore is left out before anything reads it.",
        ("approvals_site/threads.py",),
    ),
    Threat(
        "schemas-that-burn",
        "A schema or pattern costs seconds before it is refused.",
        "Lengths and counts are bounded first, and what a schema's patterns cost is counted before they are compiled; "
        "patterns run in linear time or against a clock, and validation counts its steps.",
        ("approvals/payload/schema/", "approvals/patterns.py", "approvals/conditions/compiling.py"),
    ),
    Threat(
        "memory-that-fills",
        "Schemas, patterns, conditions or texts, each sent once, fill a process's memory with what it keeps of them.",
        "What is kept to save time is bounded by its bytes, not by its number.",
        ("approvals/keeping.py",),
    ),
)

PAGES = (
    Threat(
        "reading-by-id",
        "A person reads or decides a request that is none of theirs, by its id.",
        rules=("strangers-learn-nothing",),
    ),
    Threat(
        "guessing-what-exists",
        "Differing answers tell which requests, keys, channels or accounts exist.",
        "What is missing and what is hidden answer alike, and secrets are compared in constant time.",
        ("approvals/views/request/access.py", "approvals/api/auth.py", "approvals/keys/authentication.py"),
        ("strangers-learn-nothing",),
    ),
    Threat(
        "markup-in-agent-text",
        "HTML, Markdown or htmx attributes in an agent's text become part of the page.",
        "An agent's text is escaped everywhere, htmx is off around it, and the browser is told to run no inline code.",
        ("approvals/visible.py", "templates/base.html", "approvals_site/settings.py"),
    ),
    Threat(
        "the-action-out-of-sight",
        "Padding pushes the action out of the reviewer's sight.",
        "The action stands first, and runs of one character are counted instead of shown.",
        ("templates/approvals/request/request.html", "approvals/visible.py"),
    ),
    Threat(
        "invisible-characters",
        "Bidirectional, zero-width, tag or control characters change what a reviewer believes to read.",
        "They are shown as escapes, on every page of the administration too.",
        ("approvals/visible.py", "approvals/admin/in_sight.py"),
    ),
    Threat(
        "look-alike-letters",
        "Letters of another script pass an address off as another.",
        "An address of mixed scripts is pointed out beside its field, with its wire form.",
        ("approvals/visible.py",),
    ),
    Threat(
        "borrowed-authority",
        "Evidence claims authority: “approved by the CFO”.",
        "What an agent wrote stays labelled as the agent's.",
        ("templates/approvals/request/",),
    ),
    Threat(
        "forged-forms",
        "Another site, or a link, posts a decision in a reviewer's session.",
        "Decisions are POST only and carry a token.",
        ("approvals/views/request/decisions.py", "approvals_site/settings.py"),
    ),
    Threat(
        "framed-pages",
        "Another site frames a page and steals a click.",
        "Every response, errors too, forbids framing.",
        ("approvals_site/settings.py",),
    ),
    Threat(
        "a-fixed-session",
        "A session that an attacker planted or stole decides.",
        "The session's key changes at sign-in, and a critical approval asks for the password again.",
        ("approvals/views/signin.py", "approvals/lifecycle/safeguards.py"),
    ),
    Threat(
        "a-forged-sign-in",
        "Somebody signs in with an answer that a provider gave to another session, for another site, or not at all.",
        "State, nonce and PKCE bind an answer to its session, which takes it once; each token's signature, issuer, "
        "audience and time are checked, and addresses of a provider without https are not asked.",
        ("approvals/views/account/openid.py", "approvals/views/account/by_provider.py"),
    ),
    Threat(
        "an-unattended-session",
        "Somebody uses a session that its person left open on a machine of others.",
        "A session ends after twelve hours without use and seven days at most, its person sees and ends their own, and "
        "what an open page asks by itself is no use.",
        ("approvals/views/account/limits.py", "approvals/views/account/sessions.py"),
    ),
    Threat(
        "guessed-passwords",
        "Somebody tries passwords, at the sign-in or in a session left open, until one fits.",
        "Ten wrong ones for an address, or a hundred from one place, within five minutes: the next is not looked at.",
        ("approvals/views/signin.py", "approvals/views/account/attempts.py", "approvals_site/settings.py"),
    ),
    Threat(
        "a-known-password",
        "Somebody who learnt a password signs in with it.",
        "Who added an app or a passkey is asked for it, ten wrong codes end the trying for five minutes, and the "
        "administration may ask for one of everybody.",
        (
            "approvals/views/account/second_step.py",
            "approvals/views/account/entry.py",
            "approvals_site/settings.py",
        ),
    ),
    Threat(
        "a-factor-slipped-in",
        "Somebody at a session left open adds a factor of their own, or removes its owner's.",
        "Each change asks for the password or a factor first; it is told to its owner, and from the second on holds "
        "up what could do harm.",
        ("approvals/views/account/again.py", "approvals/factors.py"),
        ("new-credentials-wait",),
    ),
    Threat(
        "a-scanner-follows-links",
        "A mail scanner that follows every link approves.",
        rules=("links-decide-nothing",),
    ),
)

SECRETS = (
    Threat(
        "a-stolen-key",
        "A stolen agent key keeps working.",
        "Only its hash is stored, and logs hide its text; it has scopes, and an expiry of which people hear before; "
        "keys overlap while one takes another's place, and a revocation counts at once. Its last use and address are "
        "shown, and people are told where it is used after its end.",
        ("approvals/keys/", "approvals/api/auth.py", "approvals_site/logs.py"),
        ("keys-stay-in-scope", "keys-never-grow", "keys-stop-with-their-owner"),
    ),
    Threat(
        "secrets-at-rest",
        "A dump of the database, or a log, holds secrets.",
        "Secrets of other services are sealed in the database, and logs blank what is secret.",
        ("approvals/vault.py", "approvals_site/logs.py"),
    ),
    Threat(
        "messages-that-leak",
        "A message carries a request's content outside.",
        "A message says id, risk, action type, deadline, agent and link, and no word that the agent wrote.",
        ("approvals/notifications/message.py",),
    ),
    Threat(
        "a-channel-points-inward",
        "A channel's address makes the server call an inner service.",
        "Slack is reached at configured origins over https alone, and no redirect is followed.",
        ("approvals/notifications/channels/slack.py",),
    ),
)

FAULTS = (
    Threat(
        "a-noisy-agent",
        "One agent crowds out the others, by its calls, its open requests or its waits.",
        "Each agent's calls, assignees and open requests are bounded, with Redis and without it; its waits take turns.",
        ("approvals/rates.py", "approvals/lifecycle/sharing.py", "approvals/live/turns.py"),
    ),
    Threat(
        "mail-to-strangers",
        "An agent names addresses outside the organisation as assignees, and they are sent messages.",
        "They are refused unless the policy allows them, and counted for each agent where it does.",
        ("approvals/lifecycle/strangers.py", "approvals/lifecycle/judging.py", "approvals/rates.py"),
    ),
    Threat(
        "sweeps-at-once",
        "Two beats or ten sweeps note one breach several times.",
        rules=("a-breach-is-noted-once",),
    ),
    Threat(
        "wrong-clocks",
        "A machine's wrong clock, or a change to summer time, moves a deadline.",
        rules=("the-database-tells-the-time",),
    ),
    Threat(
        "redis-is-lost",
        "Redis stops or is flushed, and decisions, answers or messages go with it.",
        rules=("redis-may-lose-everything",),
    ),
    Threat(
        "a-crash-while-sending",
        "A worker that dies between sending and recording loses a message, or repeats it as another.",
        rules=("a-message-is-a-row-first",),
    ),
    Threat(
        "a-crash-around-the-commit",
        "A process that dies around its commit leaves a state without its event, or loses what it acknowledged.",
        rules=("no-change-without-its-event",),
    ),
    Threat(
        "the-database-is-away",
        "A database that is away, full or hanging leaves things half done, or an answer that is wrong.",
        "Pages and calls answer 503 in time, say whether the change may be stored, and may be repeated harmlessly.",
        ("patience/postgres/", "approvals/views/trouble.py", "approvals_site/failures.py"),
    ),
    Threat(
        "a-receiver-hangs",
        "A mail server or receiver that hangs or drips holds up decisions and other messages.",
        "Every attempt has a bounded time, in a process apart from the pages.",
        ("patience/attempt.py", "approvals/notifications/outbox.py"),
    ),
    Threat(
        "a-killed-sequencer",
        "A sequencer that dies leaves a gap, a leaf twice, or two roots of one size.",
        "It works in one transaction under one lock, and the database refuses gaps and second roots.",
        ("audit/sequencer.py", "audit/migrations/0003_checkpoints.py"),
    ),
    Threat(
        "rows-around-the-log",
        "Somebody writes an approval, or another payload, into the tables past the log, and the agent carries it out.",
        rules=("no-change-without-its-event", "bound-to-the-log", "the-tables-say-what-the-log-says"),
    ),
    Threat(
        "a-forged-log",
        "The owner of the database rewrites history.",
        rules=("tampering-is-found",),
    ),
    Threat(
        "a-process-is-taken-over",
        "Somebody runs code or SQL of their own in a process of the application, switches the guards off and decides.",
        rules=(
            "the-application-owns-nothing",
            "guards-look-where-they-were-written-to",
            "authority-stays-with-its-person",
        ),
    ),
    Threat(
        "evidence-is-doctored",
        "A receipt or pack is changed outside the house, or its sample is picked, and still passes for evidence.",
        rules=("receipts-prove-themselves", "nobody-picks-the-sample"),
    ),
    Threat(
        "a-cell-runs-as-a-formula",
        "What an agent wrote runs as a formula in the spreadsheet of the auditor who opens a pack's index.",
        defence="A cell that a spreadsheet would take for one has an apostrophe in front.",
        rooms=("audit/pack/sheet.py",),
    ),
    Threat(
        "an-old-copy-restored",
        "The database is restored from an older copy, and nobody notices what is missing.",
        rules=("signing-extends-the-anchor",),
    ),
)

NOT_MET = (
    Threat(
        "forged-callbacks",
        "A callback to an agent is forged, replayed or sent to an inner address: there are no callbacks yet.",
    ),
)

SECTIONS = {
    "Deciding": DECIDING,
    "The payload": PAYLOAD,
    "The pages": PAGES,
    "Secrets and channels": SECRETS,
    "Faults and the log": FAULTS,
}
