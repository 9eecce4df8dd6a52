"""Who else hears of a policy's breaches? A channel leads outside, so a new one waits; removing one never does."""

from __future__ import annotations

from approvals import vault
from approvals.exceptions import InvalidInput, StateConflict
from approvals.held.change import Change, changed_meanwhile, row
from approvals.held.policies import named
from approvals.models import Loosening, Policy
from approvals.notifications import preferences
from approvals.policy import publishing
from audit.message import Actor


def weigh(policy: Policy, *, kind: str, name: str, address: str) -> Change:
    """Where it leads is kept encrypted until it ends. Raises InvalidInput with what does not fit beside its field."""
    preferences.check_channel(kind, name, address)
    publishing.lock([policy])
    name = " ".join(name.split())
    return Change(
        kind=Loosening.Kind.CHANNEL,
        subject=policy.as_subject(),
        key=policy.as_subject().id,
        name=named(policy),
        wanted={"action_type": policy.action_type, "workflow": policy.workflow, "kind": kind, "name": name},
        drawn_from=[],
        difference=[row("channel", None, f"{name} ({kind})", is_looser=True)],
        sealed=vault.seal(address.strip()),
    )


def take_effect(asked: Loosening, *, second: Actor) -> None:
    """Add it. Raises StateConflict where the policy is gone, or the address cannot be read or used any more."""
    wanted = asked.wanted
    policy = Policy.objects.current().of(wanted["action_type"], wanted["workflow"]).first()
    if policy is None:
        raise changed_meanwhile()
    try:
        address = vault.unseal(bytes(asked.sealed))
        preferences.add_of_policy(
            policy, kind=wanted["kind"], name=wanted["name"], address=address, by=asked.asked_by.as_actor()
        )
    except (vault.Unreadable, InvalidInput) as refusal:
        raise StateConflict(str(refusal)) from None
