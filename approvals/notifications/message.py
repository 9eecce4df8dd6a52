"""What does a message say? Id, risk, action type, deadline, agent and a link.

Never the payload, the evidence or the proposed action: a message is read, forwarded and stored where nobody may
decide. A person who follows the link signs in first. It is in the site's language, never in that of a page on which
somebody acted.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from approvals.models import Approval, ChannelTest, Notification, Vote
from approvals.models.choices import Resolution, Status
from approvals.notifications.account_message import of_account, of_rule
from approvals.notifications.key_message import of_key, of_stopped_keys
from approvals.notifications.parts import Facts, Message, one_line
from audit import clock, reader
from grants.models import DelegatedGrant, User

Kind = Notification.Kind


def of_notification(notification: Notification) -> Message:
    """As things stand now: a person told late reads that it is decided already."""
    if notification.grant:
        return _of_grant(notification, notification.grant)
    if notification.agent_key:
        return of_key(notification, notification.agent_key)
    if notification.person and notification.kind == Kind.KEYS_STOPPED:
        return of_stopped_keys(notification, notification.person)
    if notification.person:
        return of_account(notification, notification.person)
    if notification.loosening:
        return of_rule(notification, notification.loosening)
    assert notification.approval is not None  # nosec B101 # noqa: S101 - the constraint: about one of the five
    return _of_request(notification, notification.approval)


@contextmanager
def read_by(person: User | None) -> Iterator[None]:
    """What is written and sent within is for this person: moments in their zone. None: for nobody in particular.

    Nothing says which language they read, so it is the site's; another person's page may be what runs this.
    """
    zone = reader.zone_called(person.time_zone) if person else None
    form = person.written_form if person and person.written_form in reader.FORMATS else reader.ENGLISH
    with reader.read_by(zone, form), translation.override(settings.LANGUAGE_CODE):
        yield


def of_test(test: ChannelTest) -> Message:
    """What "Send test" sends: it says that nothing waits."""
    return Message(
        id=test.pk,
        headline=_("Test from Countersign"),
        sentence=_("This is a test. Nothing waits for you."),
        facts=(
            (_("Asked for by"), one_line(test.user.get_full_name())),
            (_("Sent"), clock.in_words(test.created_at)),
        ),
        url=f"{settings.PUBLIC_URL}{reverse('notification-test', args=[test.pk])}",
        link=_("Say whether it arrived"),
        footnote=_("Opening the link changes nothing: you sign in and say there whether this arrived."),
    )


def _of_request(notification: Notification, approval: Approval) -> Message:
    action_type = one_line(approval.action_type)
    label = one_line(str(notification.get_kind_display()))
    return Message(
        id=notification.pk,
        headline=f"[{approval.get_risk_display()}] {label}: {action_type}",
        sentence=_sentence(Kind(notification.kind), approval, notification.recipient),
        facts=(
            (_("Action type"), action_type),
            (_("Risk"), str(approval.get_risk_display())),
            (_("Agent"), one_line(approval.agent.name)),
            *(((_("Decide by"), clock.in_words(approval.deadline)),) if approval.deadline else ()),
            *_decided_by(Kind(notification.kind), approval),
            (_("Request"), str(approval.pk)),
        ),
        url=f"{settings.PUBLIC_URL}{approval.get_absolute_url()}",
        link=_("Open the request"),
        footnote=_("Opening the link decides nothing: you sign in, read, and press the button there."),
    )


def _sentence(kind: Kind, approval: Approval, recipient: str) -> str:
    """What is told about a request as it now stands: one that is decided asks nobody for anything."""
    if kind in _ALWAYS:
        return str(_ALWAYS[kind])
    if approval.is_draft:
        return _("A draft waits for a person to use it by hand. The agent does nothing with it.")
    if approval.resolution == Resolution.SLA_EXPIRED:
        return _("The deadline passed without a decision, so this request was rejected.")
    how = approval.state_name.lower()
    if approval.successor_id and approval.status == Status.APPROVED:
        return _(
            "The agent proposed this again before carrying it out, so this approval is not used any more."
        )
    if approval.successor_id:
        return _(
            "The agent proposed this again: its page leads to the new request. Nothing is left to do here."
        )
    if kind == Kind.DECIDED:
        # Translators: for example "approved" or "rejected".
        return _("A request that names you is %(how)s. Nothing is left to do.") % {"how": how}
    if not approval.is_pending:
        # Translators: for example "approved" or "rejected".
        return _("This request is %(how)s by now: nothing is left to do.") % {"how": how}
    if kind == Kind.VOTES_VOIDED:
        return _voided(approval, recipient)
    return str(_WHILE_PENDING.get(kind) or _("A request is waiting for a decision."))


_ALWAYS = {
    Kind.MENTIONED: gettext_lazy("A colleague mentions you in a comment on this request."),
    Kind.MISMATCH: gettext_lazy(
        "An agent reports that it executed something other than what was approved. Please look into it."
    ),
    Kind.NOT_IN_LOG: gettext_lazy(
        "The signed log does not say what this request says, so its agent was told to stop. Please have "
        "verify_audit run on the server: it names what was changed."
    ),
}
_WHILE_PENDING = {
    Kind.POOL: gettext_lazy("A request is in the pool: anybody in the approvers group may decide it."),
    Kind.REMINDER: gettext_lazy("A request still waits for a decision, and a good part of its time is over."),
    Kind.BREACHED: gettext_lazy(
        "The deadline passed without a decision. The request is held until somebody decides."
    ),
    Kind.ESCALATED: gettext_lazy("The deadline passed without a decision, and now you are asked to decide."),
    Kind.TAKEN_BACK: gettext_lazy(
        "A request that was handed to you was taken back: you are no longer asked."
    ),
    Kind.REASSIGNED: gettext_lazy("A request was handed to you: you are asked to decide it."),
    Kind.UNDERSTAFFED: gettext_lazy(
        "Fewer people can decide this request than it takes. Please ask another reviewer, "
        "or make somebody an approver."
    ),
    Kind.LEFT_OPEN: gettext_lazy("A reviewer of this request has left, and it still waits for a decision."),
}


def _voided(approval: Approval, recipient: str) -> str:
    """Which version that person approved, and who has edited it since: a critical request's voters stay unnamed."""
    own = approval.votes.filter(
        user__email=recipient, verdict=Vote.Verdict.APPROVE, version__lt=approval.current_version
    )
    number = own.order_by("-version").values_list("version", flat=True).first()
    editor = approval.version().edited_by
    who = one_line(editor.get_full_name()) if editor and not approval.is_critical else _("Another reviewer")
    if number:
        sentence = _(
            "%(who)s edited the payload, so your approval of version %(number)s no longer counts. "
            "Please look at it again."
        )
    else:
        sentence = _(
            "%(who)s edited the payload, so your approval of an earlier version no longer counts. "
            "Please look at it again."
        )
    return sentence % {"who": who, "number": number}


