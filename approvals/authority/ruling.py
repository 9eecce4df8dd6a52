"""May this person decide this request, and on whose authority? Else why not, in one sentence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import reduce
from typing import cast
from uuid import UUID

from django.utils.translation import gettext as _

from approvals.addresses import Addresses, mailbox
from approvals.authority.held import Held, held_by
from approvals.models import Approval, Assignment
from approvals.models.choices import Pattern, Risk
from audit import clock
from audit.joined import either
from grants.models import ApproverMembership, DelegatedGrant, User
from grants.risk import HARMFUL

ASSIGNEE = "assignee"
APPROVERS = "approvers"
SELF_APPROVABLE = (Risk.LOW, Risk.MEDIUM)
"""The risks at which a policy may let a person decide what an agent does for them."""


@dataclass(frozen=True, slots=True)
class Ruling:
    """Whether a person may decide, and why or why not in one sentence.

    `principal` is whose authority it is, `basis` where that person has it from (`assignee` or `approvers`), and
    `grant` what lends it where the principal is not the person who decides.
    """

    allowed: bool
    reason: str
    basis: str = ""
    principal: User | None = None
    grant: DelegatedGrant | None = None
    is_one_of_several: bool = False


def may_decide(user: User, approval: Approval, *, at: datetime, held: Held | None = None) -> Ruling:
    """The one answer, for the button, the refusal and the vote alike.

    A named assignee, an approver, or a person with a grant from one of them, and nobody else: no flag, permission or
    key counts (docs/rules.md: only-authority-decides). Whether the request is still open is not asked here. Inside a
    decision, call it with the request, the person and their grants locked (`lifecycle.beats.lock_authority`). `held`
    is what `held_by` read of this person at that moment, where somebody has it.
    """
    if barred := bar(user, approval) or unsettled(user, approval, at=at):
        return _no(barred)
    held = held or held_by(user, at=at)
    own = in_own_right(user, approval, held.memberships.get(user.pk))
    if own.allowed and not is_agents_choice(own, approval):
        return own
    lent = _lent(user, approval, held)
    possible = [own, *lent] if own.allowed else lent
    if not possible:
        return _no(lost_meanwhile(user, approval, at=at, held=held) or own.reason)
    chosen = possible[0] if len(possible) == 1 else _most_useful(possible, approval)
    return _without_telling_whose(chosen, lent) if approval.is_critical else chosen


def may_use_draft(user: User, approval: Approval, *, at: datetime, held: Held | None = None) -> Ruling:
    """A person named on it, an approver, or a person to whom one of them lent authority that covers it.

    Call it as `may_decide`, with the draft, the person and their grants locked.
    """
    if not user.is_active:
        return _no(_("This account is deactivated."))
    held = held or held_by(user, at=at)
    own = in_own_right(user, approval, held.memberships.get(user.pk))
    return own if own.allowed else next(iter(_lent(user, approval, held)), own)


def lost_meanwhile(user: User, approval: Approval, *, at: datetime, held: Held | None = None) -> str:
    """The sentence for a person whose grant covered the request and has ended since it came; else empty.

    They may have it open: they are told what ended, instead of getting a stranger's 404.
    """
    held = held or held_by(user, at=at)
    if not held.has_lost:
        return ""
    ended = DelegatedGrant.objects.held_by(user).ended(at).select_related("grantor").order_by("-pk")
    could = [g for g in ended[:20] if g.was_active_after(approval.created_at) and is_covered(approval, g)]
    memberships = ApproverMembership.objects.open(at).filter(user__in=[grant.grantor_id for grant in could])
    members = {membership.user_id: membership for membership in memberships}
    lenders = (
        g.grantor for g in could if in_own_right(g.grantor, approval, members.get(g.grantor_id)).allowed
    )
    lender = next(lenders, None)
    if lender is None:
        return ""
    return _("The authority that %(person)s lent you has ended.") % {"person": lender.get_full_name()}


def decided_meanwhile(user: User, approval: Approval, *, at: datetime, held: Held | None = None) -> bool:
    """Whether others decided it while this person could have, under a grant that still holds.

    They may have it open: they are told how it ended, instead of getting a stranger's 404.
    """
    if approval.decided_at is None:
        return False
    ruling = may_decide(user, approval, at=at, held=held)
    return ruling.grant is not None and approval.decided_at >= ruling.grant.starts_at


def in_own_right(
    user: User,
    approval: Approval,
    membership: ApproverMembership | None,
    *,
    apart_from: User | None = None,
) -> Ruling:
    """What the person may decide without a grant; whether they are barred is not asked here.

    Being named does not count where `apart_from` named them, by handing the request on.
    """
    is_late = membership is not None and joined_too_late(membership.joined_at, approval)
    named = [
        a.source
        for a in approval.assignments.all()
        if a.email == user.email and a.is_named and not _is_placed_by(apart_from, a)
    ]
    # An approver whom only the agent named votes as an approver: that counts for more.
    if named and (Assignment.Source.AGENT not in named or membership is None or is_late):
        return Ruling(allowed=True, reason=_("You are a named reviewer."), basis=ASSIGNEE, principal=user)
    if membership is None:
        return _no(_("You are neither a named reviewer of this request nor in the approvers group."))
    if is_late:
        return _no(_("You joined the approvers after this critical request was opened, so others decide it."))
    return Ruling(allowed=True, reason=_("You are in the approvers group."), basis=APPROVERS, principal=user)


def joined_too_late(joined_at: datetime, approval: Approval) -> bool:
    """Whether an approver who joined at that time may not decide this request: it is critical and was already open."""
    return approval.is_critical and joined_at > approval.created_at


def proven_too_late(user: User, approval: Approval) -> bool:
    """Whether the person's mailbox was proven only after this critical request was opened: so others decide it."""
    return approval.is_critical and user.proven_at is not None and user.proven_at > approval.created_at


