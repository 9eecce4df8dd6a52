"""How did a person sign in to the session that they act in, and when? Asked when they decide, for the log."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from allauth.account.internal.flows.login import get_authentication_records

from approvals.signing import SignedIn
from approvals.views.account.limits import SIGNED_IN
from approvals.views.page import PersonRequest

MOST = 10
"""The latest so many ways: somebody who confirms who they are all day fills no event."""


def signed_in_by(request: PersonRequest) -> SignedIn:
    """What the session says; it costs no query."""
    found = sorted(_ways(get_authentication_records(request, request.user)), key=lambda one: one[1])
    return SignedIn(_moment(request.session.get(SIGNED_IN)), tuple(found[-MOST:]))


def _ways(records: list[dict[str, Any]]) -> Iterator[tuple[str, datetime]]:
    """`password`, `totp`, `webauthn`, `socialaccount` and the like, as allauth names them."""
    for record in records:
        if at := _moment(record.get("at")):
            yield str(record.get("type") or record.get("method") or ""), at


def _moment(seconds: float | None) -> datetime | None:
    return datetime.fromtimestamp(seconds, UTC) if seconds else None
