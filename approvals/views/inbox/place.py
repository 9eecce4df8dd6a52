"""Where does the open request stand in the list beside it, and which are its neighbours?"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from approvals.models import Approval


@dataclass(frozen=True, slots=True)
class Place:
    """`said` is "3 of 17", "3 of 25+" where the list goes on; empty where the number is not known.

    It is known from the list's start to the end of the first group that goes on elsewhere. static/js/inbox.js says the
    same of a request that is swapped in.
    """

    said: str
    before: Approval | None
    after: Approval | None


def place_of(
    current: Approval, groups: Iterable[tuple[Sequence[Approval], bool]], *, is_start: bool
) -> Place | None:
    """The groups are the list's rows, each with whether it goes on elsewhere.

    None where the list does not show the request, since it came from elsewhere or is done, or shows it alone.
    """
    for index, (rows, goes_on) in enumerate(_runs(groups)):
        ids = [row.pk for row in rows]
        if current.pk not in ids or (len(rows) == 1 and not goes_on):
            continue
        here = ids.index(current.pk)
        of = f"{len(rows)}{'+' if goes_on else ''}"
        said = _("%(here)s of %(all)s") % {"here": here + 1, "all": of}
        return Place(
            said=said if is_start and not index else "",
            before=rows[here - 1] if here else None,
            after=rows[here + 1] if here + 1 < len(rows) else None,
        )
    return None


def _runs(groups: Iterable[tuple[Sequence[Approval], bool]]) -> list[tuple[list[Approval], bool]]:
    """The rows that follow one another without a gap, and whether there is a gap behind them."""
    runs: list[tuple[list[Approval], bool]] = []
    rows: list[Approval] = []
    for found, goes_on in groups:
        rows = [*rows, *found]
        if goes_on:
            runs.append((rows, True))
            rows = []
    return [*runs, (rows, False)]