def _decided_by(kind: Kind, approval: Approval) -> Facts:
    """Who decided it; only in the message that says so, since a critical request's votes are secret before."""
    if kind != Kind.DECIDED or approval.status not in (Status.APPROVED, Status.REJECTED):
        return ()
    verdict = "approve" if approval.status == Status.APPROVED else "reject"
    votes = approval.votes.filter(verdict=verdict, version=approval.current_version).select_related("user")
    names = [one_line(vote.user.get_full_name()) for vote in votes]
    label = _("Approved by") if approval.status == Status.APPROVED else _("Rejected by")
    # Translators: between the names of the people who decided.
    return ((label, _(" and ").join(names)),) if names else ()


def _of_grant(notification: Notification, grant: DelegatedGrant) -> Message:
    grantor, grantee = one_line(str(grant.grantor)), one_line(str(grant.grantee))
    names = {"grantor": grantor, "grantee": grantee}
    sentence = {
        Kind.GRANT_GIVEN: _("%(grantor)s lends %(grantee)s authority to decide."),
        Kind.GRANT_STARTED: _("The authority that %(grantor)s lends %(grantee)s counts from now on."),
    }.get(Kind(notification.kind), _("The authority that %(grantor)s lent %(grantee)s has ended."))
    headline = _("%(what)s: %(grantor)s to %(grantee)s")
    return Message(
        id=notification.pk,
        headline=headline % {"what": notification.get_kind_display(), **names},
        sentence=sentence % names,
        facts=(
            (_("For"), one_line(grant.scope_sentence)),
            (_("From"), clock.in_words(grant.starts_at)),
            (_("Until"), clock.in_words(grant.expires_at)),
            *_ended(grant),
            (_("Grant"), str(grant.pk)),
        ),
        url=f"{settings.PUBLIC_URL}{grant.get_absolute_url()}",
        link=_("Open the grant"),
        footnote=_("Opening the link decides nothing: you sign in and see what it covers."),
    )


def _ended(grant: DelegatedGrant) -> Facts:
    if not grant.revoked_at:
        return ()
    how = _("%(moment)s, by %(person)s") % {
        "moment": clock.in_words(grant.revoked_at),
        "person": grant.revoked_by,
    }
    return ((_("Ended"), one_line(how)),)
