"""Who can be picked on a request's page: to be asked instead, or to be told by a comment?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from approvals import authority
from approvals.exceptions import NotPermitted
from approvals.models import Approval
from approvals.views.page import PersonRequest, signed_in
from approvals.views.people import around, known_to, show_found
from approvals.views.refusals import forbidden
from approvals.views.request.access import Case, load
from grants.models import User


@require_safe
@signed_in
def receivers(request: PersonRequest, pk: UUID) -> HttpResponse:
    """The options of "Whom to ask instead", each with why it cannot be asked."""
    case = load(request, pk)
    try:
        people = to_ask(case)
    except NotPermitted as refusal:
        return forbidden(request, str(refusal))
    return show_found(
        request,
        people,
        at=case.at,
        approval=case.approval,
        refusals=lambda found: objections_of(case, found),
    )


@require_safe
@signed_in
def readers(request: PersonRequest, pk: UUID) -> HttpResponse:
    """The options of an @ in a comment, each with why it would not be told."""
    case = load(request, pk)
    approval = case.approval
    takes_part = case.ruling.allowed or case.hand_on_ruling.allowed
    named = {assignment.email for assignment in approval.assignments.all()}
    people = known_to(
        case.person,
        at=case.at,
        held=case.held,
        addresses=around(approval) if takes_part else named,
        with_approvers=takes_part,
    )

    def refusals(found: Sequence[User]) -> dict[UUID, str]:
        strangers = authority.strangers_among(found, approval, at=case.at)
        return {user.pk: _unreadable(user, approval) for user in found if user.pk in strangers}

    return show_found(
        request, people.exclude(pk=case.person.pk), at=case.at, approval=approval, refusals=refusals
    )


def to_ask(case: Case) -> QuerySet[User]:
    """Among whom the person looks who hands the request on. Raises NotPermitted where they may not."""
    if not case.hand_on_ruling.allowed:
        raise NotPermitted(case.hand_on_ruling.reason)
    addresses = around(case.approval) | authority.barred_addresses(case.approval).listed
    return known_to(case.person, at=case.at, held=case.held, addresses=addresses, with_approvers=True)


def objections_of(case: Case, people: Sequence[User]) -> Mapping[UUID, str]:
    """Why each of these people cannot be asked, as far as the person may know it."""
    return authority.objections(
        people, case.approval, by=case.person, at=case.at, tells_votes=not case.is_blind
    )


def _unreadable(user: User, approval: Approval) -> str:
    if not user.is_active:
        return _("The account of %(email)s is deactivated: nobody would read it.") % {"email": user.email}
    could_be_asked = approval.is_pending and user.email not in authority.barred_addresses(approval)
    if could_be_asked:
        return _(
            "Cannot read this request, so would not be told. Reassign it to them to have them look at it."
        )
    return _("Cannot read this request, so would not be told.")