def unsettled(user: User, approval: Approval, *, at: datetime) -> str:
    """Why new credentials do not decide this request yet; empty where they do (docs/rules.md: new-credentials-wait)."""
    if approval.risk not in HARMFUL or not user.is_unsettled(at):
        return ""
    until = clock.in_words(cast("datetime", user.settles_at()))
    return _(
        "Your password or another way to sign in was replaced less than a day ago: until %(until)s others decide what "
        "is of high or critical risk."
    ) % {"until": until}


def bar(user: User, approval: Approval) -> str:
    """Why this person can decide the request neither in person nor as a principal; empty if they can."""
    if not user.is_active:
        return _("This account is deactivated.")
    if proven_too_late(user, approval):
        return _("This account was confirmed after this critical request was opened, so others decide it.")
    if user.email not in barred_addresses(approval):
        return ""
    if approval.initiated_by and mailbox(user.email) == mailbox(approval.initiated_by):
        return _("The agent runs on your behalf, so somebody else decides this.")
    if user.pk in (approval.agent.owner_id, approval.key.owner_id):
        return _("You answer for this agent, so somebody else decides this.")
    if user.pk in (approval.agent_owner_id, approval.key_owner_id):
        return _("You answered for this agent when it asked, so somebody else decides this.")
    if user.pk in (approval.key.minted_by_id, approval.key_minter_id):
        return _("You made the key that this request came in with, so somebody else decides this.")
    return _("You wrote the policy that judges this critical request, so somebody else decides it.")


def barred_addresses(approval: Approval) -> Addresses:
    """The addresses of the people whom `bar` keeps out as parties to the request.

    Owners of the agent and of its key, and who made the key, are barred as they were when it asked, and as they are
    now; who wrote the policy's version, on a critical request. Nobody is barred from a draft: nothing is executed, so
    the person it was made for may use it. Read the request `with_parties`, or each of these people costs a query.
    """
    may_be_own = approval.policy.allow_self_approval and approval.risk in SELF_APPROVABLE
    if may_be_own or approval.pattern == Pattern.DRAFT_ONLY:
        return Addresses()
    key = approval.key
    people = [approval.agent.owner, key.owner, key.minted_by]
    people += [approval.agent_owner, approval.key_owner, approval.key_minter]
    if approval.is_critical:
        people.append(approval.policy.created_by)
    listed = {approval.initiated_by, *(person.email for person in people if person)} - {""}
    return Addresses(frozenset(listed), mailbox(approval.initiated_by))


def barred_among(approval: Approval, accounts: Mapping[str, User]) -> Addresses:
    """The addresses that `bar` keeps out, where these are the accounts of the addresses it is about."""
    late = (address for address, user in accounts.items() if proven_too_late(user, approval))
    return barred_addresses(approval).besides(late)


