"""How does a key come and go? Only a hash of its secret is stored, and what it may do never changes."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import uuid_utils.compat as uuid
from django.db import transaction
from django.utils.translation import gettext as _

from approvals.exceptions import FieldError, InvalidInput, StateConflict
from approvals.keys.authentication import digest
from approvals.keys.facts import describe_key, describe_powers, event_of, moment
from approvals.models import EVERY_SCOPE, Agent, AgentKey
from approvals.models.agent import ANY
from audit import clock, log
from audit.message import Actor
from grants.models import User

LIFETIME = timedelta(days=90)
"""How long a key lasts unless whoever makes it says otherwise."""


class AlreadyMade(StateConflict):
    """The form came a second time: the key with this id is there, and its text was shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Powers:
    """What a key may do: its scopes, and of what its agent may use the action types and workflows; `*` is all of it."""

    scopes: Collection[str] = tuple(EVERY_SCOPE)
    action_types: Collection[str] = (ANY,)
    workflows: Collection[str] = (ANY,)


@transaction.atomic
def create_key(
    agent: Agent,
    *,
    owner: User,
    by: Actor,
    minted_by: User | None = None,
    expires_at: datetime | None = None,
    key_id: UUID | None = None,
    powers: Powers = Powers(),
) -> tuple[AgentKey, str]:
    """A new key, and its text `cs_<prefix>_<secret>`: shown now, never again.

    `minted_by` is the person who makes it, and so sees its text: nobody where a command does, on the server itself.
    With `key_id` as its id, a form sent twice makes one key, and raises AlreadyMade the second time. Older keys stay
    valid. Raises InvalidInput where the key could do what its agent may not.
    """
    agent = Agent.objects.select_for_update(of=("self",)).select_related("owner").get(pk=agent.pk)
    _require_unmade(key_id)
    _require_within(agent, powers)
    key, text = _new(agent, owner, minted_by, expires_at, key_id, powers, at=clock.now())
    data = {**describe_key(key), **describe_powers(key)}
    log.record(event_of(agent, "agent.key_created", by, key.created_at, data))
    return key, text


@transaction.atomic
def rotate_key(
    key: AgentKey,
    *,
    by: Actor,
    overlap: timedelta,
    minted_by: User | None = None,
    expires_at: datetime | None = None,
    key_id: UUID | None = None,
) -> tuple[AgentKey, str]:
    """A new key that may do what this one may, and its text; this one ends after the overlap, if it does not before.

    One event tells of both. Raises AlreadyMade where a form is sent twice, and StateConflict where the key is not
    valid, or was rotated before.
    """
    agent = Agent.objects.select_for_update(of=("self",)).select_related("owner").get(pk=key.agent_id)
    old, at = AgentKey.objects.select_related("owner").get(pk=key.pk), clock.now()
    old.agent = agent
    _require_unmade(key_id)
    _require_rotatable(old, at)
    powers = Powers(scopes=old.scopes, action_types=old.action_types, workflows=old.workflows)
    new, text = _new(agent, old.owner, minted_by, expires_at, key_id, powers, at=at, replaces=old)
    old.expires_at = min(at + overlap, old.expires_at or at + overlap)
    old.save(update_fields=["expires_at"])
    replaced = {"replaces": old.prefix, "replaced_ends_at": moment(old.expires_at)}
    data = {**describe_key(new), **describe_powers(new), **replaced}
    log.record(event_of(agent, "agent.key_rotated", by, at, data))
    return new, text


@transaction.atomic
def revoke_key(key: AgentKey, *, by: Actor) -> None:
    """Revoke the key: from the next call on it opens nothing. A key that is revoked already stays as it is."""
    agent = Agent.objects.select_for_update().get(pk=key.agent_id)
    at = clock.now()
    if AgentKey.objects.filter(pk=key.pk, revoked_at=None).update(revoked_at=at):
        log.record(event_of(agent, "agent.key_revoked", by, at, describe_key(key)))


def objections(agent: Agent, powers: Powers) -> dict[str, str]:
    """What a key may not be made for, since its agent may not do it: a sentence by the field's name."""
    types = [one for one in powers.action_types if one != ANY and not agent.may_use_action_type(one)]
    workflows = [one for one in powers.workflows if one != ANY and not agent.may_use_workflow(one)]
    sentence = _("The agent may not use %(names)s. Leave it out, or widen the agent first.")
    found = {"action_types": types, "workflows": workflows}
    return {field: sentence % {"names": ", ".join(names)} for field, names in found.items() if names}


def _require_unmade(key_id: UUID | None) -> None:
    """Under the agent's lock, so that of two who come at the same moment the second sees the first's key."""
    if key_id and AgentKey.objects.filter(pk=key_id).exists():
        raise AlreadyMade(_("That key was created already. Its text is shown once only."))


def _require_within(agent: Agent, powers: Powers) -> None:
    if found := objections(agent, powers):
        errors = [FieldError(f"/{field}", "beyond_agent", sentence) for field, sentence in found.items()]
        raise InvalidInput(errors[0].message, errors)


def _require_rotatable(key: AgentKey, at: datetime) -> None:
    if why := key.why_ended(at):
        reason = str(why.label)
        raise StateConflict(
            _("This key opens nothing any more, so there is nothing to rotate: create a key. %(reason)s")
            % {"reason": reason}
        )
    if key.successors.valid(at).exists():
        raise StateConflict(
            _("This key was rotated already. Rotate the one that replaces it, or revoke that one first.")
        )


def _new(
    agent: Agent,
    owner: User,
    minted_by: User | None,
    expires_at: datetime | None,
    key_id: UUID | None,
    powers: Powers,
    *,
    at: datetime,
    replaces: AgentKey | None = None,
) -> tuple[AgentKey, str]:
    secret = secrets.token_urlsafe(32)
    key = AgentKey.objects.create(
        id=key_id or uuid.uuid7(),
        agent=agent,
        owner=owner,
        minted_by=minted_by,
        prefix=secrets.token_hex(6),
        secret_sha256=digest(secret),
        scopes=[scope for scope in EVERY_SCOPE if scope in powers.scopes],
        action_types=list(powers.action_types),
        workflows=list(powers.workflows),
        replaces=replaces,
        created_at=at,
        expires_at=expires_at,
    )
    return key, f"cs_{key.prefix}_{secret}"
