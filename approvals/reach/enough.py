"""Were enough people told of a request to give it the approvals that it still wants?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db.models.expressions import RawSQL
from django.utils.translation import ngettext

from approvals.addresses import spellings
from approvals.authority import barred_among, joined_too_late
from approvals.models import Approval, Assignment, Vote
from approvals.models.among import among
from approvals.models.approval_queries import ApprovalQuerySet
from approvals.reach.people import People, read


@dataclass(frozen=True, slots=True)
class Reach:
    """How far the approvals of one request can come, by address.

    `told` were told and can still fill a seat; `others` are the approvers who could, and were not. `wanted`
    approvals are still to come. Where `wants_policys` is set, one of them comes from `counting`: the people who are
    not the agent's choice alone.
    """

    wanted: int
    told: frozenset[str]
    others: frozenset[str]
    wants_policys: bool
    counting: frozenset[str]

    @property
    def is_enough(self) -> bool:
        """Whether those told can complete it."""
        return self._suffices(self.told)

    @property
    def could_be(self) -> bool:
        """Whether they could together with the approvers who were not told."""
        return self._suffices(self.told | self.others)

    @property
    def shortage(self) -> str:
        """What is missing where those told are not enough, in a sentence."""
        if len(self.told) >= self.wanted:
            sentence = ngettext(
                "%(wanted)s approval is still to come, and the agent chose everybody who was told: one has to come "
                "from a person whom the policy knows.",
                "%(wanted)s approvals are still to come, and the agent chose everybody who was told: one has to come "
                "from a person whom the policy knows.",
                self.wanted,
            )
        elif self.told:
            sentence = ngettext(
                "%(wanted)s approval is still to come, and only %(able)s of those told can give one.",
                "%(wanted)s approvals are still to come, and only %(able)s of those told can give one.",
                self.wanted,
            )
        else:
            sentence = ngettext(
                "%(wanted)s approval is still to come, and nobody who was told can give one.",
                "%(wanted)s approvals are still to come, and nobody who was told can give one.",
                self.wanted,
            )
        return sentence % {"wanted": self.wanted, "able": len(self.told)}

    def _suffices(self, people: frozenset[str]) -> bool:
        return len(people) >= self.wanted and not (self.wants_policys and people.isdisjoint(self.counting))


class Named(NamedTuple):
    """What is looked at of an assignment."""

    email: str
    is_open: bool
    source: str


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What is around some requests: the people, each request's assignments, and its votes as `votes_on` gives them."""

    people: People
    named: Mapping[UUID, Iterable[Named | Assignment]]
    votes: Mapping[UUID, Sequence[_Vote]]


def reaches(
    approvals: Collection[Approval], *, at: datetime, around: Surroundings | None = None
) -> dict[UUID, Reach]:
    """Of each pending request, in a fixed number of queries. Needs the requests `with_parties`.

    A delegate is told as well and fills the grantor's seat, so no delegate is counted beside the grantor.
    """
    around = around or look_around(approvals, at)
    return {approval.pk: _reach(approval, around) for approval in approvals}


_Vote = tuple[int, str, str, bool]
"""The version, the voter's and the principal's address, and whether it fills the policy's seat."""


def votes_on(
    approvals: Iterable[Approval], named: Mapping[UUID, Iterable[Named | Assignment]]
) -> dict[UUID, list[_Vote]]:
    """The approving votes on each pending request, of every version.

    A request that any one approval ends is left out: while it is pending it has none.
    """
    several = [one.pk for one in approvals if one.quorum > 1 or _names_reviewers(named.get(one.pk, ()))]
    if not several:
        return {}
    votes: defaultdict[UUID, list[_Vote]] = defaultdict(list)
    cast = Vote.objects.filter(approval__in=among(several), verdict=Vote.Verdict.APPROVE)
    fields = ("approval_id", "version", "user__email", "principal__email", "fills_policy_seat")
    for approval_id, *vote in cast.values_list(*fields):
        votes[approval_id].append(tuple(vote))
    return votes


def look_around(
    approvals: Collection[Approval], at: datetime, *, besides: Collection[str] = ()
) -> Surroundings:
    """Read the assignments, the votes and the people of these requests, in three queries.

    Looks up the addresses `besides`, too.
    """
    named: defaultdict[UUID, list[Named]] = defaultdict(list)
    assignments = Assignment.objects.filter(approval__in=among(one.pk for one in approvals)).order_by("pk")
    for approval_id, *what in assignments.values_list("approval_id", *Named._fields):
        named[approval_id].append(Named(*what))
    people = read(_open_addresses(named).union(besides), at=at)
    return Surroundings(people, named, votes_on(approvals, named))


def people_around(approval: Approval, *, at: datetime) -> People:
    """The people around one request whose assignments are in hand, also once it is decided; and for whom it runs."""
    named = {assignment.email for assignment in approval.assignments.all() if assignment.is_named}
    initiator = {approval.initiated_by, *spellings(approval.initiated_by)} - {""}
    return read(named | initiator, at=at, with_broken=approval.is_pending)


