"""In whose time zone, and in whose way of writing days and numbers, is what is shown now?

A page is shown to the person who opened it, a message to the person it goes to (`read_by`). Where nobody is named, as
in a command, it is the site's zone and English. Nothing that is stored, hashed, signed or sent to an agent asks here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, available_timezones

from asgiref.local import Local
from django.conf import settings
from django.utils import dateformat, formats, numberformat, timezone, translation
from django.utils.translation import gettext, ngettext, trans_real
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

ENGLISH = "en"
FORMATS: dict[str, StrPromise] = {
    ENGLISH: _("English"),
    "cs": _("Czech"),
    "da": _("Danish"),
    "nl": _("Dutch"),
    "fi": _("Finnish"),
    "fr": _("French"),
    "de": _("German"),
    "de-ch": _("German (Switzerland)"),
    "it": _("Italian"),
    "ja": _("Japanese"),
    "nb": _("Norwegian"),
    "pl": _("Polish"),
    "pt": _("Portuguese"),
    "es": _("Spanish"),
    "sv": _("Swedish"),
}
"""How days and numbers can be written, each by the language whose way it is."""

_PLACE = re.compile(r"(?!Etc/|posix/|right/|SystemV/)[A-Z][A-Za-z0-9_+-]*(?:/[A-Za-z0-9_+-]+)+")
_shown = Local()


def use(zone: ZoneInfo | None, form: str) -> None:
    """From now on everything is shown in this zone (None: the site's) and form."""
    timezone.activate(zone or site_zone())
    _shown.form = form


def use_none() -> None:
    """Nobody reads any more: the next request on this thread starts from the site's own."""
    timezone.deactivate()
    _shown.form = ENGLISH


@contextmanager
def read_by(zone: ZoneInfo | None, form: str) -> Iterator[None]:
    """Shown to another person within."""
    before = current_form()
    with timezone.override(zone or site_zone()):
        _shown.form = form
        try:
            yield
        finally:
            _shown.form = before


def current_zone() -> ZoneInfo:
    """The reader's."""
    zone = timezone.get_current_timezone()
    return zone if isinstance(zone, ZoneInfo) else site_zone()


def current_form() -> str:
    """One of FORMATS."""
    return getattr(_shown, "form", ENGLISH)


def site_zone() -> ZoneInfo:
    """That of people who have named none."""
    return ZoneInfo(settings.TIME_ZONE)


def zone_called(name: str) -> ZoneInfo | None:
    """The zone of that name, such as Europe/Berlin or UTC; None where there is none."""
    return ZoneInfo(name) if name in zone_names() else None


@cache
def zone_names() -> frozenset[str]:
    """The names that people and browsers use: of places, and UTC."""
    return frozenset({"UTC", *filter(_PLACE.fullmatch, available_timezones())})


def form_accepted(header: str) -> str:
    """The first of FORMATS that a browser's Accept-Language asks for, else English."""
    for language, _quality in trans_real.parse_accept_lang_header(header.lower()):
        for name in (language, language.partition("-")[0]):
            if name in FORMATS:
                return name
    return ENGLISH


def zone_label(local: datetime) -> str:
    """`CET`, or `UTC+05:45` where the zone has no letters of its own."""
    name = local.tzname() or ""
    return name if name.isalpha() else f"UTC{offset_of(local)}".removesuffix("+00:00")


def offset_of(local: datetime) -> str:
    """`+05:45`."""
    minutes = int((local.utcoffset() or timedelta()).total_seconds() // 60)
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}"


def day(local: date) -> str:
    """`27 Nov 2026`."""
    form = current_form()
    if form == ENGLISH:
        return f"{local.day} {local:%b} {local.year}"
    with translation.override(form):
        return dateformat.format(local, formats.get_format("DATE_FORMAT", form))


def day_of(moment: datetime) -> str:
    """`Mon 30 Nov 2026`, as the reader's calendar has it."""
    local = moment.astimezone(current_zone())
    return f"{local:%a} {day(local)}"


def day_and_clock(local: datetime, clock: str = "") -> str:
    """`27 Nov 2026, 18:00`; `clock` where hours, minutes and what follows are written already."""
    form = current_form()
    pattern = "H:i" if form == ENGLISH else formats.get_format("TIME_FORMAT", form)
    return f"{day(local)}, {clock or dateformat.format(local, pattern)}"


def number(digits: str) -> str:
    """`18,450.50` for the exact digits `18450.50`: grouped, with nothing rounded, added or left out."""
    form = current_form()
    written: str = numberformat.format(
        digits,
        formats.get_format("DECIMAL_SEPARATOR", form),
        grouping=formats.get_format("NUMBER_GROUPING", form),
        thousand_sep=formats.get_format("THOUSAND_SEPARATOR", form),
        force_grouping=True,
    )
    return written


class NoSuchTimeError(ValueError):
    """The clocks of the zone were put forward over this time, or back through it; the message says what to enter."""


def moment_of(local: datetime, zone: ZoneInfo) -> datetime:
    """The moment at which the zone's clocks show this. Raises NoSuchTimeError where that is never, or twice."""
    early, late = local.replace(tzinfo=zone, fold=0), local.replace(tzinfo=zone, fold=1)
    if early.utcoffset() == late.utcoffset():
        return early
    gap = abs((late.utcoffset() or timedelta()) - (early.utcoffset() or timedelta()))
    said = {
        "time": f"{local:%H:%M}",
        "day": f"{local.day} {local:%b} {local.year}",
        "zone": zone.key,
        "gap": _minutes(gap),
    }
    if early.utcoffset() > late.utcoffset():  # type: ignore[operator]
        twice = gettext(
            "There is %(time)s on %(day)s in %(zone)s twice, for the clocks go back by %(gap)s: "
            "enter an earlier or a later time."
        )
        raise NoSuchTimeError(twice % said)
    never = gettext(
        "There is no %(time)s on %(day)s in %(zone)s, for the clocks go forward by %(gap)s: "
        "enter an earlier or a later time."
    )
    raise NoSuchTimeError(never % said)


def _minutes(length: timedelta) -> str:
    minutes = int(length.total_seconds() // 60)
    if minutes == 60:
        # Translators: by how much the clocks go forward or back
        return gettext("an hour")
    return ngettext("%(count)d minute", "%(count)d minutes", minutes) % {"count": minutes}
