"""What a reviewer typed is kept: saved as they type, by every button, and never over what another page saved."""

from __future__ import annotations

from contextlib import suppress

import uuid_utils.compat as uuid
from django.db import transaction
from django.db.models import QuerySet
from django.http import QueryDict

from approvals import payload, strict_json
from approvals.exceptions import EditedElsewhere, InvalidInput, TooLarge
from approvals.models import Approval, WorkingCopy
from approvals.payload import Bound
from approvals.views.form_pages import FormPage, base_version, read_post, typed_json
from audit import clock
from grants.models import User

_ELSEWHERE = (
    "You edited this payload in another tab or on another device meanwhile. What this page holds is not saved yet:"
    " compare the two below, then send this page again, or take the other edits."
)


@transaction.atomic
def keep(approval: Approval, person: User, page: FormPage, bound: Bound) -> WorkingCopy | None:
    """Saves what the page holds, whether it fits or not, and decides nothing. None where nothing was changed.

    Raises EditedElsewhere where another page saved something else that this one did not know of.
    """
    # One save of a person at a time: the first copy has no row to lock, and two would both be the first.
    User.objects.select_for_update(no_key=True).get(pk=person.pk)
    rows = WorkingCopy.objects.filter(approval=approval, user=person, base_version=page.base.number)
    copy = rows.first()
    if copy is not None and copy.page == page.token and page.turn < copy.turn:
        return copy
    settled = _settled(bound)
    if copy is not None and _is_unknown_to(page, copy):
        if _says_the_same(copy, settled):
            return copy
        raise EditedElsewhere(_ELSEWHERE)
    if not settled.is_touched and not settled.errors:
        rows.delete()
        return None
    return _save(rows, approval, person, page, settled)


def take_up(approval: Approval, person: User, posted: QueryDict) -> FormPage | None:
    """Keeps what was typed into a form that was not taken when it was posted, and gives its page to show again.

    None where it can be kept but not shown, or is no form of this request's payload.
    """
    try:
        page, bound = read_post(approval, base_version(approval, posted), posted)
    except (InvalidInput, TooLarge):
        return None
    with suppress(EditedElsewhere):
        keep(approval, person, page, bound)
    return page if page.base.number == approval.current_version else None


def _settled(bound: Bound) -> Bound:
    """After a row came or went: what the form now holds."""
    if not bound.is_reshaped:
        return bound
    return bound.form.bind({name: [text] for name, text in bound.form.pairs().items()})


def _is_unknown_to(page: FormPage, copy: WorkingCopy) -> bool:
    """Whether another page saved the copy since this one was made."""
    return copy.page != page.token and str(copy.saved_as) != page.saw


def _says_the_same(copy: WorkingCopy, bound: Bound) -> bool:
    if not copy.is_fit or bound.errors:
        return copy.pairs == bound.form.pairs()
    return payload.same(strict_json.loads(copy.source), bound.value)


def _save(
    rows: QuerySet[WorkingCopy], approval: Approval, person: User, page: FormPage, bound: Bound
) -> WorkingCopy:
    source, is_readable = _readable(page, bound)
    copy, _ = rows.update_or_create(
        approval=approval,
        user=person,
        base_version=page.base.number,
        defaults={
            "source": source,
            "is_fit": is_readable and not bound.errors,
            "drawn": page.drawn,
            "typed": typed_json(bound.form),
            "page": page.token,
            "turn": page.turn,
            "saved_as": uuid.uuid7(),
            "updated_at": clock.now(),
        },
    )
    return copy


def _readable(page: FormPage, bound: Bound) -> tuple[str, bool]:
    """The payload's text, or what the form started from where the whole is past a bound."""
    try:
        if isinstance(strict_json.loads(bound.text), dict):
            return bound.text, True
    except (InvalidInput, TooLarge):
        pass
    return page.drawn or page.base.source, False
