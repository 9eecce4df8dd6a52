"""Is this text a condition? It is compiled once, and a mistake in it is shown at its place."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from cel_expr_python import cel
from django.utils.translation import gettext as _

from approvals.conditions import compiler_words, equality, references, strictness
from approvals.conditions.mistakes import InvalidCondition, Mistake
from approvals.conditions.references import References
from approvals.keeping import kept

LONGEST = 1000
"""Characters."""
DEEPEST = 16
"""Levels of brackets within brackets."""
MOST_KEPT = 16 * 1024 * 1024
"""Bytes of compiled conditions in one process."""
_HELD = 350
"""Bytes that a compiled condition takes for a character of its text, at most."""

VARIABLES = ("payload", "confidence", "risk", "workflow", "agent", "evidence", "context")

_MARK = re.compile(
    r"//[^\n]*"
    r"|'{3}(?:[^\\]|\\.)*?'{3}|\"{3}(?:[^\\]|\\.)*?\"{3}"
    r"|'(?:[^'\\\n]|\\.)*'|\"(?:[^\"\\\n]|\\.)*\""
    r"|[()\[\]{}]",
    re.DOTALL,
)
"""A comment, a text (in three quotes or in one), or a bracket. The compiler refuses a raw text that ends in a \\."""
_UNREADABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Compiled:
    """A condition, ready to evaluate, and the fields that it reads."""

    expression: Any
    references: References


def check(source: str) -> None:
    """Raise InvalidCondition, with the mistake marked, unless the condition can be stored."""
    compiled(source)


@kept(most=MOST_KEPT, weight=lambda _, source: _HELD * len(source))
def compiled(source: str) -> Compiled:
    """The condition, ready to evaluate. Raises InvalidCondition."""
    _check_bounds(source)
    try:
        expression = _environment().compile(source)
    except RuntimeError as error:
        raise InvalidCondition(compiler_words.mistake(source, str(error))) from None
    kind = expression.return_type().name()
    if kind not in ("BOOL", "DYN"):
        name = kind.lower().partition("<")[0]
        sentence = _("It must be true or false, and this is %(kind)s")
        raise InvalidCondition(Mistake(source, sentence % {"kind": name}, 0))
    serialized = expression.serialize()
    found = references.find(source, serialized)
    try:
        return Compiled(_strict_environment().deserialize(strictness.strict(serialized)), found)
    except RuntimeError:
        raise InvalidCondition(
            Mistake(source, _("It is nested too deeply: say it in fewer levels"))
        ) from None


def _check_bounds(source: str) -> None:
    if len(source) > LONGEST:
        sentence = _("It is over %(most)s characters long")
        raise InvalidCondition(Mistake(source, sentence % {"most": f"{LONGEST:,}"}))
    if unreadable := _UNREADABLE.search(source):
        raise InvalidCondition(
            Mistake(source, _("A control character does not belong here"), unreadable.start())
        )
    depth = 0
    for mark in _MARK.finditer(source):
        depth += 1 if mark[0] in "([{" else -1 if mark[0] in ")]}" else 0
        if depth > DEEPEST:
            sentence = _("More than %(most)s brackets within each other")
            raise InvalidCondition(Mistake(source, sentence % {"most": DEEPEST}, mark.start()))


@lru_cache(maxsize=1)
def _environment() -> Any:
    return cel.NewEnv(variables=_variables())


@lru_cache(maxsize=1)
def _strict_environment() -> Any:
    return cel.NewEnv(variables=_variables(), extensions=[equality.extension()])


def _variables() -> dict[str, Any]:
    kinds = cel.Type
    item = kinds.Map(kinds.STRING, kinds.DYN)
    return {
        "payload": item,
        "confidence": kinds.DOUBLE,
        "risk": kinds.STRING,
        "workflow": kinds.STRING,
        "agent": kinds.STRING,
        "evidence": kinds.List(item),
        "context": item,
    }
