"""Who of these people has a name or an address like that? By the beginnings of its words."""

from __future__ import annotations

import re

from django.db.models import Q, QuerySet

from grants.models import User

MOST_WORDS = 5
_BRACKETED = re.compile(r"<([^<>\s]+@[^<>\s]+)>\s*$")


def like(people: QuerySet[User], text: str) -> QuerySet[User]:
    """Those in whose name, or in whose address before the @, each word of the text begins a word."""
    for word in bare(text).split()[:MOST_WORDS]:
        begins = re.escape(word)
        in_name = Q(name__iregex=rf"(^|[\s'\u2019.-]){begins}")
        people = people.filter(in_name | Q(email__iregex=rf"^([^@]*[.+_-])?{begins}"))
    return people


def bare(text: str) -> str:
    """The address alone, where it was typed or picked as `Hannah Vogel <hannah@example.com>`."""
    bracketed = _BRACKETED.search(text)
    return (bracketed[1] if bracketed else text).strip()
