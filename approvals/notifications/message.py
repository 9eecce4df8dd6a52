"""What does a message say? Id, risk, action type, deadline, agent and a link.

Never the payload, the evidence or the proposed action: a message is read, forwarded and stored where nobody may
decide. A person who follows the link signs in first.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass
from uuid import UUID

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.urls import reverse

from approvals.models import Approval, ChannelTest, Notification, Vote
from approvals.models.choices import Resolution, Status
from audit import clock, reader
from grants.models import DelegatedGrant, User

Kind = Notification.Kind
Facts = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Message:
    """What every channel sends, in plain text; each writes it as its receiver reads it.

    `id` goes with every attempt, so that a receiver can tell a repetition.
    """

    id: UUID
    headline: str
    sentence: str
    facts: Facts
    url: str
    link: str
    footnote: str


def of_notification(notification: Notification) -> Message:
    """As things stand now: a person told late reads that it is decided already."""
    if notification.grant:
        return _of_grant(notification, notification.grant)
    if notification.person:
        return _of_account(notification, notification.person)
    assert notification.approval is not None  # noqa: S101 - the constraint: about one of the three
    return _of_request(notification, notification.approval)


def read_by(person: User | None) -> AbstractContextManager[None]:
    """What is written within is for this person: moments in their zone. None: for nobody in particular."""
    if person is None:
        return reader.read_by(None, reader.ENGLISH)
    form = person.written_form if person.written_form in reader.FORMATS else reader.ENGLISH
    return reader.read_by(reader.zone_called(person.time_zone), form)


def of_test(test: ChannelTest) -> Message:
    """What "Send test" sends: it says that nothing waits."""
    return Message(
        id=test.pk,
        headline="Test from Countersign",
        sentence="This is a test. Nothing waits for you.",
        facts=(
            ("Asked for by", one_line(test.user.get_full_name())),
            ("Sent", clock.in_words(test.created_at)),
        ),
        url=f"{settings.PUBLIC_URL}{reverse('notification-test', args=[test.pk])}",
        link="Say whether it arrived",
        footnote="Opening the link changes nothing: you sign in and say there whether this arrived.",
    )


def _of_request(notification: Notification, approval: Approval) -> Message:
    action_type = one_line(approval.action_type)
    label = one_line(str(notification.get_kind_display()))
    return Message(
        id=notification.pk,
        headline=f"[{approval.get_risk_display()}] {label}: {action_type}",
        sentence=_sentence(Kind(notification.kind), approval, notification.recipient),
        facts=(
            ("Action type", action_type),
            ("Risk", str(approval.get_risk_display())),
            ("Agent", one_line(approval.agent.name)),
            *((("Decide by", clock.in_words(approval.deadline)),) if approval.deadline else ()),
            *_decided_by(Kind(notification.kind), approval),
            ("Request", str(approval.pk)),
        ),
        url=f"{settings.PUBLIC_URL}{approval.get_absolute_url()}",
        link="Open the request",
        footnote="Opening the link decides nothing: you sign in, read, and press the button there.",
    )


def _sentence(kind: Kind, approval: Approval, recipient: str) -> str:
    """What is told about a request as it now stands: one that is decided asks nobody for anything."""
    if kind in _ALWAYS:
        return _ALWAYS[kind]
    if approval.is_draft:
        return "A draft waits for a person to use it by hand. The agent does nothing with it."
    if approval.resolution == Resolution.SLA_EXPIRED:
        return "The deadline passed without a decision, so this request was rejected."
    how = approval.state_name.lower()
    if approval.successor_id and approval.status == Status.APPROVED:
        return "The agent proposed this again before carrying it out, so this approval is not used any more."
    if approval.successor_id:
        return "The agent proposed this again: its page leads to the new request. Nothing is left to do here."
    if kind == Kind.DECIDED:
        return f"A request that names you is {how}. Nothing is left to do."
    if not approval.is_pending:
        return f"This request is {how} by now: nothing is left to do."
    if kind == Kind.VOTES_VOIDED:
        return _voided(approval, recipient)
    return _WHILE_PENDING.get(kind, "A request is waiting for a decision.")


_ALWAYS = {
    Kind.MENTIONED: "A colleague mentions you in a comment on this request.",
    Kind.MISMATCH: "An agent reports that it executed something other than what was approved. Please look into it.",
}
_WHILE_PENDING = {
    Kind.POOL: "A request is in the pool: anybody in the approvers group may decide it.",
    Kind.REMINDER: "A request still waits for a decision, and a good part of its time is over.",
    Kind.BREACHED: "The deadline passed without a decision. The request is held until somebody decides.",
    Kind.ESCALATED: "The deadline passed without a decision, and now you are asked to decide.",
    Kind.TAKEN_BACK: "A request that was handed to you was taken back: you are no longer asked.",
    Kind.REASSIGNED: "A request was handed to you: you are asked to decide it.",
    Kind.UNDERSTAFFED: "Fewer people can decide this request than it takes. Please ask another reviewer, or "
    "make somebody an approver.",
    Kind.LEFT_OPEN: "A reviewer of this request has left, and it still waits for a decision.",
}


def _voided(approval: Approval, recipient: str) -> str:
    """Which version that person approved, and who has edited it since: a critical request's voters stay unnamed."""
    own = approval.votes.filter(
        user__email=recipient, verdict=Vote.Verdict.APPROVE, version__lt=approval.current_version
    )
    number = own.order_by("-version").values_list("version", flat=True).first()
    which = f"version {number}" if number else "an earlier version"
    editor = approval.version().edited_by
    who = one_line(editor.get_full_name()) if editor and not approval.is_critical else "Another reviewer"
    return f"{who} edited the payload, so your approval of {which} no longer counts. Please look at it again."


