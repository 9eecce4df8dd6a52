"""What does the history on a request's page say of an event? "Ada *approved, after the deadline*"."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import KW_ONLY, dataclass
from typing import Any

from approvals.models.choices import BreachAction, Resolution, Status, state_name
from audit.catalogue import EventType

Says = str | Callable[[Mapping[str, Any]], str]


@dataclass(frozen=True, slots=True)
class RequestEventType(EventType):
    """An event of a request; none goes without the sentence that people read.

    `says` follows the actor's name, and is a function of the event's data where it depends on that. `words` names
    the fields of the data that hold what the actor wrote, `names` those that would tell whose doing it was: they are
    hidden where the actor is (docs/rules.md: voters-stay-hidden).
    """

    _: KW_ONLY
    about: str = "approval"
    says: Says
    words: tuple[str, ...] = ()
    names: tuple[str, ...] = ()

    def sentence(self, data: Mapping[str, Any]) -> str:
        """What happened, as it follows the actor's name."""
        return self.says if isinstance(self.says, str) else self.says(data)


def reassigned(data: Mapping[str, Any]) -> str:
    """Another person is asked: who, and in whose place."""
    if data.get("from"):
        return f"asked {data.get('to')} in place of {data['from']}"
    return f"asked {data.get('to')} as well"


def taken_back(data: Mapping[str, Any]) -> str:
    """A request was taken back: from whom, and who is asked again."""
    again = f": {data['to']} is asked again" if data.get("to") else ""
    return f"took it back from {data['from']}{again}" if data.get("from") else f"took it back{again}"


def commented(data: Mapping[str, Any]) -> str:
    """A person commented, and whom that told."""
    return f"commented, telling {' and '.join(data['told'])}" if data.get("told") else "commented"


def voted(data: Mapping[str, Any]) -> str:
    """How a person voted, and the category of a rejection."""
    if data.get("verdict") != "reject":
        return "approved, after the deadline" if data.get("late") else "approved"
    resolution = data.get("resolution", "")
    how = state_name(Status.REJECTED, resolution if resolution in Resolution.values else "").lower()
    return f"{how}: {data['category'].lower()}" if data.get("category") else how


def edited(data: Mapping[str, Any]) -> str:
    """In how many places the payload was edited."""
    count = len(data.get("changes", ()))
    return f"edited the payload in {count} place{'' if count == 1 else 's'}"


def voided(data: Mapping[str, Any]) -> str:
    """How many approvals an edit made void."""
    count = len(data.get("votes", ()))
    return f"made {count} earlier approval{'' if count == 1 else 's'} void by the edit"


def reported(data: Mapping[str, Any]) -> str:
    """How the execution went."""
    return f"reported: {data.get('status', 'done')}"


def breached(data: Mapping[str, Any]) -> str:
    """The deadline passed, and what follows."""
    is_over = data.get("breach_action") == BreachAction.REJECT
    return f"noted that the deadline passed{'' if is_over else '; the request is held'}"


def escalated(data: Mapping[str, Any]) -> str:
    """Whom a step of the ladder asked."""
    return f"asked {' and '.join(data.get('people', ())) or 'the next step'} to decide"


def rejected(data: Mapping[str, Any]) -> str:
    """Why the request was rejected."""
    if data.get("resolution") == Resolution.SLA_EXPIRED:
        return "rejected the request, because nobody decided in time"
    return "ended the request"


def cancelled(data: Mapping[str, Any]) -> str:
    """The agent withdrew it for good, or proposed it again."""
    return "cancelled it, and proposed it again" if data.get("superseded_by") else "cancelled it"
