"""Does a policy ask for less than another? Term by term; what cannot be compared counts as looser.

Looser is what lets an action through with less: fewer people, other people, a lower risk, less evidence, more time to
claim an approval. A draft runs nothing, so that pattern is the strictest; then the gate, exceptions, no oversight. A
reviewer who is added gains authority, and without any the agent's own choice decides: both are looser; one who goes
while others stay is not. A longer SLA is not looser, since nothing is approved by waiting. Titles, headlines, notes,
reminders and candidates decide nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from approvals.models import Policy
from approvals.models.choices import BreachAction, Pattern, Risk

Looser = Callable[[Policy, Policy], bool]

_OVERSIGHT = [Pattern.NONE, Pattern.EXCEPTION_BASED, Pattern.APPROVAL_GATE, Pattern.DRAFT_ONLY]
_BREACH = [BreachAction.NOTIFY, BreachAction.ESCALATE, BreachAction.REJECT]


@dataclass(frozen=True, slots=True)
class Difference:
    """One term that two policies say differently, and whether the new one is looser in it."""

    term: str
    old: Any
    new: Any
    is_looser: bool


def differences(old: Policy, new: Policy) -> list[Difference]:
    """What the new policy says otherwise than the old one, in the order of the terms. Pure: no query.

    A term that reads the same can still be looser, such as a condition beside another risk: it is listed, too.
    """
    before, after = old.terms(), new.terms()
    looser = looser_terms(old, new)
    if looser and _lets_go(new) and not _lets_go(old):
        looser |= {"minimum_confidence", "condition"}  # which decide from now on, whoever wrote them when
    return [
        Difference(name, before[name], after[name], name in looser)
        for name in after
        if name in looser or before[name] != after[name]
    ]


def looser_terms(old: Policy, new: Policy) -> set[str]:
    """The names of the terms in which the new policy asks for less than the old one."""
    return {name for name, is_looser in LOOSER.items() if is_looser(old, new)}


def oversight(policy: Policy) -> int:
    """How much people look, from 0. A draft is more than a gate: nobody approves it, and the agent does nothing."""
    return _OVERSIGHT.index(Pattern(policy.pattern))


def _risk(old: Policy, new: Policy) -> bool:
    return Risk(new.risk).rank < Risk(old.risk).rank


def _reviewers(old: Policy, new: Policy) -> bool:
    """Somebody who may decide now, or nobody of the policy's own any more."""
    return bool(set(new.reviewers) - set(old.reviewers)) or bool(old.reviewers and not new.reviewers)


def _breach(old: Policy, new: Policy) -> bool:
    """At any risk to which an agent may raise it. Critical is escalated whatever the policy says."""
    return any(
        _breach_rank(new, risk) < _breach_rank(old, risk) for risk in Risk if _at(new, risk) != Risk.CRITICAL
    )


def _breach_rank(policy: Policy, risk: Risk) -> int:
    return _BREACH.index(policy.breach_action_at(_at(policy, risk)))


def _at(policy: Policy, risk: Risk) -> Risk:
    return Risk.higher(policy.risk, risk)


def _lets_go(policy: Policy) -> bool:
    """Whether its confidence and condition decide whether people look."""
    return policy.pattern == Pattern.EXCEPTION_BASED and policy.risk != Risk.CRITICAL


def _by_exception(old: Policy, new: Policy) -> bool:
    """Whether confidence and condition decide under both. Where the pattern changes, that is what is compared."""
    return old.pattern == new.pattern == Pattern.EXCEPTION_BASED


def _confidence(old: Policy, new: Policy) -> bool:
    if not _by_exception(old, new) or old.minimum_confidence is None:
        return False
    return new.minimum_confidence is None or new.minimum_confidence < old.minimum_confidence


def _condition(old: Policy, new: Policy) -> bool:
    """Another condition, or the same one about another risk. Only a first one is surely stricter."""
    if not _by_exception(old, new) or not old.condition or new.risk == Risk.CRITICAL:
        return False
    return old.condition != new.condition or ("risk" in old.condition and old.risk != new.risk)


def _fewer(name: str) -> Looser:
    """A list of what is demanded or locked lost an entry."""
    return lambda old, new: bool(set(getattr(old, name)) - set(getattr(new, name)))


def _lower(name: str) -> Looser:
    return lambda old, new: getattr(new, name) < getattr(old, name)


def _higher(name: str) -> Looser:
    return lambda old, new: getattr(new, name) > getattr(old, name)


LOOSER: Mapping[str, Looser] = {
    "pattern": lambda old, new: oversight(new) < oversight(old),
    "risk": _risk,
    "quorum": _lower("quorum"),
    "reviewers": _reviewers,
    "required_evidence": _fewer("required_evidence"),
    "required_evidence_tones": _fewer("required_evidence_tones"),
    "require_initiated_by": _lower("require_initiated_by"),
    "allow_outside_assignees": _higher("allow_outside_assignees"),
    "allow_self_approval": _higher("allow_self_approval"),
    "breach_action": _breach,
    "escalation": lambda old, new: old.escalation != new.escalation,
    "validity_minutes": _higher("validity_minutes"),
    "minimum_confidence": _confidence,
    "condition": _condition,
    "locked_fields": _fewer("locked_fields"),
}
"""By term: whether the new policy is looser in it than the old one."""

DECIDES_NOTHING = ("title", "sla_minutes", "reminder_share", "shadow_condition", "headline", "notes")
"""The terms in which no policy is looser than another. A test holds that every term is in one of the two."""