def _decided_by(kind: Kind, approval: Approval) -> Facts:
    """Who decided it; only in the message that says so, since a critical request's votes are secret before."""
    if kind != Kind.DECIDED or approval.status not in (Status.APPROVED, Status.REJECTED):
        return ()
    verdict = "approve" if approval.status == Status.APPROVED else "reject"
    votes = approval.votes.filter(verdict=verdict, version=approval.current_version).select_related("user")
    names = " and ".join(one_line(vote.user.get_full_name()) for vote in votes)
    return ((f"{approval.get_status_display()} by", names),) if names else ()


def _of_grant(notification: Notification, grant: DelegatedGrant) -> Message:
    grantor, grantee = one_line(str(grant.grantor)), one_line(str(grant.grantee))
    sentence = {
        Kind.GRANT_GIVEN: f"{grantor} lends {grantee} authority to decide.",
        Kind.GRANT_STARTED: f"The authority that {grantor} lends {grantee} counts from now on.",
    }.get(Kind(notification.kind), f"The authority that {grantor} lent {grantee} has ended.")
    ended = f"{clock.in_words(grant.revoked_at)}, by {grant.revoked_by}" if grant.revoked_at else ""
    return Message(
        id=notification.pk,
        headline=f"{notification.get_kind_display()}: {grantor} to {grantee}",
        sentence=sentence,
        facts=(
            ("For", one_line(grant.scope_sentence)),
            ("From", clock.in_words(grant.starts_at)),
            ("Until", clock.in_words(grant.expires_at)),
            *((("Ended", one_line(ended)),) if ended else ()),
            ("Grant", str(grant.pk)),
        ),
        url=f"{settings.PUBLIC_URL}{grant.get_absolute_url()}",
        link="Open the grant",
        footnote="Opening the link decides nothing: you sign in and see what it covers.",
    )


def _of_account(notification: Notification, person: User) -> Message:
    """What happened to a person's own account. A link to choose a password is made here, as the mail goes out: it is
    stored nowhere, and only the owner of the mailbox has it.
    """
    kind = Kind(notification.kind)
    settles_at = person.settles_at()
    if kind == Kind.CREDENTIALS and settles_at:
        return Message(
            id=notification.pk,
            headline=str(kind.label),
            sentence="Your password, or another way to sign in to Countersign, was replaced. If that was not you, tell "
            "an administrator at once and choose another password.",
            facts=(
                ("Replaced", clock.in_words(notification.created_at)),
                ("Until", f"{clock.in_words(settles_at)}: you decide nothing of high or critical risk"),
            ),
            url=f"{settings.PUBLIC_URL}{reverse('account_reset_password')}",
            link="Choose another password",
            footnote="Opening the link changes nothing: you get a mail from which you choose one.",
        )
    is_first = person.proven_at is None
    return Message(
        id=notification.pk,
        headline=f"{kind.label}: Countersign",
        sentence="You are asked to join Countersign, where people decide what AI agents may do. Choose a password: "
        "that also confirms that this address is yours."
        if is_first
        else "Somebody asked for a new password for you at Countersign. If that was not you, do nothing: the old one "
        "stays as it is.",
        facts=(
            ("Address", person.email),
            ("Counts for", f"{settings.PASSWORD_RESET_TIMEOUT // 86_400} days, once"),
        ),
        url=f"{settings.PUBLIC_URL}{_way_to_a_password(person)}",
        link="Choose a password",
        footnote="Nobody else gets this link, not even an administrator. Do not pass it on.",
    )


def _way_to_a_password(person: User) -> str:
    key = {"uidb36": user_pk_to_url_str(person), "key": default_token_generator.make_token(person)}
    return reverse("account_reset_password_from_key", kwargs=key)


def one_line(text: str) -> str:
    """On one line: under a policy for `*` an agent names the action type, and must not add a header or line with it."""
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())
