"""Does a policy ask for less than what judges these actions now? Then it waits, with the difference in each term."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ValidationError

from approvals.exceptions import StateConflict
from approvals.held.change import Change, changed_meanwhile, row
from approvals.models import Loosening, Policy
from approvals.models.policy import ANY_ACTION_TYPE, IDENTITY
from approvals.policy import overrides, publish, publishing, strength
from audit.message import Actor


def weigh(policy: Policy) -> Change | None:
    """The change if the unsaved policy loosens anything, else None. Until the transaction ends, nobody else publishes.

    A policy for what none covers opens it: without one nothing can be proposed.
    """
    publishing.tidy(policy)
    judged, opens = _judged(policy)
    difference = _difference(policy, judged, opens=opens)
    if not any(one["is_looser"] for one in difference):
        return None
    return Change(
        kind=Loosening.Kind.POLICY,
        subject=policy.as_subject(),
        key=policy.as_subject().id,
        name=named(policy),
        wanted={
            **{name: getattr(policy, name) for name in IDENTITY},
            **policy.terms(),
            "reason": policy.reason,
        },
        drawn_from=_ids(judged, opens=opens),
        difference=difference,
    )


def take_effect(asked: Loosening, *, second: Actor) -> None:
    """Publish it. Raises StateConflict where another version is current by now, or it is refused by now."""
    policy = Policy(**asked.wanted)
    judged, opens = _judged(policy)
    if _ids(judged, opens=opens) != asked.drawn_from:
        raise changed_meanwhile()
    try:
        publish(policy, by=asked.asked_by.as_actor(), author=asked.asked_by, second=second)
    except ValidationError as refusal:
        raise StateConflict(" ".join(refusal.messages)) from None


def named(policy: Policy) -> str:
    """What it is for, in English, as it is stored."""
    return f"{policy.action_type} in {policy.workflow}" if policy.workflow else policy.action_type


def _judged(policy: Policy) -> tuple[list[Policy], bool]:
    publishing.lock([policy, Policy(action_type=ANY_ACTION_TYPE)])
    found = Policy.objects.current().filter(action_type__in=[policy.action_type, ANY_ACTION_TYPE])
    return overrides.judged_before(policy, {one.identity: one for one in found})


def _ids(judged: Sequence[Policy], *, opens: bool) -> list[Any]:
    return [opens, *(str(one.pk) for one in judged)]


def _difference(policy: Policy, judged: Sequence[Policy], *, opens: bool) -> list[dict[str, Any]]:
    """Against the policy that judges now; of several, each that it would take over from."""
    rows = []
    if opens:
        rows.append(row("action_type", None, named(policy), is_looser=True))
        usual = Policy().terms()
        told = {
            name: value for name, value in policy.terms().items() if name in _ALWAYS or value != usual[name]
        }
        rows += [] if judged else [row(name, None, value, is_looser=False) for name, value in told.items()]
    for before in judged:
        if before.identity != policy.identity:
            rows.append(row("action_type", str(before), named(policy), is_looser=False))
        rows += [
            row(one.term, one.old, one.new, is_looser=one.is_looser)
            for one in strength.differences(before, policy)
        ]
    return rows


_ALWAYS = ("pattern", "risk", "quorum", "reviewers")
"""The terms of a first policy that are shown whatever they say."""
