"""How is what a person typed read from a form, before the lifecycle says whether it fits?"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext as _

from approvals.texts import normalised
from audit import reader


class TextField(forms.CharField):
    """Text of several lines, counted as the browser counts it: a line break is one character."""

    def to_python(self, value: Any) -> str:
        return normalised(super().to_python(value) or "")


_LOCAL = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(?::[0-9]{2})?")


class MomentField(forms.Field):
    """A day and a time as `datetime-local` posts them, in `zone`: that of the page that was filled in."""

    zone: ZoneInfo

    def to_python(self, value: Any) -> datetime | None:
        text = str(value or "").strip()
        if not text:
            return None
        try:
            local = datetime.fromisoformat(text if _LOCAL.fullmatch(text) else "")
        except ValueError:
            said = _("Write the day and the time, such as 2026-12-24T18:00 (%(zone)s).")
            raise forms.ValidationError(said % {"zone": self.zone.key}, "invalid") from None
        try:
            return reader.moment_of(local, self.zone).astimezone(UTC)
        except (reader.NoSuchTimeError, OverflowError) as error:
            raise forms.ValidationError(str(error), "invalid") from None


def zone_posted(posted: Mapping[str, Any]) -> ZoneInfo:
    """The zone that the page named in which it was filled in, else the reader's."""
    named = reader.zone_called(str(posted.get("zone", "")))
    return named or reader.current_zone()
