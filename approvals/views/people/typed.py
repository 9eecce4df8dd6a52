"""Whose address is meant by what was typed? A whole name means its person; anything less is asked about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from approvals.exceptions import FieldError, InvalidInput
from approvals.views.inbox.filters import line
from approvals.views.people.found import bare, like
from approvals.views.readable import NUL
from grants.models import User

MOST = 10
"""People in one list."""


class WhichPerson(InvalidInput):
    """What was typed is nobody's whole name, or that of several: the page asks which of these people is meant."""

    code = "which_person"

    def __init__(self, field: str, sentence: str, people: Sequence[User]) -> None:
        super().__init__(sentence, [FieldError(field, self.code, sentence)])
        self.field, self.people = field, people


def address_of(posted: Mapping[str, str], field: str, among: QuerySet[User]) -> str:
    """The address that the field means. What looks like one is taken as it is.

    The choice of a page that asked counts for the text that it asked about, not for one typed since. Raises
    WhichPerson, and InvalidInput where nobody is called that.
    """
    if NUL in posted.get(field, ""):
        return ""
    text = line(posted.get(field, ""))
    if posted.get(f"{field}_asked") == text and posted.get(f"{field}_among"):
        return line(posted[f"{field}_among"])
    address = bare(text)
    if "@" in address or not address:
        return address
    found = list(like(among, text)[: MOST + 1])
    named = [user for user in found if user.name.casefold() == text.casefold()]
    if len(named) == 1 and len(found) <= MOST:
        return named[0].email
    if not found:
        sentence = _("Nobody whom you know of here is called “%(text)s”: give their e-mail address.")
        raise InvalidInput.at(field, "nobody", sentence % {"text": text})
    raise WhichPerson(field, _question(text, named, found), (named or found)[:MOST])


def _question(text: str, named: Sequence[User], found: Sequence[User]) -> str:
    if named:
        question = _("Several people are called “%(text)s”: choose which of them.")
    elif len(found) > MOST:
        question = _("Many people are called something like “%(text)s”: type more of the name, or choose.")
    else:
        question = _("Nobody is called just “%(text)s”: choose whom you mean.")
    return question % {"text": text}
