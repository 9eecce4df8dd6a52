"""Is this condition true, false, or without an answer? Only a real BOOL counts; otherwise a person looks.

CEL returns an error as a value, which Python takes for true. So the fields that a condition reads must exist
before it is evaluated, and the values that it compares must be of one type (`strictness`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from approvals.conditions import failures, kinds
from approvals.conditions.compiling import compiled
from approvals.conditions.declared import EACH, Path
from approvals.conditions.mistakes import InvalidCondition
from approvals.conditions.references import References

MOST_WORK = 50_000
"""Characters that a condition may go over: those it reads, times the elements that it loops over."""
MOST_ROUNDS = 200
"""Elements that it may loop over."""


@dataclass(frozen=True, slots=True)
class Answer:
    """`holds` is None where the condition has no answer; then `why` says so in half a sentence."""

    holds: bool | None
    why: str = ""


def evaluate(source: str, variables: Mapping[str, Any]) -> Answer:
    """Evaluate a condition for a proposal. Never raises, and ends within 50 ms, whatever the proposal holds."""
    try:
        condition = compiled(source)
    except InvalidCondition as refusal:
        return Answer(None, f"it no longer compiles: {refusal}")
    rounds = _rounds(condition.references, variables)
    if rounds > MOST_ROUNDS:
        return Answer(None, "what it loops over is too long")
    absent = [path for path in condition.references.required() if not _is_present(variables, path)]
    if absent:
        return Answer(None, f"{' and '.join(sorted(map(_name, absent)))} is not there")
    if _work(condition.references, variables, rounds) > MOST_WORK:
        return Answer(None, "what it looks at is too large")
    given = {name: value for name, value in variables.items() if value is not None}
    try:
        result = condition.expression.eval(data=given)
    except (RuntimeError, ValueError, TypeError, OverflowError) as error:
        return Answer(None, f"it cannot be evaluated: {failures.in_words(error)}")
    kind, value = result.type().name(), result.value()
    if kind == "BOOL" and isinstance(value, bool):
        return Answer(value)
    what = failures.in_words(value) if kind == "ERROR" else f"it is {kinds.of_cel(kind.lower())}"
    return Answer(None, f"it is neither true nor false: {what}")


def _is_present(variables: Mapping[str, Any], path: Path) -> bool:
    return all(found is not _ABSENT for found in _values(variables, path))


def _rounds(references: References, variables: Mapping[str, Any]) -> int:
    found = (value for path in references.loops for value in _values(variables, path))
    return sum(len(value) for value in found if isinstance(value, list | dict))


def _work(references: References, variables: Mapping[str, Any], rounds: int) -> int:
    """An element's own text is read once; text outside a loop is read once more for each element."""
    work = 0
    for path in references.paths:
        size = sum(_size(found) for found in _values(variables, path))
        work += size if EACH in path else size * (1 + rounds)
    return work


_ABSENT = object()


def _values(value: Any, path: Path) -> Iterator[Any]:
    """The value at the path, or _ABSENT. A path with EACH has a value for each element."""
    for position, step in enumerate(path):
        if step is EACH:
            for element in value if isinstance(value, list | dict) else ():
                yield from _values(element, path[position + 1 :])
            return
        value = _step(value, step)
        if value is _ABSENT:
            yield _ABSENT
            return
    yield value


def _step(value: Any, step: object) -> Any:
    if isinstance(value, Mapping):
        return value.get(step, _ABSENT) if isinstance(step, str) else _ABSENT
    if isinstance(value, list) and isinstance(step, int) and 0 <= step < len(value):
        return value[step]
    return _ABSENT


def _size(value: Any) -> int:
    """Roughly how many characters a value has; counting stops soon after MOST_WORK."""
    size, rest = 0, [value]
    while rest and size <= MOST_WORK:
        found = rest.pop()
        if isinstance(found, dict):
            size += len(found)
            rest += [*found.keys(), *found.values()]
        elif isinstance(found, list):
            size += len(found)
            rest += found
        else:
            size += len(found) if isinstance(found, str) else 8
    return size


def _name(path: Path) -> str:
    name = str(path[0])
    for step in path[1:]:
        name += "[…]" if step is EACH else f"[{step}]" if isinstance(step, int) else f".{step}"
    return name
