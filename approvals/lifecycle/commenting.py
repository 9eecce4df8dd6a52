"""A person says something about a request; whoever is mentioned is told."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from approvals import authority
from approvals.exceptions import FieldError, InvalidInput, NotPermitted
from approvals.lifecycle.beats import lock, moment, record
from approvals.models import Approval, Comment, Notification
from approvals.notifications import notify
from approvals.texts import normalised
from grants.models import ApproverMembership, User

LONGEST = 4000
MOST_MENTIONS = 10
_MENTION = re.compile(r"(?<![\w.@])@([\w.+-]+(?:@[\w-]+(?:\.[\w-]+)+)?)")


@transaction.atomic
def comment(approval_id: UUID, *, by: User, text: str) -> Comment:
    """Add plain text, whatever state the request is in. Raises NotPermitted, InvalidInput.

    `@name` tells a person who may read the request: by address, or by what stands before the @ of it where that
    is one person's. Anything else after an @ is only text.
    """
    approval = lock(approval_id)
    at = moment(approval)
    by = User.objects.get(pk=by.pk)
    if not authority.may_read(by, approval, at=at):
        raise NotPermitted("Only whoever may read this request can comment on it.")
    text = _checked(text)
    told = [user.email for user in _mentioned(text, approval, at) if user.pk != by.pk]
    said = Comment.objects.create(approval=approval, user=by, text=text, told=told, created_at=at)
    record(
        approval,
        "approval.commented",
        actor=by.as_actor(),
        at=at,
        version=approval.version(),
        data={"comment": str(said.pk), "text": text, "told": told},
    )
    notify(approval, Notification.Kind.MENTIONED, told, at=at)
    return said


def _checked(text: str) -> str:
    text = normalised(text).strip()
    if "\0" in text:
        sentence = "The comment holds a NUL character, which cannot be stored. Take it out."
        raise InvalidInput(sentence, [FieldError("text", "nul", sentence)])
    if not text:
        sentence = "Write the comment first."
        raise InvalidInput(sentence, [FieldError("text", "comment_missing", sentence)])
    if len(text) > LONGEST:
        sentence = f"A comment has at most {LONGEST:,} characters; this one has {len(text):,}."
        raise InvalidInput(sentence, [FieldError("text", "comment_too_long", sentence)])
    return text


def _mentioned(text: str, approval: Approval, at: datetime) -> list[User]:
    handles = list(dict.fromkeys(name.rstrip(".").lower() for name in _MENTION.findall(text)))[:MOST_MENTIONS]
    if not handles:
        return []
    people = _concerned(approval, at)
    found = (_whole(handle) if "@" in handle else _only(handle, people) for handle in handles)
    readers = [one for one in found if one and authority.may_read(one, approval, at=at)]
    return list(dict.fromkeys(readers))


def _concerned(approval: Approval, at: datetime) -> list[User]:
    """Whom a short name may mean: the people of this request, the approvers, and who else may read everything."""
    named = [a.email for a in approval.assignments.all()]
    members = ApproverMembership.objects.open(at).values("user")
    is_concerned = (
        Q(email__in=named)
        | Q(pk__in=members)
        | Q(pk__in=approval.votes.values("user"))
        | Q(pk__in=approval.comments.values("user"))
        | Q(grants_held__grantor__email__in=named)
        | Q(is_auditor=True)
        | Q(is_staff=True)
    )
    return list(User.objects.filter(is_concerned, is_active=True).distinct())


def _whole(address: str) -> User | None:
    return User.objects.filter(email=address, is_active=True).first()


def _only(handle: str, people: Iterable[User]) -> User | None:
    """The one person meant; nobody where a short name could mean two."""
    found = [one for one in people if handle == one.email.partition("@")[0]]
    return found[0] if len(found) == 1 else None
