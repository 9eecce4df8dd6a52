"""How does a request get the rows around it without asking for them? Whoever made or read them puts them in hand."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import models

from approvals.models.approval import Approval
from approvals.models.assignment import Assignment


def put_in_hand(approval: Approval, **related: Iterable[models.Model] | None) -> None:
    """Let `approval.versions.all()` and the like give these rows, as if prefetched; `claim=None`: none is there."""
    for name, rows in related.items():
        if rows is None:
            Approval._meta.get_field(name).set_cached_value(approval, None)  # type: ignore[union-attr]
            continue
        found = getattr(approval, name).all()
        found._result_cache, found._prefetch_done = list(rows), True
        vars(approval).setdefault("_prefetched_objects_cache", {})[name] = found


def assignments_in_hand(approval: Approval) -> list[Assignment]:
    """What `approval.assignments.all()` gives without asking; nothing where nobody put them in hand."""
    is_there = "assignments" in vars(approval).get("_prefetched_objects_cache", {})
    return list(approval.assignments.all()) if is_there else []
