"""Why could this condition not be evaluated? CEL's messages in our words; no reader sees CEL's own."""

from __future__ import annotations

import re

from django.utils.translation import gettext, gettext_lazy

from approvals.conditions import kinds
from approvals.conditions.equality import MIXED

_OVERLOAD = re.compile(r"No matching overloads found : (\S+?)\((.*)\)$")
_ORDER = ("_<_", "_<=_", "_>_", "_>=_")
_KNOWN = (
    ("<jump_condition>", "something stands where true or false belongs"),
    ("divide by zero", "it divides by zero"),
    ("modulus by zero", "it divides by zero"),
    ("overflow", "a number in it grows too large"),
    ("Index error", "a list is shorter than it asks"),
    ("Key not found", "a field is not there"),
    ("iterations", "it goes over too much"),
)


def in_words(text: object) -> str:
    """Half a sentence that says why CEL failed, in English: it is stored with the request."""
    line = str(text).strip().partition("\n")[0]
    if MIXED in line:
        return line.partition(MIXED)[2]
    for found, sentence in _KNOWN:
        if found in line:
            return sentence
    overload = _OVERLOAD.search(line)
    return _of_overload(overload[1], overload[2]) if overload else "a value does not fit what is done with it"


_PATTERNS = {
    "missing )": gettext_lazy("a bracket ( stays open"),
    "unexpected )": gettext_lazy("a bracket ) opens nowhere"),
    "missing ]": gettext_lazy("a bracket [ stays open"),
    "no argument for repetition": gettext_lazy("* + or ? has nothing to repeat"),
    "bad repetition": gettext_lazy("it repeats too often, or twice in a row"),
    "invalid perl operator": gettext_lazy("look-ahead and look-behind are not there"),
    "invalid escape": gettext_lazy("it has an escape that RE2 does not know; back references are not there"),
    "invalid character class": gettext_lazy("a range between [ and ] runs backwards, or is none"),
}


def of_pattern(text: object) -> str:
    """Half a sentence that says what RE2 found wrong with a pattern."""
    found = (str(words) for known, words in _PATTERNS.items() if known in str(text))
    return next(found, "") or gettext("RE2 cannot read it")


def _of_overload(operator: str, types: str) -> str:
    found = kinds.of_cel_list(types)
    if operator in _ORDER and len(found) == 2:
        return f"{found[0]} is compared with {found[1]}"
    return f"{written(operator)} does not take {' and '.join(found) or 'that'}"


def written(operator: str) -> str:
    """An operator or function as it is written in a condition."""
    known = {"@in": "in", "_[_]": "[ ]", "_?_:_": "? :", "@not_strictly_false": "a loop"}
    return known.get(operator) or operator.strip("_") or operator
