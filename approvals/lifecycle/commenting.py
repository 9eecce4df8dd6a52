"""A person comments on a request; the people mentioned are told."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from approvals import authority, rates
from approvals.exceptions import InvalidInput, NotPermitted
from approvals.lifecycle.beats import RequestEvent, as_stored, lock, moment, record
from approvals.lifecycle.mentioning import mentioned
from approvals.models import Comment, Notification
from approvals.notifications import notify
from approvals.texts import LONGEST_COMMENT, normalised
from grants.models import User


@transaction.atomic
def comment(approval_id: UUID, *, by: User, text: str) -> Comment:
    """Add plain text, whatever state the request is in. Raises NotPermitted, InvalidInput, RateExceeded.

    `@name` tells a person, as `mentioning.mentioned` finds them; a person who cannot read the request is refused.
    """
    approval = lock(approval_id)
    at = moment(approval)
    by = as_stored(by)
    if not authority.may_read(by, approval, at=at):
        raise NotPermitted(_("Only people who may read this request can comment on it."))
    text = _checked(text)
    told = [user.email for user in mentioned(text, approval, at=at) if user.pk != by.pk]
    _keep_to_share(by, told)
    said = Comment.objects.create(approval=approval, user=by, text=text, told=told, created_at=at)
    data = {"comment": str(said.pk), "text": text, "told": told}
    version = approval.version()
    record(
        RequestEvent(approval, "approval.commented", actor=by.as_actor(), at=at, version=version, data=data)
    )
    notify(approval, Notification.Kind.MENTIONED, told, at=at)
    return said


def _keep_to_share(by: User, told: list[str]) -> None:
    rates.take_of_person("comments", by.pk)
    if told:
        rates.take_of_person("mentions", by.pk, cost=len(told))


def _checked(text: str) -> str:
    text = normalised(text).strip()
    if "\0" in text:
        sentence = _("The comment holds a NUL character, which cannot be stored. Take it out.")
        raise InvalidInput.at("text", "nul", sentence)
    if not text:
        sentence = _("Write the comment first.")
        raise InvalidInput.at("text", "comment_missing", sentence)
    if len(text) > LONGEST_COMMENT:
        sentence = _("A comment has at most %(most)s characters; this one has %(count)s.")
        said = sentence % {"most": f"{LONGEST_COMMENT:,}", "count": f"{len(text):,}"}
        raise InvalidInput.at("text", "comment_too_long", said)
    return text
