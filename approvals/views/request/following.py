"""What comes after a decision? The next request of the list that the person came from, and a way back to the last."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_safe

from approvals import authority
from approvals.models import Approval, read_whole
from approvals.views.inbox.filters import Filters
from approvals.views.inbox.queues import Inbox
from approvals.views.page import PersonRequest, carried, onward, signed_in
from approvals.views.request.access import Case, load


def go_on(request: PersonRequest, pk: UUID) -> HttpResponse:
    """After a POST that decided: the address that finds what is next, so that no decision waits for that."""
    return onward(request, reverse("approvals:following", args=[pk]))


@require_safe
@signed_in
def following(request: PersonRequest, pk: UUID) -> HttpResponse:
    """The next request, which says what was decided; the decided one where nothing is left."""
    case = load(request, pk)
    found, address = next_of(request, case)
    if found is None:
        return redirect(case.approval.get_absolute_url() + carried(request))
    return redirect(f"{address}{'&' if '?' in address else '?'}done={pk}")


def next_of(request: PersonRequest, case: Case) -> tuple[Approval | None, str]:
    """The next request of the list that the person came from, or else of their own tab, and its address."""
    lists = {Filters.read(request.GET): carried(request)}
    lists.setdefault(Filters(), "")
    for filters, carry in lists.items():
        if found := Inbox(case.person, case.at, filters, case.held).next_after(case.approval):
            return found, found.get_absolute_url() + carry
    return None, ""


def done_before(request: PersonRequest, case: Case) -> Case | None:
    """The request that the address says was decided before this one, where they may read it. It is asked how it stands:
    an address proves nothing.
    """
    try:
        pk = UUID(request.GET.get("done", ""))
    except ValueError:
        return None
    found = read_whole(Approval.objects.filter(pk=pk))
    if not found or not authority.may_read(case.person, found[0], at=case.at, held=case.held):
        return None
    ruling = authority.may_decide(case.person, found[0], at=case.at, held=case.held)
    return Case(found[0], case.person, ruling, case.at, case.held)
