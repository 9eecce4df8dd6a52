"""Would this request reach anybody who can decide it, and could they judge it? Told at submission."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from uuid import UUID

from django.core.cache import caches
from django.utils.translation import gettext as _

from approvals import payload, proposal_quality, visible
from approvals.authority import barred_among, joined_too_late
from approvals.models import Approval, Notification
from approvals.reach.enough import Reach, Surroundings, look_around_in_hand, reaches
from approvals.reach.people import People

LATELY = 120
"""Seconds."""

Warning = dict[str, str]  # noqa: A001 - the wire's word
"""`{code, message}`."""


def warnings(approval: Approval, *, at: datetime, people: People | None = None) -> list[Warning]:
    """The warnings about one request; none once it is decided. `people` as `people_around` found them, if it did."""
    if not approval.is_pending:
        return []
    return warnings_around([approval], look_around_in_hand([approval], at, people), at=at)[approval.pk]


def warnings_lately(approval: Approval, *, at: datetime) -> list[Warning]:
    """The warnings about one request, up to LATELY seconds old: answering a waiting agent costs little else."""
    if not approval.is_pending:
        return []
    found: list[Warning] | None = caches["process"].get(_kept(approval))
    if found is None:
        found = warnings(approval, at=at)
        caches["process"].set(_kept(approval), found, LATELY)
    return found


def has_warnings_lately(approval: Approval) -> bool:
    """Whether `warnings_lately` has them at hand."""
    return not approval.is_pending or _kept(approval) in caches["process"]


def look_up_lately(approvals: Iterable[Approval], *, at: datetime) -> None:
    """Put at hand what `warnings_lately` says of these requests, read as `warnings_of` asks."""
    approvals = list(approvals)
    found = warnings_of(approvals, at=at)
    for approval in approvals:
        caches["process"].set(_kept(approval), found[approval.pk], LATELY)


def _kept(approval: Approval) -> str:
    return f"warnings:{approval.pk}"


def warnings_of(approvals: Iterable[Approval], *, at: datetime) -> dict[UUID, list[Warning]]:
    """The warnings about many requests, in one query.

    Needs the requests `with_parties`, with their assignments, their versions, and their votes with the people.
    """
    approvals = list(approvals)
    pending = [approval for approval in approvals if approval.is_pending]
    found: dict[UUID, list[Warning]] = {approval.pk: [] for approval in approvals}
    return found | (warnings_around(pending, look_around_in_hand(pending, at), at=at) if pending else {})


def warnings_around(
    pending: Collection[Approval], around: Surroundings, *, at: datetime
) -> dict[UUID, list[Warning]]:
    """The same where everything around these requests is read already; they are read as `warnings_of` asks."""
    reach = reaches(pending, at=at, around=around)
    return {approval.pk: _warnings(approval, around.people, reach[approval.pk]) for approval in pending}


def _warnings(approval: Approval, people: People, reach: Reach) -> list[Warning]:
    named = _named(approval)
    barred = barred_among(approval, people.accounts)
    able = [address for address in named if address in people.active and address not in barred]
    return [
        *_unowned(named, people),
        *_alone(approval, named, able, people),
        *_away(approval, able, people),
        *_unheard(able, people),
        *_too_few(approval, able, people),
        *_not_checked(approval),
        *_too_few_told(approval, reach),
        *_poor(approval),
    ]


def _poor(approval: Approval) -> list[Warning]:
    return proposal_quality.warnings(
        action=approval.action,
        rationale=approval.rationale,
        evidence=approval.evidence,
        payload=approval.version(1).value,
        risk=approval.risk,
    )


def _named(approval: Approval) -> list[str]:
    return [assignment.email for assignment in approval.assignments.all() if assignment.is_open]


def _unowned(named: Sequence[str], people: People) -> list[Warning]:
    return [
        _warning(
            "unowned_assignee",
            _("%(address)s is no active person here: nobody can decide under that address.")
            % {"address": address},
        )
        for address in named
        if address not in people.active
    ]


def _alone(approval: Approval, named: Sequence[str], able: Sequence[str], people: People) -> list[Warning]:
    accounts = [address for address in named if address in people.active]
    if len(accounts) != 1:
        return []
    if not able:
        sentence = _(
            "%(person)s is the only person named and may not decide this: the agent runs on their behalf, "
            "they answer for it or made its key, or they wrote the policy of this critical request. "
            "Name another person."
        )
        return [_warning("sole_assignee_barred", sentence % {"person": accounts[0]})]
    if people.stand_ins.of(able[0], approval):
        return []
    sentence = _("%(person)s is the only person named, and nobody stands in for them.")
    return [_warning("sole_assignee_without_delegate", sentence % {"person": able[0]})]


def _away(approval: Approval, able: Sequence[str], people: People) -> list[Warning]:
    """A person who has lent their authority is taken to be away."""
    stand_ins = [people.stand_ins.of(address, approval) for address in able]
    if not able or not all(stand_ins):
        return []
    deputies = ", ".join(dict.fromkeys(one.email for several in stand_ins for one in several))
    # Translators: people are the names of one or more.
    sentence = _("Everybody named has lent their authority: %(people)s decides.")
    return [_warning("all_on_leave", sentence % {"people": deputies})]


def _unheard(able: Sequence[str], people: People) -> list[Warning]:
    if not able or any(_hears(address, people) for address in able):
        return []
    sentence = _(
        "No message about it would come to anybody named: they switched these off, or the last did not arrive."
    )
    return [_warning("no_working_channel", sentence)]


def _hears(address: str, people: People) -> bool:
    """Whether a message about a new request would reach this person, as far as is known."""
    routes = people.routes.of(address, Notification.Kind.REQUESTED)
    return any((address, route) not in people.broken for route in routes)


def _too_few(approval: Approval, able: Sequence[str], people: People) -> list[Warning]:
    """A stand-in fills the place of the person they stand in for, and no second one."""
    barred = barred_among(approval, people.accounts)
    approvers = {
        address
        for address, joined_at in people.approvers.items()
        if address not in barred and not joined_too_late(joined_at, approval)
    }
    able_people = len(approvers.union(able))
    if able_people >= approval.quorum:
        return []
    if able_people:
        sentence = _("It takes %(quorum)s different people, and only %(able)s may decide it.")
    else:
        sentence = _("It takes %(quorum)s different people, and nobody may decide it.")
    return [_warning("too_few_people", sentence % {"quorum": approval.quorum, "able": able_people})]


def _not_checked(approval: Approval) -> list[Warning]:
    if not approval.payload_schema:
        return []
    patterns = payload.unchecked_patterns(approval.payload_schema, lambda: approval.version().source)
    if not patterns:
        return []
    listed = ", ".join(f"“{visible.as_text(pattern[:60])}”" for pattern in patterns[:3])
    if len(patterns) > 3:
        listed = _("%(patterns)s and %(count)s more") % {"patterns": listed, "count": len(patterns) - 3}
    sentence = _(
        "The payload was not checked against the schema's pattern %(patterns)s: "
        "it is no regular expression of ECMA-262, or takes too long."
    )
    return [_warning("pattern_not_checked", sentence % {"patterns": listed})]


def _too_few_told(approval: Approval, reach: Reach) -> list[Warning]:
    """The approvers are among those told once they were asked: then everybody who may decide it was told."""
    if reach.is_enough:
        return []
    sentences = [reach.shortage]
    if approval.administrators_told_at:
        sentences.append(_("The administrators were told."))
    return [_warning("too_few_people_told", " ".join(sentences))]


def _warning(code: str, message: str) -> Warning:
    return {"code": code, "message": message}
