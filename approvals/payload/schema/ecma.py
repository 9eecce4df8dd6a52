"""How is a JSON Schema pattern (ECMA-262) written for RE2 and for `regex`? It keeps its meaning, or is refused.

Both get plain syntax: classes written out, code points as escapes, nothing lazy (only whether it matches counts).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from approvals.payload.schema import classes
from approvals.payload.schema.classes import UntranslatableError

Engine = Literal["re2", "regex"]
Alternative = list["Piece"]

MAX_NESTING = 30
MAX_REPEAT = 1_000
"""RE2's own bound for one counted repetition; a longer one is written as several."""
MAX_COUNTED = 100_000
MAX_WEIGHT = 100_000
MAX_WRITTEN = {"re2": 40_000, "regex": 10_000}
"""Characters of a pattern once its classes and repetitions are written out."""

_REPEAT = re.compile(r"\{(?P<least>[0-9]{1,6})(?P<comma>,(?P<most>[0-9]{1,6})?)?\}")
_GROUP = re.compile(
    r"\((?:\?(?:(?P<look><?[=!])|(?P<flags>[is]*):|P?<(?P<name>[A-Za-z_][A-Za-z0-9_]{0,31})>))?"
)
_FLAGS = re.compile(r"\(\?(?P<flags>[is]+)\)")
_PLAIN = re.compile(r"[0-9A-Za-z]{2,}(?![*+?{])")
"""What stands for itself, up to the last one that is repeated."""
_BACK = re.compile(r"\\(?:(?P<number>[1-9][0-9]?)|k<(?P<name>[A-Za-z_][A-Za-z0-9_]{0,31})>)")
_ANCHORS = {"^": "^", "$": "$", "\\A": "^", "\\z": "$", "\\Z": "$"}


@dataclass(frozen=True, slots=True)
class Piece:
    """One step of a sequence. `look` is `=`, `!`, `<=` or `<!` for a look-around, `^` or `$` for an anchor."""

    text: str
    look: str = ""
    body: str = ""
    """What a look-around looks for."""
    weight: int = 1
    """The number of steps once an engine has written its repetitions out."""


def alternatives(pattern: str, engine: Engine) -> list[Alternative]:
    """The alternatives at the top of the pattern. Raises UntranslatableError."""
    reader = _Reader(pattern, engine)
    found = reader.alternatives(0)
    if reader.position < len(pattern):
        raise UntranslatableError("a bracket is closed but was never opened")
    if weight(found) > MAX_WEIGHT:
        raise UntranslatableError("its repetitions multiply beyond the limit")
    if reader.last_back_reference > reader.groups or not reader.names_used <= reader.names:
        raise UntranslatableError("it refers to a missing group")
    return found


def joined(found: list[Alternative]) -> str:
    return "|".join("".join(piece.text for piece in pieces) for pieces in found)


