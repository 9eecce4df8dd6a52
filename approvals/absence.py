"""What happens when a person says that they are away, or back? Others read it; authority stays as it is."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from approvals.exceptions import FieldError, InvalidInput
from approvals.models import Away
from approvals.models.away import LONGEST_NOTE
from audit import clock, log
from audit.clock import rfc3339
from audit.message import NewEvent
from grants.models import User

LONGEST = timedelta(days=365)
"""From now: whoever is gone for longer is not away, and others are named in their place."""


@transaction.atomic
def announce(person: User, *, starts_at: datetime, ends_at: datetime, note: str = "") -> Away:
    """They are away between these moments, instead of what they said before. Raises InvalidInput."""
    User.objects.select_for_update(no_key=True).get(pk=person.pk)
    at, note = clock.now(), " ".join(note.split())
    if errors := _errors(starts_at, ends_at, note, at):
        raise InvalidInput(_("It was not saved. See what does not fit."), errors)
    said = {"starts_at": starts_at, "ends_at": ends_at, "note": note}
    away, _is_new = Away.objects.update_or_create(user=person, defaults=said)
    days = {"from": rfc3339(starts_at), "until": rfc3339(ends_at)}
    _record(person, "person.away", at, days)
    return away


@transaction.atomic
def come_back(person: User) -> None:
    """They are not away. If they never said so, or are back already, nothing is recorded."""
    User.objects.select_for_update(no_key=True).get(pk=person.pk)
    at = clock.now()
    said = Away.objects.filter(user=person).first()
    if said is None:
        return
    said.delete()
    if said.ends_at > at:
        _record(person, "person.back", at, {})


def _errors(starts_at: datetime, ends_at: datetime, note: str, at: datetime) -> list[FieldError]:
    found = []
    if ends_at > at + LONGEST:
        found.append(FieldError("back_on", "unfit", _("Say it for a year at most.")))
    if ends_at <= max(starts_at, at):
        sentence = _("Give a day after the first day away, and after today.")
        found.append(FieldError("back_on", "unfit", sentence))
    if len(note) > LONGEST_NOTE or "\0" in note:
        sentence = _("Say it in at most %(most)s characters of plain text.") % {"most": LONGEST_NOTE}
        found.append(FieldError("note", "unfit", sentence))
    return found


def _record(person: User, event: str, at: datetime, days: dict[str, str]) -> None:
    data = {"email": person.email, **days}
    log.record(NewEvent(person.as_subject(), event, actor=person.as_actor(), at=at, data=data))
