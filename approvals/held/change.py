"""What would a change of a rule loosen? Put down so that a second administrator sees it, and agrees to just that."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from approvals.exceptions import StateConflict
from approvals.models import Loosening
from audit.message import Subject


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """A change that waits: all values are JSON.

    `subject` is the chain of events, `key` what may have one change waiting, `drawn_from` what was so when it was
    asked for, `difference` rows `{term, old, new, is_looser}`, `concerned` the addresses of who is told besides.
    """

    kind: Loosening.Kind
    subject: Subject
    key: str
    name: str
    wanted: Mapping[str, Any]
    drawn_from: Sequence[Any]
    difference: Sequence[Mapping[str, Any]]
    sealed: bytes = b""
    concerned: Sequence[str] = ()


def row(term: str, old: Any, new: Any, *, is_looser: bool) -> dict[str, Any]:
    """One line of the difference."""
    return {"term": term, "old": old, "new": new, "is_looser": is_looser}


def changed_meanwhile() -> StateConflict:
    """What it was drawn from is no more, so nobody saw the difference that it would make."""
    return StateConflict(_("It was changed after this was asked for. Refuse this, and ask again."))
