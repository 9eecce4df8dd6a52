"""Whom does a comment tell? The people who are named in it after an @ and may read the request."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from functools import reduce

from django.db.models import Q, Value
from django.db.models.functions import Left, StrIndex
from django.utils.translation import gettext as _

from approvals import authority
from approvals.exceptions import FieldError, InvalidInput
from approvals.models import Approval
from audit.joined import either
from grants.models import User

MOST = 10
_MENTION = re.compile(r"(?<![\w.@])@([\w.+-]+(?:@[\w-]+(?:\.[\w-]+)+)?)")
_PART_BEFORE_AT = Left("email", StrIndex("email", Value("@")) - 1)


def mentioned(text: str, approval: Approval, *, at: datetime) -> list[User]:
    """The people mentioned, each once. Raises InvalidInput with the names that tell nobody, and what to do about it.

    An address means its account; a short name means the one reader whose address begins with it. A short name that
    no account has is only text, such as "@home".
    """
    handles = list(dict.fromkeys(name.rstrip(".").lower() for name in _MENTION.findall(text)))
    accounts = _accounts(handles)
    names = [handle for handle in handles if "@" in handle or accounts[handle]]
    if len(names) > MOST:
        sentence = _(
            "A comment tells at most %(most)s people; this one names %(count)s. Leave out the @ of some."
        )
        raise _refusal([sentence % {"most": MOST, "count": len(names)}])
    readers = {name: [one for one in accounts[name] if _is_reader(one, approval, at)] for name in names}
    if errors := [
        sentence for name in names if (sentence := _error(name, accounts[name], readers[name], approval))
    ]:
        raise _refusal(errors)
    return list(dict.fromkeys(readers[name][0] for name in names))


def _accounts(handles: Sequence[str]) -> dict[str, list[User]]:
    """The accounts whose address is the handle or begins with it. Deactivated ones too: they are meant."""
    found: defaultdict[str, list[User]] = defaultdict(list)
    if handles:
        people = User.objects.annotate(short=_PART_BEFORE_AT)
        for user in people.filter(Q(email__in=handles) | Q(short__in=handles)).order_by("email"):
            found[user.email].append(user)
            found[user.email.partition("@")[0]].append(user)
    return found


def _is_reader(user: User, approval: Approval, at: datetime) -> bool:
    return user.is_active and authority.may_read(user, approval, at=at)


def _error(name: str, meant: Sequence[User], readers: Sequence[User], approval: Approval) -> str:
    """Why the name tells nobody; empty where it means one reader. A party to the request cannot be asked instead."""
    if len(readers) == 1:
        return ""
    if readers:
        whole = reduce(either, [f"@{user.email}" for user in readers])
        return _("@%(name)s could mean several people: write %(addresses)s.") % {
            "name": name,
            "addresses": whole,
        }
    parties = authority.barred_addresses(approval)
    could_be_asked = approval.is_pending and not any(user.email in parties for user in meant)
    if could_be_asked:
        sentence = _(
            "@%(name)s cannot read this request, so they would not be told. To have them look at it, reassign it to "
            "them; to only name them, leave out the @."
        )
    else:
        sentence = _(
            "@%(name)s cannot read this request, so they would not be told. To only name them, leave out the @."
        )
    return sentence % {"name": name}


def _refusal(sentences: Sequence[str]) -> InvalidInput:
    errors = [FieldError("text", "not_told", sentence) for sentence in sentences]
    return InvalidInput(
        sentences[0] if len(sentences) == 1 else _("Some of those named would not be told."), errors
    )
