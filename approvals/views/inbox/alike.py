"""Which requests of a list are alike, and how is a group of them called? Each is still opened and decided by itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import takewhile

from django.utils.translation import gettext as _

from approvals.models import Approval
from approvals.models.choices import Risk


@dataclass(frozen=True)
class Entry:
    """One line of the list: a request, or several that are alike."""

    rows: Sequence[Approval]
    goes_on: bool = False
    address: str = ""
    """Of the list of them alone."""

    @property
    def first(self) -> Approval:
        """The request whose deadline comes first."""
        return self.rows[0]

    @property
    def is_group(self) -> bool:
        return len(self.rows) > 1

    @property
    def said(self) -> str:
        """How many there are; "5+" where the list goes on."""
        return f"{len(self.rows)}{'+' if self.goes_on else ''}"

    @property
    def title(self) -> str:
        return title_of(self.rows)

    @property
    def risk(self) -> str:
        """The highest of theirs."""
        return max((row.risk for row in self.rows), key=lambda risk: Risk(risk).rank)

    @cached_property
    def ids(self) -> str:
        return " ".join(str(row.pk) for row in self.rows)


def entries_of(
    rows: Iterable[Approval], *, goes_on: bool, address: Callable[[str], str] | None = None
) -> list[Entry]:
    """The lines of one group of the list; those that are alike stand where the first of them stood.

    `address` gives that of the list of those alone, by their mark; without it each request is a line.
    """
    if address is None:
        return [Entry([row]) for row in rows]
    found: dict[str, list[Approval]] = {}
    for row in rows:
        found.setdefault(row.alike or str(row.pk), []).append(row)
    return [Entry(group, goes_on, address(group[0].alike)) for group in found.values()]


def are_any_alike(rows: Iterable[Approval]) -> bool:
    """Whether grouping would make the list shorter."""
    marks = [row.alike for row in rows if row.alike]
    return len(set(marks)) < len(marks)


def title_of(rows: Sequence[Approval]) -> str:
    """The words with which all their sentences begin, and the agent: "Refund order … from Billing agent"."""
    sentences = [row.action.split() for row in rows]
    same = takewhile(lambda words: len(set(words)) == 1, zip(*sentences, strict=False))
    begins = [words[0] for words in same]
    is_whole = all(len(sentence) == len(begins) for sentence in sentences)
    said = " ".join(begins) if begins else rows[0].action_type
    # Translators: for example "Refund order … from Billing agent".
    return _("%(what)s from %(agent)s") % {
        "what": said if is_whole else f"{said} …",
        "agent": rows[0].agent.name,
    }