def look_around_in_hand(
    approvals: Collection[Approval], at: datetime, people: People | None = None
) -> Surroundings:
    """The same for requests whose assignments and votes are in hand: the people, in one query if need be."""
    named = {approval.pk: approval.assignments.all() for approval in approvals}
    votes = {
        approval.pk: [_as_vote(vote) for vote in approval.votes.all() if vote.verdict == Vote.Verdict.APPROVE]
        for approval in approvals
    }
    people = people or read(_open_addresses(named), at=at, with_broken=True)
    return Surroundings(people, named, votes)


def _as_vote(vote: Vote) -> _Vote:
    return vote.version, vote.user.email, vote.principal.email, vote.fills_policy_seat


def _open_addresses(named: Mapping[UUID, Iterable[Named | Assignment]]) -> set[str]:
    return {one.email for found in named.values() for one in found if one.is_open}


def _reach(approval: Approval, around: Surroundings) -> Reach:
    votes = [vote for vote in around.votes.get(approval.pk, ()) if vote[0] == approval.current_version]
    away = barred_among(approval, around.people.accounts).besides(one for vote in votes for one in vote[1:3])
    everybody = list(around.named.get(approval.pk, ()))
    active = {one.email for one in everybody if one.is_open and one.email in around.people.active}
    named = {address for address in active if address not in away}
    approvers = {
        address: joined_at
        for address, joined_at in around.people.approvers.items()
        if address not in away and not joined_too_late(joined_at, approval)
    }
    asked_at = approval.approvers_asked_at
    asked = {address for address, joined_at in approvers.items() if asked_at and joined_at <= asked_at}
    by_agent = {one.email for one in everybody if one.source == Assignment.Source.AGENT}
    chosen = named - (by_agent - set(approval.policy.escalation_targets))
    wants_policys = _names_reviewers(everybody) and not any(vote[3] for vote in votes)
    return Reach(
        wanted=max(approval.quorum - len(votes), int(wants_policys)),
        told=frozenset(named | asked),
        others=frozenset(approvers.keys() - named - asked),
        wants_policys=wants_policys,
        counting=frozenset(chosen | approvers.keys()),
    )


def _names_reviewers(assignments: Iterable[Named | Assignment]) -> bool:
    return any(one.source == Assignment.Source.POLICY for one in assignments)


# More than those that `reaches` calls short: it takes parties to be barred whatever the policy allows.
_SHORT = """
    SELECT request.id FROM approvals_approval request
    JOIN approvals_agent agent ON agent.id = request.agent_id
    JOIN approvals_agentkey key ON key.id = request.key_id
    JOIN approvals_policy policy ON policy.id = request.policy_id
    CROSS JOIN LATERAL (
        SELECT count(*) AS approved, coalesce(bool_or(fills_policy_seat), false) AS has_policys
        FROM approvals_vote vote WHERE vote.approval_id = request.id
            AND vote.version = request.current_version AND vote.verdict = 'approve') votes
    CROSS JOIN LATERAL (
        SELECT count(DISTINCT person.id) AS able, coalesce(bool_or(told.counts), false) AS has_policys FROM (
            SELECT named.id, assignment.source <> 'agent' AS counts
                FROM approvals_assignment assignment JOIN grants_user named USING (email)
                WHERE assignment.approval_id = request.id AND assignment.is_open
            UNION ALL
            SELECT member.user_id, true FROM grants_approvermembership member
                WHERE member.left_at IS NULL AND member.joined_at <= request.approvers_asked_at
                    AND (request.risk <> 'critical' OR member.joined_at <= request.created_at)) told
        JOIN grants_user person ON person.id = told.id AND person.is_active
            AND (request.risk <> 'critical' OR person.proven_at <= request.created_at)
        WHERE regexp_replace(person.email, '(.)[+][^@]*@', '\\1@')
                <> regexp_replace(request.initiated_by, '(.)[+][^@]*@', '\\1@')
            AND person.id NOT IN (request.agent_owner_id, request.key_owner_id, agent.owner_id, key.owner_id)
            AND person.id IS DISTINCT FROM request.key_minter_id AND person.id IS DISTINCT FROM key.minted_by_id
            AND (request.risk <> 'critical' OR person.id IS DISTINCT FROM policy.created_by_id)
            AND NOT EXISTS (SELECT FROM approvals_voteseat seat WHERE seat.approval_id = request.id
                AND seat.version = request.current_version AND seat.user_id = person.id)) people
    WHERE request.status = 'pending' AND (
        request.administrators_told_at IS NOT NULL
        OR votes.approved + people.able < request.quorum
        OR NOT votes.has_policys AND NOT people.has_policys AND EXISTS (
            SELECT FROM approvals_assignment assignment
            WHERE assignment.approval_id = request.id AND assignment.source = 'policy'))
"""


def perhaps_short(rows: ApprovalQuerySet, now: datetime) -> ApprovalQuerySet:
    """The pending requests to look at: too few may be told, or the administrators were told that they are."""
    return rows.filter(pk__in=RawSQL(_SHORT, []))  # nosec B611 # noqa: S611 - a constant
