"""Who is named on a request, by what its events say?"""

from __future__ import annotations

from approvals.models import Assignment
from audit.compared import Body, Columns, Rows

TABLE = Assignment._meta.db_table
Source = Assignment.Source

_FOLLOWS_THE_PLACE = (Source.AGENT, Source.REASSIGNED)


def tell(rows: Rows, body: Body) -> None:
    """Follow one event."""
    data, at = body["data"], body["at"]
    match body["type"]:
        case "approval.requested" | "approval.not_required" | "draft.recorded":
            for one in data["reviewers"]:
                _name(rows, one["email"], one["source"], at)
        case "approval.escalated":
            for email in data["people"]:
                known = rows.of(TABLE).get(email)
                if known:
                    known["removed_at"] = None
                else:
                    _name(rows, email, Source.ESCALATION, at)
        case "approval.reassigned":
            _hand_on(rows, body)
        case "approval.taken_back":
            _take_back(rows, body)


def _name(rows: Rows, email: str, source: str, at: str) -> Columns:
    return rows.put(
        TABLE,
        email,
        source=source,
        source_before="",
        created_at=at,
        **dict.fromkeys(("removed_at", "in_place_of", "placed_by_id", "placed_at")),
    )


def _hand_on(rows: Rows, body: Body) -> None:
    """As `lifecycle.reassign` does it: the place keeps its source, and a person whom the policy names keeps theirs."""
    data, known = body["data"], rows.of(TABLE)
    place = known.get(data["from"]) if data["from"] else None
    source = place["source"] if place else Source.REASSIGNED
    if place:
        place["removed_at"] = body["at"]
    former = known.get(data["to"])
    if former:
        former["source_before"] = former["source"]
        if former["source"] in _FOLLOWS_THE_PLACE:
            former["source"] = source
    else:
        former = _name(rows, data["to"], source, body["at"])
    former |= {"removed_at": None, "in_place_of": data["from"]}
    former |= {"placed_by_id": body["actor"]["id"], "placed_at": body["at"]}


def _take_back(rows: Rows, body: Body) -> None:
    data, known = body["data"], rows.of(TABLE)
    if was_asked := known.get(data["from"]):
        was_asked["removed_at"] = body["at"]
        was_asked["source"] = was_asked["source_before"] or Source.REASSIGNED
    if place := known.get(data["to"]):
        place["removed_at"] = None
