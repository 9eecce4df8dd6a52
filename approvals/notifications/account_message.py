"""What does a message about a person's account say? What happened to it, and what its owner can do.

A link to choose a password is made as the mail goes out: no row holds one.
"""

from __future__ import annotations

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from approvals.models import Loosening, Notification
from approvals.notifications.parts import Facts, Message, one_line
from audit import clock
from grants.models import User

Kind = Notification.Kind


def of_account(notification: Notification, person: User) -> Message:
    """What happened to that person's account. Only the owner of the mailbox gets the link to choose a password."""
    kind = Kind(notification.kind)
    if kind == Kind.CREDENTIALS:
        return _of_credentials(notification, person)
    if kind == Kind.MORE_AUTHORITY:
        return _of_loosening(notification, person)
    if person.proven_at is None:
        sentence = _(
            "You are asked to join Countersign, where people decide what AI agents may do. Choose a password: that "
            "also confirms that this address is yours."
        )
    else:
        sentence = _(
            "Somebody asked for a new password for you at Countersign. If that was not you, do nothing: the old one "
            "stays as it is."
        )
    days = settings.PASSWORD_RESET_TIMEOUT // 86_400
    return Message(
        id=notification.pk,
        headline=f"{kind.label}: Countersign",
        sentence=sentence,
        facts=(
            (_("Address"), person.email),
            (
                _("Counts"),
                ngettext("for %(count)d day, once", "for %(count)d days, once", days) % {"count": days},
            ),
        ),
        url=f"{settings.PUBLIC_URL}{_way_to_a_password(person)}",
        link=_("Choose a password"),
        footnote=_("Nobody else gets this link, not even an administrator. Do not pass it on."),
    )


def _of_credentials(notification: Notification, person: User) -> Message:
    """A first factor holds nobody up, so it was added at no moment from which the person waits."""
    since, settles_at = person.credentials_changed_at, person.settles_at()
    if since is None or settles_at is None or since < notification.created_at:
        return _of_first_factor(notification)
    return Message(
        id=notification.pk,
        headline=str(Kind.CREDENTIALS.label),
        sentence=_(
            "Your password, or another way to sign in to Countersign, was changed. If that was not you, tell an "
            "administrator at once and choose another password. For a day you decide and lend nothing of high or "
            "critical risk."
        ),
        facts=(
            (_("Changed"), clock.in_words(notification.created_at)),
            (_("In full again"), clock.in_words(settles_at)),
        ),
        url=f"{settings.PUBLIC_URL}{reverse('account_reset_password')}",
        link=_("Choose another password"),
        footnote=_("Opening the link changes nothing: you get a mail from which you choose one."),
    )


def _of_loosening(notification: Notification, person: User) -> Message:
    asked = Loosening.objects.filter(person=person, asked_at__lte=notification.created_at).latest("asked_at")
    names = {
        "person": one_line(str(person)),
        "what": asked.get_kind_display(),
        "by": one_line(str(asked.asked_by)),
    }
    if asked.takes_effect_at:
        sentence = _(
            "%(by)s asks that %(person)s becomes %(what)s. There is no second administrator to agree, so it takes "
            "effect by itself. If that is wrong, say so before."
        )
    else:
        sentence = _(
            "%(by)s asks that %(person)s becomes %(what)s. It counts once a second administrator agrees."
        )
    facts = ((_("Person"), person.email), (_("Becomes"), names["what"]))
    return _to_agree(notification, asked, sentence % names, facts)


def of_rule(notification: Notification, asked: Loosening) -> Message:
    """That a rule is to be loosened, and which: what exactly is shown to administrators alone."""
    names = {"rule": one_line(asked.name), "by": one_line(str(asked.asked_by))}
    if asked.takes_effect_at:
        sentence = _(
            "%(by)s asks to loosen a rule: %(rule)s. There is no second administrator to agree, so it takes effect by "
            "itself. If that is wrong, say so before."
        )
    else:
        sentence = _("%(by)s asks to loosen a rule: %(rule)s. It counts once a second administrator agrees.")
    facts = ((_("Rule"), names["rule"]), (_("About"), asked.get_kind_display()))
    return _to_agree(notification, asked, sentence % names, facts)


def _to_agree(notification: Notification, asked: Loosening, sentence: str, facts: Facts) -> Message:
    effect = ((_("Takes effect"), clock.in_words(asked.takes_effect_at)),) if asked.takes_effect_at else ()
    agrees = User.objects.holding(asked.kept_by).filter(email=notification.recipient).exists()
    return Message(
        id=notification.pk,
        headline=str(Kind(notification.kind).label),
        sentence=sentence,
        facts=(*facts, *effect),
        url=f"{settings.PUBLIC_URL}{asked.get_absolute_url() if agrees else reverse('approvals:inbox')}",
        link=_("Look at it") if agrees else _("Open the inbox"),
        footnote=_("Opening the link agrees to nothing: an administrator signs in and does that there."),
    )


def _of_first_factor(notification: Notification) -> Message:
    return Message(
        id=notification.pk,
        headline=str(Kind.CREDENTIALS.label),
        sentence=_(
            "Signing in to Countersign asks for a second factor from now on, which was just added to your account. If "
            "that was not you, tell an administrator at once and choose another password."
        ),
        facts=((_("Added"), clock.in_words(notification.created_at)),),
        url=f"{settings.PUBLIC_URL}{reverse('account_reset_password')}",
        link=_("Choose another password"),
        footnote=_("Opening the link changes nothing: you get a mail from which you choose one."),
    )


def _way_to_a_password(person: User) -> str:
    key = {"uidb36": user_pk_to_url_str(person), "key": default_token_generator.make_token(person)}
    return reverse("account_reset_password_from_key", kwargs=key)
