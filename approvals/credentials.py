"""How does a person get credentials, and what follows when these are replaced?

Credentials belong to their person: nobody else sets a password or another factor. An administrator invites, and asks
for a reset that only the owner of the mailbox completes (docs/rules.md: credentials-belong-to-people).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from approvals.addresses import reaches
from approvals.exceptions import StateConflict
from approvals.models import Notification
from approvals.notifications import notify_person
from audit import clock
from audit.message import Actor
from grants import accounts
from grants.models import User

Kind = Notification.Kind


@transaction.atomic
def invite(person: User, *, by: Actor) -> None:
    """Store a new account that opens nothing, and write to its address: who reads that mail chooses the password.

    Raises StateConflict where an account has the same mailbox under another spelling: one person has one account.
    """
    if sentence := objection(person.email):
        raise StateConflict(sentence)
    accounts.add(person, by=by)
    notify_person(person, Kind.INVITED, at=clock.now())


def objection(email: str) -> str:
    """Why nobody is invited here: the mailbox has an account under another spelling. Empty if it has none."""
    other = User.objects.filter(reaches("email", email)).exclude(email=email).first()
    if other is None:
        return ""
    return _("The mailbox of this address has an account already: %(email)s.") % {"email": other.email}


@transaction.atomic
def send_link(person: User, *, by: Actor) -> None:
    """Write to the person's address again, with a link that lets them choose a password; nobody else sees it.

    Raises StateConflict where the account is suspended.
    """
    current = User.objects.select_for_update(no_key=True).get(pk=person.pk)
    if current.proven_at and not current.is_active:
        raise StateConflict(_("This account is suspended: nothing was sent. Let it in again first."))
    accounts.note(current, "person.link_sent", by=by)
    notify_person(current, Kind.RESET if current.proven_at else Kind.INVITED, at=clock.now())


@transaction.atomic
def choose_password(person: User, password: str, *, by: Actor) -> None:
    """Store a password that its owner chose. The first one proves the address and opens the account, since only the
    owner of the mailbox had the link to it; each later one replaces credentials.
    """
    current, at = User.objects.select_for_update(no_key=True).get(pk=person.pk), clock.now()
    current.set_password(password)
    current.save(update_fields=["password"])
    if current.proven_at is None:
        current.proven_at, current.is_active = at, True
        current.save(update_fields=["proven_at", "is_active"])
        accounts.note(current, "person.confirmed", by=by)
    else:
        note_replaced(current, by=by, at=at)
    person.password = current.password


def note_replaced(person: User, *, by: Actor, at: datetime) -> None:
    """A password was replaced: on record, the person is told, and for a day it decides nothing harmful.

    In the transaction that stores the new one.
    """
    _hold(person, at)
    accounts.note(person, "person.credentials_changed", by=by)
    notify_person(person, Kind.CREDENTIALS, at=at)


def note_factor(
    person: User, event: str, said: Mapping[str, str], *, by: Actor, at: datetime, is_harmless: bool
) -> None:
    """The same of another factor that came or went, except that one which is harmless holds nobody up.

    In the transaction that stores it.
    """
    if not is_harmless:
        _hold(person, at)
    accounts.note(person, event, by=by, **said)
    notify_person(person, Kind.CREDENTIALS, at=at)


def _hold(person: User, at: datetime) -> None:
    person.credentials_changed_at = at
    person.save(update_fields=["credentials_changed_at"])
