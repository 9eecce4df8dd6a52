"""Where does the open request stand in the list beside it, and which are its neighbours?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from approvals.models import Approval


@dataclass(frozen=True, slots=True)
class Place:
    """`said` is "3 of 17", "3 of 25+" where the list goes on; empty on a later page, whose first number is not known.

    static/js/inbox.js says the same of a request that is swapped in.
    """

    said: str
    before: Approval | None
    after: Approval | None


def place_of(current: Approval, rows: Sequence[Approval], *, goes_on: bool, is_start: bool) -> Place | None:
    """None where the list does not show the request, since it came from elsewhere or is done, or shows it alone."""
    ids = [row.pk for row in rows]
    if current.pk not in ids or (len(rows) == 1 and not goes_on):
        return None
    index = ids.index(current.pk)
    return Place(
        said=f"{index + 1} of {len(rows)}{'+' if goes_on else ''}" if is_start else "",
        before=rows[index - 1] if index else None,
        after=rows[index + 1] if index + 1 < len(rows) else None,
    )
