"""How is a policy at hand at every call? Its versions never change, so a process keeps those that it has read."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection
from threading import Lock
from uuid import UUID

from approvals.models.policy import Policy

KEPT = 2000
"""Versions that a process keeps, at some 5 KiB."""

_versions: OrderedDict[UUID, Policy] = OrderedDict()
_lock = Lock()


def policies_with_ids(ids: Collection[UUID]) -> list[Policy]:
    """The versions with these ids and their authors; those that this process has not met yet are read in one query.

    They are shared with other requests: nobody may change them. That a version has been retired does not show on it.
    """
    with _lock:
        known = {pk: _versions[pk] for pk in ids if pk in _versions}
        for pk in known:
            _versions.move_to_end(pk)
    unknown = [pk for pk in ids if pk not in known]
    if unknown:
        rows = Policy.objects.filter(pk__in=unknown).select_related("created_by")
        read = {policy.pk: policy for policy in rows.defer("created_by__password")}
        known |= read
        with _lock:
            _versions.update(read)
            while len(_versions) > KEPT:
                _versions.popitem(last=False)
    return [known[pk] for pk in ids if pk in known]