class _Reader:
    """Reads from left to right; `position` is the next character's."""

    def __init__(self, pattern: str, engine: Engine) -> None:
        self.pattern = pattern
        self.engine = engine
        self.position = 0
        self.groups = 0
        self.last_back_reference = 0
        self.names: set[str] = set()
        self.names_used: set[str] = set()
        self.dot = classes.DOT[engine]

    def alternatives(self, depth: int) -> list[Alternative]:
        if depth > MAX_NESTING:
            raise UntranslatableError("its groups nest too deeply")
        found: list[Alternative] = [[]]
        written = 0
        while self.position < len(self.pattern) and self.pattern[self.position] != ")":
            if self.pattern[self.position] == "|":
                self.position += 1
                found.append([])
            else:
                found[-1].append(self._repeated(self._piece(depth)))
                written += len(found[-1][-1].text)
            if written > MAX_WRITTEN[self.engine]:
                raise UntranslatableError("it is too large")
        return found

    def _piece(self, depth: int) -> Piece:
        mark = self.pattern[self.position]
        if mark == "(":
            return self._flags() or self._group(depth)
        if mark == "[":
            text, self.position = classes.bracketed(self.pattern, self.position, self.engine)
            return Piece(text)
        if mark in "*+?":
            raise UntranslatableError("a repetition has nothing to repeat")
        anchor = mark if mark != "\\" else self.pattern[self.position : self.position + 2]
        if anchor in _ANCHORS:
            self.position += len(anchor)
            return self._anchor(_ANCHORS[anchor])
        if mark == ".":
            self.position += 1
            return Piece(self.dot)
        return self._back_reference() or self._character()

    def _anchor(self, mark: str) -> Piece:
        is_end_elsewhere = mark == "$" and self.engine == "regex"
        return Piece("\\Z" if is_end_elsewhere else mark, look=mark)

    def _flags(self) -> Piece | None:
        """Flags at the start: not ECMA-262, but patterns of other languages have them."""
        match = _FLAGS.match(self.pattern, self.position)
        if match is None:
            return None
        if self.position:
            raise UntranslatableError("flags are allowed only at the start")
        self.position = match.end()
        self._set_dot(match["flags"])
        return Piece("(?i)" if "i" in match["flags"] else "")

    def _set_dot(self, flags: str) -> None:
        self.dot = classes.ANYTHING[self.engine] if "s" in flags else self.dot

    def _group(self, depth: int) -> Piece:
        match = _GROUP.match(self.pattern, self.position)
        if match is None or self.pattern[match.end() : match.end() + 1] == "?":
            raise UntranslatableError("it has a kind of group that ECMA-262 lacks")
        self.position = match.end()
        opening = self._opening(match)
        dot = self.dot
        self._set_dot(match["flags"] or "")
        inner = self.alternatives(depth + 1)
        body = joined(inner)
        self.dot = dot
        if self.pattern[self.position : self.position + 1] != ")":
            raise UntranslatableError("a bracket is never closed")
        self.position += 1
        return Piece(f"{opening}{body})", match["look"] or "", body, weight(inner))

    def _opening(self, match: re.Match[str]) -> str:
        if match["look"]:
            return f"(?{match['look']}"
        if match["flags"] is not None:
            return "(?i:" if "i" in match["flags"] else "(?:"
        self.groups += 1
        if match["name"] is None or match["name"] in self.names:
            return "("
        self.names.add(match["name"])
        return f"(?P<{match['name']}>" if self.engine == "regex" else "("

    def _back_reference(self) -> Piece | None:
        match = _BACK.match(self.pattern, self.position)
        if match is None:
            return None
        if self.engine == "re2":
            raise UntranslatableError("it has a back-reference")
        self.position = match.end()
        if match["number"]:
            self.last_back_reference = max(self.last_back_reference, int(match["number"]))
            return Piece(f"(?:\\{match['number']})")
        self.names_used.add(match["name"])
        return Piece(f"(?P={match['name']})")

    def _character(self) -> Piece:
        if plain := _PLAIN.match(self.pattern, self.position):
            self.position = plain.end()
            return Piece(plain[0], weight=len(plain[0]))
        text, self.position = classes.single(self.pattern, self.position, self.engine)
        return Piece(text)

    def _repeated(self, piece: Piece) -> Piece:
        least, most, end = self._repetition()
        if end == self.position:
            return piece
        if piece.look or not piece.text:
            raise UntranslatableError("a repetition has nothing to repeat")
        self.position = end
        if self.pattern[end : end + 1] == "?":
            self.position += 1  # lazy or not, it matches alike
        if self.pattern[self.position : self.position + 1] in {"*", "+", "?"}:
            raise UntranslatableError("a repetition follows a repetition")
        # Engines write x{2,9} as xx and a loop: three copies of x, at each level of nesting.
        copies = max(1, least + (least > 0 and most != least))
        if piece.weight * copies > MAX_WEIGHT:
            raise UntranslatableError("its repetitions multiply beyond the limit")
        return Piece(_counted(piece.text, least, most, self.engine), weight=piece.weight * copies)

    def _repetition(self) -> tuple[int, int | None, int]:
        """Least, most (None: no bound) and where the repetition ends: at `position` if there is none."""
        mark = self.pattern[self.position : self.position + 1]
        simple = {"*": (0, None), "+": (1, None), "?": (0, 1)}.get(mark)
        if simple:
            return *simple, self.position + 1
        match = _REPEAT.match(self.pattern, self.position)
        if match is None:
            return 1, 1, self.position
        least = int(match["least"])
        most = least if not match["comma"] else int(match["most"]) if match["most"] else None
        if (most is not None and most < least) or max(least, most or 0) > MAX_COUNTED:
            raise UntranslatableError("a repetition has impossible bounds")
        return least, most, match.end()


def weight(found: list[Alternative]) -> int:
    return sum(piece.weight for pieces in found for piece in pieces)


def _counted(text: str, least: int, most: int | None, engine: Engine) -> str:
    """RE2 counts to 1,000 only, so x{1,2000} is written as several repetitions."""
    unit = text if len(text) == 1 else f"(?:{text})"
    if engine == "regex" or max(least, most or 0) <= MAX_REPEAT:
        return f"(?:{unit}{_count(least, most)})"
    if (max(least, most or 0) // MAX_REPEAT + 2) * len(unit) > MAX_WRITTEN[engine]:
        raise UntranslatableError("its repetitions multiply beyond the limit")
    if most is None:
        return f"(?:{_exactly(unit, least)}{unit}*)"
    return f"(?:{_exactly(unit, least)}{_up_to(unit, most - least)})"


def _count(least: int, most: int | None) -> str:
    short = {(0, None): "*", (1, None): "+", (0, 1): "?"}.get((least, most))
    return short or (f"{{{least}}}" if least == most else f"{{{least},{'' if most is None else most}}}")


def _exactly(unit: str, times: int) -> str:
    whole, rest = divmod(times, MAX_REPEAT)
    return f"{unit}{{{MAX_REPEAT}}}" * whole + (f"{unit}{{{rest}}}" if rest else "")


def _up_to(unit: str, times: int) -> str:
    whole, rest = divmod(times, MAX_REPEAT)
    return f"{unit}{{0,{MAX_REPEAT}}}" * whole + (f"{unit}{{0,{rest}}}" if rest else "")
