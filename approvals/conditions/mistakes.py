"""What is wrong with this condition, where, and what was probably meant?"""

from __future__ import annotations

import re
from dataclasses import dataclass

from approvals.exceptions import FieldError, InvalidInput

SHOWN = 60
"""Characters on either side of a mistake."""

_PLACE = re.compile(r"ERROR: <input>:(-?\d+):(-?\d+): (.*)")
_WORD = re.compile(r"\w+|[^\w\s]+")
_BEFORE = re.compile(r"(\w+|[^\w\s]+)\s*$")
_MEANT = {
    "or": "write || instead of or",
    "OR": "write || instead of OR",
    "|": "write || for “or”",
    "and": "write && instead of and",
    "AND": "write && instead of AND",
    "&": "write && for “and”",
    "not": "write ! instead of not",
    "NOT": "write ! instead of NOT",
    "=": "write == to compare",
    "===": "write == to compare",
    "<>": "write != for “differs”",
    "is": "write == to compare",
    "True": "write true",
    "False": "write false",
    "None": "write null",
    "like": 'write payload.field.contains("text")',
    "if": "write condition ? this : that",
}


class Unfit(InvalidInput):
    """The condition cannot be stored. `str()` says where, what and what was probably meant, in one line."""

    code = "unfit_condition"

    def __init__(self, mistake: Mistake) -> None:
        super().__init__(str(mistake), [FieldError("", self.code, str(mistake))])
        self.mistake = mistake


@dataclass(frozen=True, slots=True)
class Mistake:
    """One thing wrong. `offset` counts characters from 0; None where it is about the whole."""

    source: str
    what: str
    offset: int | None = None
    hint: str = ""

    def __str__(self) -> str:
        hint = f" ({self.hint})" if self.hint else ""
        if self.offset is None:
            return f"{self.what}{hint}."
        return f"{self.what}{hint}, at {self.place}: {self.marked}"

    @property
    def place(self) -> str:
        """`column 23`, or `line 2, column 5` where there are several lines."""
        before = self.source[: self.offset]
        line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
        return f"line {line}, column {column}" if "\n" in self.source else f"column {column}"

    @property
    def marked(self) -> str:
        """The line with the mistake between » and «: no caret below it, which a web page would shift."""
        offset = self.offset or 0
        start = self.source.rfind("\n", 0, offset) + 1
        end = self.source.find("\n", offset)
        line, at = self.source[start : None if end < 0 else end], offset - start
        word = _WORD.match(line, at)
        stop = word.end() if word else at
        before, after = line[:at].lstrip(), line[stop:].rstrip()
        before = f"…{before[-SHOWN:]}" if len(before) > SHOWN else before
        after = f"{after[:SHOWN]}…" if len(after) > SHOWN else after
        return f"{before}»{line[at:stop][:SHOWN]}«{after}"


def of_compiler(source: str, text: str) -> Mistake:
    """What CEL's compiler said, in our words where we know them."""
    found = _PLACE.search(text)
    if found is None:
        depth = "recursion" in text
        what = "It is nested too deeply" if depth else "It is no condition that can be read"
        return Mistake(source, what)
    line, column, message = int(found[1]), int(found[2]), found[3]
    if line < 1:
        return Mistake(source, "It is nested too deeply: say it in fewer levels")
    starts = [0, *(match.end() for match in re.finditer("\n", source))]
    offset = min(starts[min(line, len(starts)) - 1] + column - 1, len(source))
    return _explained(source, message, offset)


def _explained(source: str, message: str, offset: int) -> Mistake:
    if unknown := re.match(r"undeclared reference to '([^']*)'", message):
        return Mistake(source, f"There is no “{unknown[1]}” here", offset, _known(unknown[1]))
    if overload := re.match(r"found no matching overload for '([^']*)' applied to '(.*)'", message):
        return Mistake(source, _wrong_types(*overload.groups()), offset, _types_hint(overload[2]))
    if offset >= len(source):
        return Mistake(source, "It ends too early", offset)
    if re.match(r",\d", source[offset:]):
        return Mistake(source, "A number has no comma", offset, "write 5000, not 5,000")
    return _misplaced(source, offset)


def _misplaced(source: str, offset: int) -> Mistake:
    """The compiler points at a word, or at what follows the one that is wrong."""
    word, before = _WORD.match(source, offset), _BEFORE.search(source[:offset])
    here = word[0] if word else source[offset]
    earlier, start = (before[1], before.start(1)) if before else ("", offset)
    for token, at in ((here, offset), (earlier, start), (earlier + here, start)):
        if token in _MEANT:
            return Mistake(source, f"“{token}” does not belong here", at, _MEANT[token])
    return Mistake(source, f"“{here}” does not belong here", offset)


def _known(name: str) -> str:
    if name in _MEANT:
        return _MEANT[name]
    return (
        "there are payload, confidence, risk, workflow, agent, evidence and context; "
        f'a field of the payload is payload.{name}, a text is "{name}"'
    )


def _wrong_types(operator: str, types: str) -> str:
    return f"{operator.strip('_').replace('_', ' ').strip() or operator} does not take {types}"


def _types_hint(types: str) -> str:
    if "double" in types and "int" in types:
        return "confidence is a decimal number: write 1.0 instead of 1"
    return "compare a text with a text, and a number with a number"
