"""What is wrong with a condition, and where? The mistake is marked in its line."""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.utils.translation import gettext as _

from approvals.exceptions import FieldError, InvalidInput

SHOWN = 60
"""Characters shown on either side of a mistake."""

WORD = re.compile(r"\w+|[^\w\s]+")


class InvalidCondition(InvalidInput):
    """The condition cannot be stored. `str()` says in one line what is wrong, where, and what was probably meant."""

    code = "unfit_condition"

    def __init__(self, mistake: Mistake) -> None:
        super().__init__(str(mistake), [FieldError("", self.code, str(mistake))])
        self.mistake = mistake


@dataclass(frozen=True, slots=True)
class Mistake:
    """One mistake. `offset` counts characters from 0; None if the whole condition is wrong."""

    source: str
    what: str
    offset: int | None = None
    hint: str = ""

    def __str__(self) -> str:
        if self.offset is None:
            sentence = _("%(what)s (%(hint)s).") if self.hint else _("%(what)s.")
        elif self.hint:
            # Translators: a mistake in a condition, how to mend it, where it is and the text there.
            sentence = _("%(what)s (%(hint)s), at %(place)s: %(line)s")
        else:
            # Translators: a mistake in a condition, where it is and the text there.
            sentence = _("%(what)s, at %(place)s: %(line)s")
        return sentence % {"what": self.what, "hint": self.hint, "place": self.place, "line": self.marked}

    @property
    def place(self) -> str:
        """`column 23`, or `line 2, column 5` in a condition of several lines."""
        before = self.source[: self.offset]
        line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
        sentence = _("line %(line)s, column %(column)s") if "\n" in self.source else _("column %(column)s")
        return sentence % {"line": line, "column": column}

    @property
    def marked(self) -> str:
        """The line, with the mistake between » and «. A caret below it would be shifted on a web page."""
        offset = self.offset or 0
        start = self.source.rfind("\n", 0, offset) + 1
        end = self.source.find("\n", offset)
        line, at = self.source[start : None if end < 0 else end], offset - start
        word = WORD.match(line, at)
        stop = word.end() if word else at
        before, after = line[:at].lstrip(), line[stop:].rstrip()
        before = f"…{before[-SHOWN:]}" if len(before) > SHOWN else before
        after = f"{after[:SHOWN]}…" if len(after) > SHOWN else after
        return f"{before}»{line[at:stop][:SHOWN]}«{after}"
