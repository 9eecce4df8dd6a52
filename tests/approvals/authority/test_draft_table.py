"""Who may use and read a draft: the people of the truth table beside drafts, where nobody is barred."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from approvals import authority
from approvals.models import Approval
from tests.approvals.authority.people import Row, expected_use, rows
from tests.approvals.authority.world import World, standing

pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("draft table")]

ROWS = list(rows())


@pytest.fixture(scope="module")
def drafts(django_db_setup: Any, django_db_blocker: Any) -> Iterator[World]:
    with django_db_blocker.unblock(), standing(ROWS, pattern="draft_only") as world:
        yield world


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_who_may_use_and_read_a_draft(drafts: World, row: Row) -> None:
    place, answer, person = drafts.places[row], expected_use(row), row.person
    is_member = person.group in ("before", "after")
    is_reader = answer or person.naming != "no" or is_member or person.account == "superuser"
    draft = Approval.objects.with_parties().get(pk=place.approval.pk)

    ruling = authority.may_use_draft(place.user, draft, at=drafts.at)
    usable = authority.drafts_for(place.user, at=drafts.at).filter(pk=place.approval.pk)
    visible = authority.visible_to(place.user, at=drafts.at).filter(pk=place.approval.pk)

    assert ruling.allowed is usable.exists() is (answer is not None)
    assert visible.exists() is (bool(is_reader) and person.account != "inactive")
    if answer is not None:
        grant = None if answer.through is None else place.grants[answer.through]
        assert (ruling.basis, ruling.grant) == (answer.basis, grant)
        assert ruling.principal == (grant.grantor if grant else place.user)