def fills_policy_seat(ruling: Ruling, approval: Approval) -> bool:
    """Whether a vote by this ruling is one that the policy asks for: an agent never picks its judges alone."""
    email = ruling.principal.email if ruling.principal else ""
    return counts_for_policy(ruling.basis, email, approval)


def is_agents_choice(ruling: Ruling, approval: Approval) -> bool:
    """Whether the policy names reviewers and this authority comes from the agent alone."""
    return names_reviewers(approval) and not fills_policy_seat(ruling, approval)


def names_reviewers(approval: Approval) -> bool:
    """Whether the policy named a reviewer on the request."""
    return any(a.source == Assignment.Source.POLICY for a in approval.assignments.all())


def counts_for_policy(basis: str, email: str, approval: Approval) -> bool:
    """An approver, a reviewer whom the policy named or who was asked in their place, or an escalation target."""
    if basis == APPROVERS:
        return True
    by_agent = {a.email for a in approval.assignments.all() if a.source == Assignment.Source.AGENT}
    return email not in by_agent or email in approval.policy.escalation_targets


def seated(approval: Approval) -> set[UUID]:
    """Who has a seat on the current version: people who approved it, and people whose authority they used."""
    votes = approval.approving_votes()
    return {person for vote in votes for person in (vote.user_id, vote.principal_id)}


def _lent(user: User, approval: Approval, held: Held) -> list[Ruling]:
    """What each grant that covers the request lends this person, the oldest grant first."""
    grants = [grant for grant in held.grants if is_covered(approval, grant)]
    rulings = (_through(grant, approval, user, held.memberships.get(grant.grantor_id)) for grant in grants)
    return [ruling for ruling in rulings if ruling.allowed]


def is_covered(approval: Approval, grant: DelegatedGrant) -> bool:
    """Whether the request lies within the grant's scope."""
    return grant.covers(workflow=approval.workflow, action_type=approval.action_type, risk=approval.risk)


def _through(
    grant: DelegatedGrant, approval: Approval, user: User, membership: ApproverMembership | None
) -> Ruling:
    """What the grantor may decide in their own right now; they cannot lend what was lent to them.

    A person who handed a request on does not decide it in place of the person they handed it to.
    """
    grantor = grant.grantor
    if barred := bar(grantor, approval):
        return _no(barred)
    own = in_own_right(grantor, approval, membership, apart_from=user)
    if not own.allowed:
        return own
    is_draft = approval.pattern == Pattern.DRAFT_ONLY
    sentence = (
        _("You use it on behalf of %(person)s.") if is_draft else _("You decide on behalf of %(person)s.")
    )
    reason = sentence % {"person": grantor.get_full_name()}
    return Ruling(allowed=True, reason=reason, basis=own.basis, principal=grantor, grant=grant)


def _is_placed_by(user: User | None, assignment: Assignment) -> bool:
    return user is not None and assignment.placed_by_id == user.pk


def _most_useful(possible: list[Ruling], approval: Approval) -> Ruling:
    """An authority whose seat is free. The person's own comes first, unless this vote would fill the quorum and
    leave the policy's seat empty, and a lent authority fills that seat.
    """
    votes = approval.approving_votes()
    taken = seated(approval)
    is_last = len(votes) + 1 >= approval.quorum and not any(vote.fills_policy_seat for vote in votes)

    def rank(ruling: Ruling) -> tuple[bool, bool]:
        is_taken = ruling.principal is not None and ruling.principal.pk in taken
        return (is_taken, is_last and is_agents_choice(ruling, approval))

    return min(possible, key=rank)


def _without_telling_whose(chosen: Ruling, lent: list[Ruling]) -> Ruling:
    """A free seat would tell who has voted, which on a critical request nobody may know before they vote."""
    if chosen.grant is None or len(lent) < 2:
        return chosen
    names = reduce(either, [r.principal.get_full_name() for r in lent if r.principal])
    reason = _("You decide on behalf of %(person)s.") % {"person": names}
    return replace(chosen, reason=reason, is_one_of_several=True)


def _no(reason: str) -> Ruling:
    return Ruling(allowed=False, reason=reason)
