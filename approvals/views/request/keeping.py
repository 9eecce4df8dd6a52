"""What does the page that was posted hold, for `lifecycle.keep_edits`?"""

from __future__ import annotations

from contextlib import suppress

from django.http import QueryDict

from approvals import lifecycle, strict_json
from approvals.exceptions import EditedElsewhere, InvalidInput, TooLarge
from approvals.lifecycle import Edits
from approvals.models import Approval, WorkingCopy
from approvals.payload import Bound
from approvals.views.request.form_pages import FormPage, base_version, read_post
from grants.models import User


def keep(approval: Approval, person: User, page: FormPage, bound: Bound) -> WorkingCopy | None:
    """Keeps what the page holds; None where it changes nothing. Raises EditedElsewhere."""
    return lifecycle.keep_edits(approval, _edits(page, _settled(bound)), by=person)


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


def _edits(page: FormPage, bound: Bound) -> Edits:
    source, is_readable = _readable(page, bound)
    return Edits(
        version=page.base.number,
        drawn=page.drawn,
        pairs=bound.form.pairs(),
        source=source,
        is_fit=is_readable and not bound.errors,
        is_changed=bound.is_touched or bool(bound.errors),
        page=page.token,
        turn=page.turn,
        saw=page.saw,
    )


def _readable(page: FormPage, bound: Bound) -> tuple[str, bool]:
    """The payload's text, or what the form started from where the whole is past a bound."""
    try:
        if isinstance(strict_json.loads(bound.text), dict):
            return bound.text, True
    except (InvalidInput, TooLarge):
        pass
    return page.drawn or page.base.source, False
