"""How does a person read several names in a row? `reduce(either, names)` gives "Ada or Grace or Lin"."""

from __future__ import annotations

from django.utils.translation import gettext as _


def either(one: str, other: str) -> str:
    return _("%(one)s or %(other)s") % {"one": one, "other": other}


def both(one: str, other: str) -> str:
    return _("%(one)s and %(other)s") % {"one": one, "other": other}
