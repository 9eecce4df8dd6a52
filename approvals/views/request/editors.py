"""Whose edit is it? The heads of the columns where two versions of a payload stand side by side."""

from __future__ import annotations

from functools import reduce

from django.utils.translation import gettext as _

from approvals.models import PayloadVersion
from approvals.views.request.access import Case


def left_by(version: PayloadVersion, case: Case) -> str:
    """What a person's own edits started from: the proposal, or a colleague's version."""
    if version.number == 1:
        return _("Proposed")
    name = _name(version, case)
    return _("As %(who)s left it") % {"who": name} if name else _("As it stands")


def edited_by(case: Case) -> str:
    """What reviewers made of the proposal, under the names of those who edited it."""
    found = (_name(version, case) for version in case.approval.versions.all() if version.number > 1)
    names = list(dict.fromkeys(filter(None, found)))
    if not names:
        return _("As edited")
    # Translators: people, as in “As Dana Okafor and Li Wei left it”.
    who = reduce(lambda one, other: _("%(one)s and %(other)s") % {"one": one, "other": other}, names)
    return _("As %(who)s left it") % {"who": who}


def _name(version: PayloadVersion, case: Case) -> str:
    """Empty where the page must not show who has voted, and in a version that nobody edited."""
    return version.edited_by.get_full_name() if version.edited_by and not case.is_blind else ""
