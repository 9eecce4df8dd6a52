"""How is kept what a reviewer types before deciding? Never over what another page of theirs has saved."""

from __future__ import annotations

import json
from dataclasses import dataclass

import uuid_utils.compat as uuid
from django.db import transaction
from django.utils.translation import gettext_lazy

from approvals import payload, strict_json
from approvals.exceptions import EditedElsewhere
from approvals.models import Approval, WorkingCopy
from audit import clock
from grants.models import User
from patience import statements

_ELSEWHERE = gettext_lazy(
    "You edited this payload in another tab or on another device meanwhile. What this page holds is not saved yet:"
    " compare the two below, then send this page again, or take the other edits."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Edits:
    """What one page holds: the texts of its fields by name, and the payload's JSON text as far as they can be read.

    `drawn` is the JSON text that the page's form started from, empty where that is the version's own. `page` names
    the page, `turn` counts its saves, and `saw` is the save that it knew of, if any.
    """

    version: int
    drawn: str
    pairs: dict[str, str]
    source: str
    is_fit: bool
    is_changed: bool
    page: str
    turn: int
    saw: str


@transaction.atomic
def keep_edits(approval: Approval, edits: Edits, *, by: User) -> WorkingCopy | None:
    """Save the edits, valid or not; None where they change nothing, and then nothing is kept.

    A save that arrives after a later one of its page is ignored. Raises EditedElsewhere where another page has saved
    other edits, of which this page did not know.
    """
    # One save of a person at a time: the first copy has no row to lock, and two would both be the first.
    User.objects.select_for_update(no_key=True).get(pk=by.pk)
    rows = WorkingCopy.objects.filter(approval=approval, user=by, base_version=edits.version)
    copy = rows.first()
    if copy is not None and copy.page == edits.page and edits.turn < copy.turn:
        return copy
    if copy is not None and copy.page != edits.page and str(copy.saved_as) != edits.saw:
        if _says_the_same(copy, edits):
            return copy
        raise EditedElsewhere(str(_ELSEWHERE))
    if not edits.is_changed:
        rows.delete()
        return None
    return _save(approval, edits, by)


def discard_edits(approval: Approval, *, by: User) -> None:
    """Drop all that this person typed into the request's form; nobody else has seen it."""
    statements.execute(_DISCARD, [approval.pk, by.pk])


_DISCARD = "DELETE FROM approvals_workingcopy WHERE approval_id = %s AND user_id = %s"


def _says_the_same(copy: WorkingCopy, edits: Edits) -> bool:
    if not (copy.is_fit and edits.is_fit):
        return copy.pairs == edits.pairs
    return payload.same(strict_json.loads(copy.source), strict_json.loads(edits.source))


def _save(approval: Approval, edits: Edits, by: User) -> WorkingCopy:
    copy, _ = WorkingCopy.objects.update_or_create(
        approval=approval,
        user=by,
        base_version=edits.version,
        defaults={
            "source": edits.source,
            "is_fit": edits.is_fit,
            "drawn": edits.drawn,
            "typed": json.dumps(edits.pairs),
            "page": edits.page,
            "turn": edits.turn,
            "saved_as": uuid.uuid7(),
            "updated_at": clock.now(),
        },
    )
    return copy
