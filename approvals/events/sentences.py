"""What does the history on a request's page say of an event? "Ada *approved, after the deadline*".

Each sentence is made when the page is, in its reader's language: stored is what it is made of.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import KW_ONLY, dataclass
from functools import reduce
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext, npgettext, pgettext

from approvals.models.choices import BreachAction, Resolution, Status, state_name
from audit.catalogue import EventType
from audit.joined import both

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

    Says = str | StrPromise | Callable[[Mapping[str, Any]], str]


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
        return self.says(data) if callable(self.says) else str(self.says)


def reassigned(data: Mapping[str, Any]) -> str:
    """Another person is asked: who, and in whose place."""
    if data.get("from"):
        return pgettext("after a name", "asked %(person)s in place of %(other)s") % {
            "person": data.get("to"),
            "other": data["from"],
        }
    return pgettext("after a name", "asked %(person)s as well") % {"person": data.get("to")}


def taken_back(data: Mapping[str, Any]) -> str:
    """A request was taken back: from whom, and who is asked again."""
    if data.get("from") and data.get("to"):
        sentence = pgettext("after a name", "took it back from %(person)s: %(other)s is asked again")
    elif data.get("from"):
        sentence = pgettext("after a name", "took it back from %(person)s")
    elif data.get("to"):
        sentence = pgettext("after a name", "took it back: %(other)s is asked again")
    else:
        sentence = pgettext("after a name", "took it back")
    return sentence % {"person": data.get("from"), "other": data.get("to")}


def commented(data: Mapping[str, Any]) -> str:
    """A person commented, and whom that told."""
    if not data.get("told"):
        return pgettext("after a name", "commented")
    return pgettext("after a name", "commented, telling %(people)s") % {"people": reduce(both, data["told"])}


def voted(data: Mapping[str, Any]) -> str:
    """How a person voted, with how many changes, and the category of a rejection."""
    if data.get("verdict") != "reject":
        return _approved((data.get("manifest") or {}).get("changes", 0), is_late=bool(data.get("late")))
    resolution = data.get("resolution", "")
    how = state_name(Status.REJECTED, resolution if resolution in Resolution.values else "").lower()
    # The categories are marked where one is chosen, and stored in English.
    return f"{how}: {gettext(data['category']).lower()}" if data.get("category") else how


def _approved(count: int, *, is_late: bool) -> str:
    if not count:
        if is_late:
            return pgettext("after a name", "approved, after the deadline")
        return pgettext("after a name", "approved")
    if is_late:
        sentence = npgettext(
            "after a name",
            "approved with %(count)s change, after the deadline",
            "approved with %(count)s changes, after the deadline",
            count,
        )
    else:
        sentence = npgettext(
            "after a name", "approved with %(count)s change", "approved with %(count)s changes", count
        )
    return sentence % {"count": count}


def edited(data: Mapping[str, Any]) -> str:
    """In how many places the payload was edited."""
    count = len(data.get("changes", ()))
    sentence = npgettext(
        "after a name",
        "edited the payload in %(count)s place",
        "edited the payload in %(count)s places",
        count,
    )
    return sentence % {"count": count}


def voided(data: Mapping[str, Any]) -> str:
    """How many approvals an edit made void."""
    count = len(data.get("votes", ()))
    sentence = npgettext(
        "after a name",
        "made %(count)s earlier approval void by the edit",
        "made %(count)s earlier approvals void by the edit",
        count,
    )
    return sentence % {"count": count}


def reported(data: Mapping[str, Any]) -> str:
    """How the execution went."""
    words = {
        "succeeded": pgettext("after a name", "reported: succeeded"),
        "failed": pgettext("after a name", "reported: failed"),
    }
    status = data.get("status", "done")
    return words.get(status) or pgettext("after a name", "reported: %(status)s") % {"status": status}


def breached(data: Mapping[str, Any]) -> str:
    """The deadline passed, and what follows."""
    if data.get("breach_action") == BreachAction.REJECT:
        return pgettext("after a name", "noted that the deadline passed")
    return pgettext("after a name", "noted that the deadline passed; the request is held")


def escalated(data: Mapping[str, Any]) -> str:
    """Whom a step of the ladder asked."""
    people = data.get("people")
    if not people:
        return pgettext("after a name", "asked the next step to decide")
    return pgettext("after a name", "asked %(people)s to decide") % {"people": reduce(both, people)}


def rejected(data: Mapping[str, Any]) -> str:
    """Why the request was rejected."""
    if data.get("resolution") == Resolution.SLA_EXPIRED:
        return pgettext("after a name", "rejected the request, because nobody decided in time")
    return pgettext("after a name", "ended the request")


def cancelled(data: Mapping[str, Any]) -> str:
    """The agent withdrew it for good, or proposed it again."""
    return (
        pgettext("after a name", "cancelled it, and proposed it again")
        if data.get("superseded_by")
        else pgettext("after a name", "cancelled it")
    )
